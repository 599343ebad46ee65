// SPDX-License-Identifier: Apache-2.0
// Runs smoke.mjs where JavaScript runs: Node, Bun, Deno and workerd, each against the same server, over a wire that is cut.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const require = createRequire(new URL('../package.json', import.meta.url));
const {build} = require('esbuild');
const {WebSocketServer} = require('ws');
const {LongwireServer, Wire} = await import('../target/test/server.js');
const LIMIT_MILLIS = 180_000;
const [wanted = ''] = process.argv.slice(2);

/** A binary that npm brought for this machine: in a package of its own, or where its installation has moved it, if that was allowed to run. */
const binary = (folder, path, moved) => {
  const all = existsSync(folder) ? readdirSync(folder).map((each) => join(folder, each, path)) : [];
  const found = [...all, join(folder, moved)].find(existsSync);
  if (!found) {
    throw new Error(`no ${path} in ${folder}`);
  }
  return found;
};
const modules = join(here, 'node_modules');

const upstream = new WebSocketServer({port: 0, host: '127.0.0.1', handleProtocols: () => false});
upstream.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, {binary: isBinary})));
await once(upstream, 'listening');
const server = await LongwireServer.start('--set', `bridges.echo.url=ws://127.0.0.1:${upstream.address().port}/`);
const wire = await Wire.to(server.port);
const control = createServer((_, response) => {
  wire.cut();
  response.end();
});
control.listen(0, '127.0.0.1');
await once(control, 'listening');
const task = (name) => ({url: wire.url, control: `http://127.0.0.1:${control.address().port}/`, name});

const program = (command, ...args) => async (name) => {
  const child = spawn(command, [...args, JSON.stringify(task(name))], {cwd: here, stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, NO_PROXY: '127.0.0.1', DENO_NO_UPDATE_CHECK: '1'}});
  const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MILLIS);
  const said = [];
  try {
    for await (const line of createInterface({input: child.stdout})) {
      if (line.startsWith('RESULTS ')) {
        return JSON.parse(line.slice(8));
      }
      said.push(line);
    }
  } finally {
    clearTimeout(late);
    child.kill('SIGKILL');
  }
  throw new Error(`it ended without a word: ${said.join('\n')}`);
};

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .w), (name = "internet", network = (allow = ["public", "private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ]);
const w :Workerd.Worker = (modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ], compatibilityDate = "2026-11-01");
`;

const workerd = async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'longwire-workerd-'));
  await build({entryPoints: [join(here, 'worker.mjs')], bundle: true, format: 'esm', target: 'es2022', outfile: join(folder, 'worker.mjs'), logLevel: 'error'});
  writeFileSync(join(folder, 'workerd.capnp'), config);
  const child = spawn(binary(join(root, 'edge/worker/node_modules/@cloudflare'), 'bin/workerd', '../workerd/bin/workerd'), ['serve', 'workerd.capnp', '--control-fd=3'], {cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'pipe']});
  try {
    let told = '';
    for await (const chunk of child.stdio[3]) {
      told += chunk;
      const port = /"port":(\d+)/.exec(told)?.[1];
      if (port) {
        const answer = await fetch(`http://127.0.0.1:${port}/`, {method: 'POST', body: JSON.stringify(task(name)), signal: AbortSignal.timeout(LIMIT_MILLIS)});
        return await answer.json();
      }
    }
    throw new Error('workerd did not start');
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  }
};

let passed = 0;
let failed = 0;
const trial = async (name, run) => {
  const started = Date.now();
  let results;
  try {
    results = await run(name);
  } catch (fault) {
    results = [{what: 'it runs', fault: fault.stack}];
  }
  for (const {what, fault} of results) {
    if (fault) {
      failed++;
      console.log(`FAILED ${name}: ${what}: ${fault}`);
    } else {
      passed++;
      console.log(`ok ${name}: ${what}`);
    }
  }
  console.log(`${name}: ${Date.now() - started} ms`);
};

// Node 20 has no WebSocket of its own: there the suites of this package do this with that of `ws`.
const kinds = {
  ...(globalThis.WebSocket && {node: () => program(process.execPath, 'main.mjs')}),
  bun: () => program(binary(join(modules, '@oven'), 'bin/bun', '../bun/bin/bun.exe'), 'run', 'main.mjs'),
  deno: () => program(binary(join(modules, '@deno'), 'deno', '../deno/deno'), 'run', '--no-config', '--no-lock', '--allow-net', '--allow-read', '--allow-env', 'main.mjs'),
  workerd: () => workerd,
};

try {
  for (const [name, run] of Object.entries(kinds).filter(([name]) => name.includes(wanted))) {
    await trial(name, (each) => run()(each));
  }
} finally {
  wire.stop();
  control.close();
  upstream.clients.forEach((socket) => socket.terminate());
  upstream.close();
  await server.stop();
}
console.log(`SUITE runtimes: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
