// SPDX-License-Identifier: Apache-2.0
// Starts somebody else's server, Longwire in front of it, and a page that polls.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {createInterface} from 'node:readline';

const root = new URL('../../', import.meta.url);
const children = [];

/** Starts a program, and answers with the address that it prints. */
const start = async (pattern, command, ...options) => {
  const child = spawn(command, options, {cwd: root, env: {...process.env, PORT: '0'}, stdio: ['ignore', 'pipe', 'inherit']});
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const found = pattern.exec(line)?.[0];
    if (found) {
      child.stdout.resume();
      return found;
    }
  }
  throw new Error(`${command} did not start`);
};

const upstream = await start(/ws:\S+/, process.execPath, 'examples/bridge/server.mjs');
let bridge = '';
const site = createServer(async (request, response) => {
  const {pathname} = new URL(request.url ?? '/', 'http://page');
  const script = /^\/socket\/\w+\.js$/.test(pathname);
  if (!script && pathname !== '/') {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html; charset=utf-8');
  const file = await readFile(new URL(script ? `clients/javascript/dist${pathname}` : 'examples/bridge/page.html', root), 'utf8');
  response.end(file.replace('BRIDGE', bridge));
});
site.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
await once(site, 'listening');
const page = `http://127.0.0.1:${site.address().port}`;
const settings = [`bridges.chat.url=${upstream}`, `bridges.chat.origins=${page}`].flatMap((each) => ['--set', each]);
const server = await start(/http:\S+/, './longwire', 'serve', '--port', '0', ...settings);
bridge = `${server.replace('http', 'ws')}v1/bridge/chat`;
console.log(`open ${page} twice`);

const stop = () => {
  children.forEach((child) => child.kill());
  process.exit();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
