// SPDX-License-Identifier: Apache-2.0
// A real server, the command line, and clients in Node, for the tests of this folder.
import {spawn} from 'node:child_process';
import {appendFileSync, existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const require = createRequire(new URL('../clients/javascript/package.json', import.meta.url));

const PATIENCE = 60_000;
const running = new Set();

/** Waits until the condition gives something, and gives that. */
export const until = async (what, condition, patience = PATIENCE) => {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await condition();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`never happened: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** For `.verify/90-e2e-secrets`, which reads what servers have logged. */
const keep = (line) => {
  const folder = new URL('../.build/state/servers/', import.meta.url);
  if (existsSync(folder)) {
    appendFileSync(new URL('stage.log', folder), `${line}\n`);
  }
};

/** Runs `longwire`. Lines of output gather as they come; `over` is the exit code. */
export const longwire = (args, input) => {
  const child = spawn('./longwire', args, {cwd: root, stdio: ['pipe', 'pipe', 'pipe'], detached: true});
  running.add(child);
  const run = {child, out: [], err: []};
  createInterface({input: child.stdout}).on('line', (line) => run.out.push(line));
  createInterface({input: child.stderr}).on('line', (line) => {
    run.err.push(line);
    keep(line);
  });
  run.over = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal);
    });
  });
  // A command may end before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  return run;
};

export const ends = async (run, code = 0) => {
  const ended = await run.over;
  if (ended !== code) {
    throw new Error(`ended with ${ended}: ${run.err.join('\n')}`);
  }
  return run;
};

/** Starts a server on a free port and gives its address, without the slash at the end. */
export const serve = async (...flags) => {
  const server = longwire(['serve', '--port', '0', ...flags]);
  const address = () => server.out.map((line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]).find(Boolean);
  const url = await until('the server is ready', () => {
    if (server.child.exitCode !== null) {
      throw new Error(`the server did not start: ${server.err.join('\n')}`);
    }
    return address();
  }, 300_000);
  return {url, stop: () => (server.child.kill('SIGTERM'), server.over)};
};

/** A `longwire subscribe` that stands already. */
export const subscribe = async (url, channel, ...flags) => {
  const run = longwire(['subscribe', '--url', url, '--verbose', ...flags, channel]);
  await until('the command line has subscribed', () => run.err.some((line) => line.includes('subscribed to')) || run.child.exitCode !== null);
  return run;
};

/** The JavaScript client, as a program in Node uses it. */
export const node = async (url) => {
  const {Client} = await import(new URL('../clients/javascript/dist/index.js', import.meta.url));
  const client = new Client(url, {webSocket: require('ws')});
  client.connect();
  return client;
};

/** Ends whatever a test left running. */
export const sweep = () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
};

/**
 * Runs named tests one after the other and says of each how it went; ends the process with the line that ./verify reads.
 *
 * @param hooks {@code around(test)} runs one test, {@code after()} comes behind each, {@code end()} behind all; what that
 *   throws is a failure. Words of the command line pick tests by their names
 */
export const runTests = async (suite, tests, {around = (test) => test(), after = () => {}, end = () => {}} = {}) => {
  const wanted = process.argv[2];
  let passed = 0;
  let failed = 0;
  const trial = async (name, run) => {
    const started = Date.now();
    try {
      await run();
      return `ok   ${Date.now() - started} ms  ${name}`;
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}\n${error.stack}`);
      return '';
    }
  };
  for (const [name, test] of Object.entries(tests)) {
    if (wanted && !name.includes(wanted)) {
      continue;
    }
    const said = await trial(name, () => around(test));
    if (said) {
      passed++;
      console.log(said);
    }
    await after();
  }
  await trial('the end', end);
  sweep();
  console.log(`SUITE ${suite}: ${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
};
