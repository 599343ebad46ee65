// SPDX-License-Identifier: Apache-2.0
// Every key and every secret of the tests has a canary in it, and every ticket and token has a form of its own: none of them may
// stand in what servers and tests have logged. Tickets that tests wrote down are looked for as they are, too, and without their seal.
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';

const FORMS = [
  ['a canary', /canary[\w-]+/],
  ['a canary in base64url', /[\w-]*(?:Y2FuYXJ5|NhbmFyeS|jYW5hcn)[\w-]*/],
  ['a token', /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/],
  ['a ticket', /(?:\d~)?[\w-]{22}\.[0-9a-z]{1,13}\.[\w-]{22,43}(?![\w-])/],
];
const files = (folder, wanted) =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)).filter((file) => wanted.test(file) && statSync(file).isFile()) : [];
const modules = readdirSync('.').filter((name) => existsSync(join(name, 'pom.xml')));
const logs = [
  ...modules.flatMap((name) => files(join(name, 'target/surefire-reports'), /-output\.txt$/)),
  ...files('.build/state', /\.log$/).filter((file) => !file.endsWith('90-e2e-secrets.log')),
  ...files('.build/state/servers', /\.log$/),
];
const issued = new Set(modules.flatMap((name) => files(join(name, 'target/issued'), /\.txt$/))
  .flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((line) => line.length >= 22));
const secrets = new Set([...issued].flatMap((ticket) => [ticket, ticket.split('.')[0]]));

/** What a text gives away, or null. */
const leak = (text) => {
  for (const [what, form] of FORMS) {
    const found = form.exec(text);
    if (found) {
      return `${what}: ${found[0]}`;
    }
  }
  for (const [word] of text.matchAll(/[\w.-]{22,}/g)) {
    if (secrets.has(word)) {
      return `a ticket that was issued: ${word}`;
    }
  }
  return null;
};

let passed = 0;
let failed = 0;
const check = (what, good) => {
  if (good) {
    passed++;
  } else {
    failed++;
    console.log(`FAILED ${what}`);
  }
};

// It can fail.
secrets.add('a-secret-that-was-issued-to-somebody');
for (const planted of ['key=canary-of-a-test', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2VhbA', 'session=AAAAAAAAAAAAAAAAAAAAAA.1.BBBBBBBBBBBBBBBBBBBBBB',
  Buffer.from('{"a":"canary-1"}').toString('base64url'), Buffer.from('{"ab":"canary-1"}').toString('base64url'), Buffer.from('{"abc":"canary-1"}').toString('base64url'),
  'session=a-secret-that-was-issued-to-somebody']) {
  check(`a planted secret is not found: ${planted}`, leak(planted) !== null);
}
check('there are no logs at all', logs.length > 0);

for (const file of logs) {
  const wrong = readFileSync(file, 'utf8').split('\n').map((line, at) => [at + 1, leak(line)]).find(([, found]) => found);
  check(`${file}:${wrong?.[0]} has ${wrong?.[1]}`, !wrong);
}
console.log(`${logs.length} logs, ${issued.size} tickets`);
console.log(`SUITE secrets: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
