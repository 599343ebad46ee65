// SPDX-License-Identifier: Apache-2.0
// Runs the compiled tests, and ends with the line that ./verify reads. `e2e` runs those that need a browser; other words
// pick files by their names.
import {run} from 'node:test';
import {spec} from 'node:test/reporters';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const folder = fileURLToPath(new URL('../target/test/', import.meta.url));
const e2e = process.argv[2] === 'e2e';
const wanted = process.argv.slice(e2e ? 3 : 2);
const ending = e2e ? '.e2e.js' : '.test.js';
const files = readdirSync(folder)
  .filter((name) => name.endsWith(ending) && (wanted.length === 0 || wanted.some((word) => name.includes(word))))
  .map((name) => folder + name);

let passed = 0;
let failed = 0;
// A file's process ends with its tests: what one of them left open, or Node when it closes it, would keep the process for ever.
const stream = run({files, concurrency: 2, timeout: 600_000, forceExit: true});
// A file or a suite is not a test; a skipped test has not passed.
stream.on('test:pass', ({details, name, skip, todo}) => {
  if (details.type !== 'suite' && !name.endsWith(ending)) {
    skip === undefined && todo === undefined ? passed++ : failed++;
  }
});
stream.on('test:fail', ({details}) => {
  if (details.type !== 'suite') {
    failed++;
  }
});
stream.compose(spec).pipe(process.stdout);
stream.on('end', () => {
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  process.on('exit', () => console.log(`SUITE ${e2e ? 'browser' : 'javascript client'}: ${passed} passed, ${failed} failed`));
});
