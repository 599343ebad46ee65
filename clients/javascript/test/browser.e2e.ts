// SPDX-License-Identifier: Apache-2.0
// The console and the client in a real Chromium, together with the command line and a client in Node.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createInterface} from 'node:readline';
import {after, afterEach, before, describe, test} from 'node:test';
import {type Browser, type BrowserContext, chromium, type Page} from 'playwright-core';
import {WebSocket} from 'ws';
import {Client, type Message} from '../src/index.js';
import {until} from './peer.js';
import {LongwireServer, Wire} from './server.js';

const DEADLINE = {timeout: 30_000};

describe('the console in a browser', () => {
  let server: LongwireServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const elsewhere: string[] = [];

  const open = async (url: string, scheme: 'light' | 'dark' = 'light', width = 1280): Promise<Page> => {
    context = await browser.newContext({colorScheme: scheme, viewport: {width, height: 800}});
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => new URL(request.url()).host === new URL(url).host || elsewhere.push(request.url()));
    await page.goto(url);
    return page;
  };
  const logged = (text: string): Promise<unknown> => page.locator('#log li', {hasText: text}).first().waitFor(DEADLINE);
  const isConnected = (): Promise<unknown> => page.locator('#state[data-state=connected]').waitFor(DEADLINE);

  before(async () => {
    server = await LongwireServer.start();
    const executablePath = execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'], {encoding: 'utf8'}).trim();
    browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(elsewhere.splice(0), [], 'the page asks nobody but its server');
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  test('shows what others publish, and others get what it publishes', async () => {
    await open(`${server.url}#chat:1`);
    await isConnected();
    await page.locator('#join-button', {hasText: 'Leave'}).waitFor(DEADLINE);
    await server.run(['publish', 'chat:1', '{"text":"from the command line"}']);
    await logged('from the command line');
    const node = new Client(server.url, {webSocket: WebSocket});
    const heard: Message[] = [];
    try {
      await node.connect();
      const channel = node.channel('chat:1');
      channel.on('message', (message) => heard.push(message));
      await channel.subscribe();
      await channel.publish({text: 'from Node'});
      await logged('from Node');
      const listener = server.spawn(['subscribe', '--count', '1', '--last', '1', 'chat:1']);
      const lines: string[] = [];
      createInterface(listener.stdout!).on('line', (line) => lines.push(line));
      await until('the newest message at the command line', () => lines.some((line) => line.includes('from Node')));
      const second = server.spawn(['subscribe', '--since', `${heard[0]!.epoch}:${heard[0]!.offset}`, '--count', '1', 'chat:1']);
      createInterface(second.stdout!).on('line', (line) => lines.push(line));
      await page.fill('#data', '{"text":"from the page"}');
      await page.press('#data', 'Enter');
      await logged('from the page');
      await until('it in Node', () => heard.some(({data}) => JSON.stringify(data) === '{"text":"from the page"}'));
      await until('it at the command line', () => lines.some((line) => line.includes('from the page')));
      await page.locator('#ack', {hasText: /chat:1 has it as message \d+/}).waitFor(DEADLINE);
      await page.locator('#log li.mine', {hasText: 'from the page'}).waitFor(DEADLINE);
    } finally {
      node.close();
    }
    assert.deepEqual(complaints.splice(0), []);
  });

  test('lists channels and connections, and joins what is clicked', async () => {
    await server.run(['publish', 'orders:eu', '{"order":7}']);
    await open(server.url);
    await isConnected();
    await page.locator('#channel-list button', {hasText: 'orders:eu'}).click(DEADLINE);
    await logged('{"order":7}');
    assert.equal(await page.inputValue('#channel'), 'orders:eu');
    await page.locator('#connection-list', {hasText: 'this page'}).waitFor(DEADLINE);
    await page.locator('#figures', {hasText: 'WebSocket'}).waitFor(DEADLINE);
    await page.click('#join-button');
    await page.locator('#log', {hasText: 'left'}).waitFor(DEADLINE);
    assert.deepEqual(complaints.splice(0), []);
  });

  test('what is published is text, never markup', async () => {
    await open(`${server.url}#markup:1`);
    await isConnected();
    await page.fill('#data', '<img src=x onerror="document.title=1">');
    await page.click('#publish-button');
    await logged('<img src=x');
    assert.equal(await page.locator('#log img').count(), 0);
    assert.equal(await page.title(), 'Longwire');
    assert.deepEqual(complaints.splice(0), []);
  });

  test('asks for the key where there is one, keeps it for the tab, and closes who is not wanted', async () => {
    const key = 'canary-key-of-the-console';
    const hash = createHash('sha256').update(key).digest('hex');
    const guarded = await LongwireServer.start('--set', `admin.keys.ops.hash=sha256:${hash}`, '--set', 'admin.keys.ops.scopes=read,close');
    const node = new Client(guarded.url, {webSocket: WebSocket, agent: 'unwanted'});
    try {
      await node.connect();
      await open(guarded.url);
      await page.locator('#key-form').waitFor(DEADLINE);
      assert.equal(await page.locator('#connection-list', {hasText: 'unwanted'}).count(), 0);
      await page.fill('#key', key);
      await page.press('#key', 'Enter');
      await page.locator('#connection-list', {hasText: 'unwanted'}).waitFor(DEADLINE);
      await page.locator('#key-form').waitFor({state: 'hidden', ...DEADLINE});
      await page.reload();
      await page.locator('#connection-list', {hasText: 'unwanted'}).waitFor(DEADLINE);
      const refusals = complaints.splice(0);
      assert.ok(refusals.length > 0 && refusals.every((each) => each.includes('401')), refusals.join());
      await page.getByLabel(`Close ${node.id}`).click();
      await until('the goodbye', () => node.state === 'closed');
      assert.ok(!(await page.content()).includes(key), 'the key is on the page');
      assert.deepEqual(complaints.splice(0), []);
    } finally {
      node.close();
      // The page would try to come back, and complain on the console of the next test.
      await page.goto('about:blank');
      await guarded.stop();
    }
  });

  test('fits a phone, light and dark', async () => {
    const colours: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      await open(server.url, scheme, 360);
      await isConnected();
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, 'nothing to scroll sideways');
      colours.push(String(await page.evaluate('getComputedStyle(document.body).backgroundColor')));
      if (scheme === 'light') {
        await context.close();
      }
    }
    assert.notEqual(colours[0], colours[1]);
    assert.deepEqual(complaints.splice(0), []);
  });

  test('polls where WebSockets are blocked, and loses nothing while the network is away', async () => {
    const wire = await Wire.to(server.port);
    try {
      wire.treatment = 'block';
      // Blocked upgrades are errors in the browser's eyes, as they should be.
      await open(`${wire.url}#away:1`);
      await isConnected();
      await page.locator('#join-button', {hasText: 'Leave'}).waitFor(DEADLINE);
      await page.locator('#connection-list tr.open', {hasText: 'poll'}).waitFor(DEADLINE);
      await server.run(['publish', 'away:1', '"one"']);
      await logged('one');
      assert.match(String(await page.evaluate('localStorage.getItem("longwire " + location.origin)')), /^poll \d+$/);
      wire.hold();
      await server.run(['publish', 'away:1', '"two"']);
      await server.run(['publish', 'away:1', '"three"']);
      wire.treatment = 'pass';
      wire.release();
      await logged('three');
      const texts = await page.locator('#log li pre').allTextContents();
      assert.deepEqual(texts, ['one', 'two', 'three']);
      await page.locator('#connection-list tr.open', {hasText: 'websocket'}).waitFor({timeout: 60_000});
      complaints.length = 0;
    } finally {
      wire.stop();
    }
  });

  test('thousands of lines from a file arrive complete and in order, whoever listens and however', async () => {
    const total = 5000;
    const input = Array.from({length: total}, (_, i) => JSON.stringify({line: i, text: `é ${'x'.repeat(i % 80)}`}));
    await open(`${server.url}#import:1`);
    await isConnected();
    await page.locator('#join-button', {hasText: 'Leave'}).waitFor(DEADLINE);
    const clients = (['websocket', 'poll'] as const).map((via) => new Client(server.url, {webSocket: WebSocket, transports: [via]}));
    const command = server.spawn(['subscribe', '--count', String(total), 'import:1']);
    const lines: string[] = [];
    createInterface(command.stdout!).on('line', (line) => lines.push(JSON.stringify(JSON.parse(line).data)));
    try {
      const all: string[][] = [];
      for (const client of clients) {
        await client.connect();
        const seen: string[] = [];
        all.push(seen);
        client.channel('import:1').on('message', ({data}) => seen.push(JSON.stringify(data)));
        await client.channel('import:1').subscribe();
      }
      await subscribers(server.url, 'import:1', 4);
      await server.run(['publish', 'import:1', '-'], input.join('\n'));
      await until('all of it', () => [...all, lines].every((seen) => seen.length >= total));
      for (const seen of [...all, lines]) {
        assert.deepEqual(seen, input);
      }
      await logged(`{"line":${total - 1},`);
    } finally {
      clients.forEach((client) => client.close());
      command.kill();
    }
  });
});

/** Waits until a channel has so many subscribers. */
const subscribers = async (url: string, name: string, count: number): Promise<void> => {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const {channels} = (await (await fetch(`${url}v1/admin/channels?limit=1000`)).json()) as {channels: {channel: string; subscribers: number}[]};
    if (channels.some((each) => each.channel === name && each.subscribers >= count)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} did not get ${count} subscribers`);
};
