// SPDX-License-Identifier: Apache-2.0
// Starts Longwire and a page for one of the examples: `node examples/run.mjs chat`. Its files are served as they are, the client as built.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {createInterface} from 'node:readline';

const root = new URL('../', import.meta.url);
const name = process.argv[2];
const TYPES = {html: 'text/html; charset=utf-8', js: 'text/javascript'};

let realtime = '';
const site = createServer(async (request, response) => {
  const {pathname} = new URL(request.url ?? '/', 'http://page');
  // Two folders and no way out of them; the page learns where the server is by a word in its text.
  const [, client, file = 'index.html'] = /^\/(client\/)?((?:[a-z]+\/)?[a-z0-9-]+\.(?:js|html))?$/.exec(pathname) ?? [];
  try {
    const text = await readFile(new URL(client ? `clients/javascript/dist/${file}` : `examples/${name}/${file}`, root), 'utf8');
    response.writeHead(200, {'content-type': TYPES[file.split('.').pop()]}).end(text.replace('LONGWIRE_URL', realtime));
  } catch {
    response.writeHead(404).end();
  }
});
site.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
await once(site, 'listening');
const page = `http://127.0.0.1:${site.address().port}/`;

const server = spawn('./longwire', ['serve', '--port', process.env.LONGWIRE_PORT ?? '8000', '--origin', new URL(page).origin, ...process.argv.slice(3)], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const stop = () => {
  server.kill();
  process.exit();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
server.on('close', (code) => process.exit(code ?? 1));
for await (const line of createInterface(server.stdout)) {
  const url = /http:\/\/\S+/.exec(line)?.[0];
  if (url && !realtime) {
    realtime = url;
    console.log(`open ${page} (Longwire is at ${url})`);
  }
}
