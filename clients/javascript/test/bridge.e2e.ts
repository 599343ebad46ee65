// SPDX-License-Identifier: Apache-2.0
// LongwireSocket in a real Chromium, on a page of another origin: the browser's own WebSocket is the measure, and the streams
// of somebody else's server arrive whole over connections that are cut.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createInterface} from 'node:readline';
import {after, before, describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {type Browser, chromium, type Page} from 'playwright-core';
import {LongwireServer, Wire} from './server.js';
import {echo, type Upstream} from './upstreams.js';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What the page has besides the standard. */
const KIT = `
  import {LongwireSocket} from '../src/socket/index.js';
  import {checks} from './interface.js';
  globalThis.subjects = {
    own: WebSocket,
    socket: LongwireSocket,
    polling: class extends LongwireSocket { constructor(url, protocols) { super(url, protocols, {transport: 'polling'}); } },
  };
  globalThis.judge = async (name, url, nothing) => {
    const failures = [];
    for (const [what, check] of Object.entries(checks)) {
      try {
        await check({WebSocket: subjects[name], url, nothing});
      } catch (error) {
        failures.push(what + ': ' + String(error.message).slice(0, 500));
      }
    }
    return [Object.keys(checks).length, failures];
  };
  globalThis.stream = async (name, url, count) => {
    const socket = new subjects[name](url, 'chat');
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve) => (socket.onopen = resolve));
    const sent = Array.from({length: count}, (_, at) => {
      const bytes = new Uint8Array([0, 1, 126, 65536, 65537, 1 << 20, 300_000, 7][at % 8]).map((_, i) => 33 + (i * 31 + at * 7) % 90);
      return at % 3 ? bytes : new TextDecoder().decode(bytes).slice(0, bytes.length / 2).replaceAll('a', 'ä');
    });
    const different = [];
    let came = 0;
    const all = new Promise((resolve, reject) => (socket.onclose = ({code}) => reject(new Error('closed with ' + code)), socket.onmessage = ({data}) => {
      const wanted = sent[came++];
      const got = typeof data === 'string' ? data : new Uint8Array(data);
      const same = typeof got === 'string' ? got === wanted : got.length === wanted.length && got.every((each, i) => each === wanted[i]);
      if (!same) {
        different.push(came - 1);
      }
      if (came % 7 === 0) {
        cut();
      }
      if (came === count) {
        resolve();
      }
    }));
    sent.forEach((each) => socket.send(each));
    await all;
    const end = new Promise((resolve) => (socket.onclose = ({code, reason, wasClean}) => resolve([code, reason, wasClean])));
    socket.close(4000, 'done');
    return [different, await end];
  };
`;

describe('a socket in a browser', () => {
  let upstream: Upstream;
  let server: LongwireServer;
  let site: Server;
  let browser: Browser;
  let page: Page;
  const wires: Wire[] = [];

  before(async () => {
    upstream = await echo();
    const {outputFiles} = await build({stdin: {contents: KIT, resolveDir: here}, bundle: true, format: 'iife', target: 'es2022', write: false});
    site = createServer((request, response) => {
      const script = request.url === '/kit.js';
      response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(script ? outputFiles[0]!.text : '<!doctype html><title>page</title><script src="/kit.js"></script>');
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    server = await LongwireServer.start('--set', `bridges.echo.url=${upstream.url}/path`, '--set', `bridges.echo.origins=${origin}`);
    const executablePath = execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'], {encoding: 'utf8'}).trim();
    browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
    page = await browser.newPage();
    await page.exposeFunction('cut', () => wires.at(-1)!.cut());
    await page.goto(origin);
  });
  after(async () => {
    await browser.close();
    await server.stop();
    site.close();
    upstream.stop();
  });

  const judge = async (name: string, url: string): Promise<void> => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const {port} = closed.address() as AddressInfo;
    closed.close();
    const [count, failures] = (await page.evaluate(`judge(${JSON.stringify(name)}, ${JSON.stringify(url)}, 'ws://127.0.0.1:${port}/')`)) as [number, string[]];
    assert.deepEqual(failures, []);
    assert.ok(count > 15);
  };

  test("the checks hold for the browser's own WebSocket", () => judge('own', `${upstream.url}/path?a=1`));
  test('they hold for ours over WebSocket', () => judge('socket', `ws://127.0.0.1:${server.port}/v1/bridge/echo?a=1`));
  test('they hold for ours over polling', () => judge('polling', `ws://127.0.0.1:${server.port}/v1/bridge/echo?a=1`));

  for (const name of ['socket', 'polling']) {
    test(`what a server says arrives whole over connections that are cut: ${name}`, async () => {
      const wire = await Wire.to(server.port);
      const before = upstream.seen.length;
      wires.push(wire);
      const url = `${wire.url.replace('http', 'ws')}/v1/bridge/echo`;
      const result = await page.evaluate(`stream(${JSON.stringify(name)}, ${JSON.stringify(url)}, 48)`);
      assert.deepEqual(result, [[], [4000, 'done', true]]);
      assert.ok(wire.cuts > 2, `${wire.cuts} cuts`);
      assert.deepEqual(upstream.seen.slice(before), ['open /path chat', 'close 4000 done']);
      wire.stop();
    });
  }

  test('the example runs: two pages that poll, and a server that knows nothing of it', async () => {
    const example = spawn(process.execPath, [fileURLToPath(new URL('../../../../examples/bridge/run.mjs', import.meta.url))], {
      env: {...process.env, PORT: '0'},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(example.stdout), 'line')) as [string];
    const address = /http:\S+/.exec(line)![0];
    const pages = await Promise.all([browser.newPage(), browser.newPage()]);
    for (const each of pages) {
      await each.goto(address);
      await each.locator('#state', {hasText: /^open$/}).waitFor();
    }
    await pages[0]!.fill('#text', 'hello <b>there</b>');
    await pages[0]!.press('#text', 'Enter');
    for (const each of pages) {
      await each.locator('#log li', {hasText: 'hello <b>there</b>'}).waitFor();
      await each.close();
    }
    example.kill();
    await once(example, 'exit');
  });

  test('a page of another origin is not let in', async () => {
    const other = await browser.newPage();
    await other.goto(server.url);
    const url = `ws://127.0.0.1:${server.port}/v1/bridge/echo`;
    const answer = await other.evaluate(`fetch('/v1/bridge/echo/poll', {method: 'POST', body: new Uint8Array(1)}).then((response) => response.status)`);
    assert.equal(answer, 403);
    const code = await other.evaluate(`new Promise((resolve) => (new WebSocket('${url}', 'longwire.bridge.v1').onclose = ({code}) => resolve(code)))`);
    assert.equal(code, 1006);
    await other.close();
  });
});
