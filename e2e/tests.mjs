// SPDX-License-Identifier: Apache-2.0
// What an eye would see of the console, and whether readers without our client get the same as those with it.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join as within} from 'node:path';
import {ends, longwire, node, serve, subscribe, until} from './stage.mjs';

const says = (page, text) => until(`the page shows ${text}`, async () => (await page.locator('#log').innerText()).includes(text));

const open = async ({browser, url, watch}, options = {}) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  watch(page);
  await page.goto(`${url}/`);
  await until('the page is connected', async () => (await page.locator('#state').getAttribute('data-state')) === 'connected');
  return page;
};

const join = async (page, channel) => {
  await page.fill('#channel', channel);
  await page.click('#join-button');
  await until('the page has joined', async () => (await page.locator('#join-button').innerText()) === 'Leave');
};

const light = (colour) => {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
};

const colours = (page) =>
  page.evaluate(() => ['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name]));

export const tests = {
  async 'two people with tokens of their own talk, and nobody without'({browser}) {
    // Refusals are what this is about, so only what the page itself throws is a fault.
    const faults = [];
    const folder = mkdtempSync(within(tmpdir(), 'longwire-'));
    const config = within(folder, 'longwire.yaml');
    const said = async (...args) => (await ends(longwire(args))).out.join('').trim();
    const key = await said('keygen', config);
    const {url, stop} = await serve('--config', config);
    try {
      const enter = async (user) => {
        const context = await browser.newContext();
        const page = await context.newPage();
        page.on('pageerror', (error) => faults.push(error));
        await page.goto(`${url}/`);
        await until('the page asks for a token', () => page.locator('#token-form').isVisible());
        const says = await page.locator('#refused').innerText();
        assert.ok(says.includes('does not accept'), says);
        await page.fill('#token', await said('token', '--config', config, '--user', user, '--cap', 'chat:*=subscribe,publish,history', '--ttl', '1h'));
        await page.click('#token-form button');
        await until('the page is connected', async () => (await page.locator('#state').getAttribute('data-state')) === 'connected');
        assert.equal(await page.locator('#who').innerText(), user);
        await join(page, 'chat:1');
        return page;
      };
      const ann = await enter('ann');
      const bob = await enter('bob');
      await ann.fill('#data', 'hello bob');
      await ann.press('#data', 'Enter');
      await says(bob, 'hello bob');
      await says(bob, 'ann,');
      await bob.fill('#data', 'hello ann');
      await bob.press('#data', 'Enter');
      await says(ann, 'hello ann');
      await ann.fill('#key', key);
      await ann.click('#key-form button');
      await until('sessions are shown with the end of their tokens', async () => (await ann.locator('#connection-list').innerText()).includes('token until'));
      assert.deepEqual(faults, []);
      await Promise.all([ann, bob].map((page) => page.context().close()));
    } finally {
      await stop();
      rmSync(folder, {recursive: true});
    }
  },

  async 'a page that is opened again shows what was said'(stage) {
    const page = await open(stage);
    await join(page, 'e2e:again');
    await page.fill('#data', 'just a text');
    await page.press('#data', 'Enter');
    await says(page, 'just a text');
    await page.reload();
    await says(page, 'just a text');
  },

  async 'events are shown as they happen, and those of one session alone'(stage) {
    const page = await open(stage);
    const list = page.locator('#event-list tbody');
    const shows = (text) => until(`the events show ${text}`, async () => (await list.innerText()).includes(text));
    await page.click('#events summary');
    await shows('session.opened');
    await join(page, 'e2e:events');
    await shows('e2e:events');
    await until('the page sees itself', () => page.locator('#connection-list tr.open').count());
    const row = page.locator('#connection-list tr.open td button').first();
    const client = await row.innerText();
    const other = await node(stage.url);
    await other.channel('e2e:others').subscribe();
    await page.fill('#event-channel', 'e2e:others');
    await page.click('#event-button');
    await shows('session.subscribed');
    await row.click();
    await shows('session.opened');
    await shows('e2e:events');
    assert.equal(await page.inputValue('#event-client'), client);
    assert.ok(!(await list.innerText()).includes('e2e:others'));
    other.close();
    await page.fill('#event-client', '');
    await page.fill('#event-types', 'session.closed');
    await page.click('#event-button');
    await shows('session.closed');
  },

  async 'who is in the channel that is open is shown, and who has left is not'(stage) {
    const {Presence} = await import('../clients/javascript/dist/presence/index.js');
    const page = await open(stage);
    await join(page, 'e2e:members');
    const list = page.locator('#member-list');
    assert.equal(await list.isVisible(), false);
    const guests = await Promise.all([0, 1].map(() => node(stage.url)));
    const rooms = guests.map((guest) => new Presence(guest, 'e2e:members'));
    await rooms[0].enter({at: 'the <b>door</b>'});
    await rooms[1].enter();
    await until('both are shown', async () => (await list.locator('tbody tr').count()) === 2);
    const text = await page.locator('#members').innerText();
    assert.ok(text.includes('In e2e:members 2') && text.includes('{"at":"the <b>door</b>"}') && text.includes(guests[1].id), text);
    await rooms[0].leave();
    await until('one is shown', async () => (await list.locator('tbody tr').count()) === 1);
    await rooms[1].leave();
    await until('nobody is there', async () => !(await list.isVisible()));
    guests.forEach((guest) => guest.close());
  },

  async 'how a webhook does is shown, and it can be tried at once'({browser, watch}) {
    let answer = 500;
    const receiver = createServer((request, response) => request.resume().on('end', () => response.writeHead(answer).end())).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const secret = `whsec_${Buffer.from('a secret of the tests, 32 bytes!').toString('base64')}`;
    const settings = {url: `http://127.0.0.1:${receiver.address().port}/`, secrets: secret, allow_private: '127.0.0.1', retry_most: '1s'};
    const {url, stop} = await serve(...Object.entries(settings).flatMap(([name, value]) => ['--set', `webhooks.orders.${name}=${value}`]));
    try {
      const page = await open({browser, url, watch});
      const row = page.locator('#webhook-list tbody tr');
      const shows = (wanted) => until(`the webhook ${wanted}`, async () => wanted.test((await row.allInnerTexts()).join()));
      await shows(/orders[^]*(trying again|resting)[^]*status 500/);
      const asked = page.waitForResponse((response) => response.url().includes('/v1/admin/webhooks/redeliver?webhook=orders'));
      await row.locator('button').click();
      assert.equal((await asked).status(), 200);
      answer = 204;
      await shows(/delivering/);
      await until('nothing waits', async () => (await row.locator('td').nth(2).innerText()).trim() === '0');
      assert.ok(Number(await row.locator('td').nth(3).innerText()) > 0);
      assert.equal(await row.locator('button').count(), 0);
      await page.context().close();
    } finally {
      await stop();
      receiver.closeAllConnections();
      receiver.close();
    }
  },

  async 'on a phone everything is in reach'(stage) {
    const page = await open(stage, {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true});
    await join(page, 'e2e:phone');
    await page.fill('#data', '"' + 'wide '.repeat(100) + 'unbroken'.repeat(50) + '"');
    await page.tap('#publish-button');
    await says(page, 'unbroken');
    // Not innerWidth: that grows with a page that is too wide.
    const screen = 360;
    const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(width <= screen, `${width} wide on a screen of ${screen}`);
    for (const id of ['join-button', 'publish-button']) {
      const box = await page.locator(`#${id}`).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= screen && box.height >= 32, `${id}: ${JSON.stringify(box)}`);
    }
  },

  async 'light and dark follow the system, and both can be read'(stage) {
    for (const colorScheme of ['light', 'dark']) {
      const [background, text] = (await colours(await open(stage, {colorScheme}))).map(light);
      assert.equal(background > text, colorScheme === 'light');
      assert.ok((Math.max(background, text) + 0.05) / (Math.min(background, text) + 0.05) > 4, `${background} under ${text}`);
    }
  },

  async 'five thousand lines arrive complete and in order at subscribers of four kinds'({url}) {
    const channel = 'e2e:import';
    const lines = realLines(5000);
    const readers = [await byCommandLine(url, channel), await byClient(url, channel), await byEventStream(url, channel), await byPolling(url, channel)];
    await ends(longwire(['publish', '--url', url, channel, '-'], lines.join('\n') + '\n'));
    for (const {kind, messages, stop} of readers) {
      await until(`${kind} has everything`, () => messages.length >= lines.length, 120_000);
      assert.deepEqual(messages.map((message) => message.offset), lines.map((_, index) => index + 1), kind);
      for (let i = 0; i < lines.length; i++) {
        assert.deepEqual(messages[i].data, JSON.parse(lines[i]), `${kind}, line ${i + 1}`);
      }
      await stop();
    }
  },
};

/** Lines such as programs log: of many shapes and lengths, with letters of many scripts. */
const realLines = (count) => {
  const words = ['héllo', 'мир', '日本', '😀', 'a\u2028b', '</script>', '\\"', 'tab\t', ''];
  return Array.from({length: count}, (_, i) => {
    const record = {n: i, at: 1_700_000_000_000 + i * 37, level: ['info', 'warn', 'error'][i % 3], text: words[i % words.length].repeat(i % 7)};
    return JSON.stringify(i % 500 === 0 ? {...record, body: 'x'.repeat(20_000)} : i % 11 === 0 ? [record, {deep: {er: [null, true, i / 3]}}] : record);
  });
};

const byCommandLine = async (url, channel) => {
  const run = await subscribe(url, channel);
  const messages = [];
  const read = {kind: 'the command line', messages, stop: () => (run.child.kill('SIGTERM'), run.over)};
  run.out.push = (line) => messages.push(JSON.parse(line));
  return read;
};

const byClient = async (url, channel) => {
  const client = await node(url);
  const messages = [];
  client.channel(channel).on('message', (message) => messages.push(message));
  await client.channel(channel).subscribe();
  return {kind: 'the client in Node', messages, stop: () => client.close()};
};

const byEventStream = async (url, channel) => {
  const abort = new AbortController();
  const response = await fetch(`${url}/v1/events?channel=${channel}`, {signal: abort.signal});
  const messages = [];
  let began = false;
  const read = async () => {
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + chunk).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        const data = event.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n');
        began = true;
        if (event.includes('id: ')) {
          messages.push(JSON.parse(data));
        }
      }
    }
  };
  const over = read().catch((error) => error);
  await until('the event stream has begun', () => began);
  return {kind: 'an event stream', messages, stop: () => (abort.abort(), over)};
};

const byPolling = async (url, channel) => {
  const messages = [];
  let session;
  let seq = 0;
  let stopped = false;
  const poll = async (wait, frames) => {
    const body = JSON.stringify({session, seq: ++seq, wait, frames});
    const response = await fetch(`${url}/v1/poll`, {method: 'POST', headers: {'content-type': 'application/json'}, body});
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    session = answer.frames.find((frame) => frame.type === 'connected')?.session ?? session;
    messages.push(...answer.frames.filter((frame) => frame.type === 'message'));
    return answer.frames;
  };
  const frames = await poll(5000, [{type: 'connect', id: 1}, {type: 'subscribe', id: 2, channel}]);
  if (!frames.some((frame) => frame.type === 'subscribed')) {
    await poll(5000, []);
  }
  const loop = async () => {
    while (!stopped) {
      await poll(1000, []);
    }
  };
  const over = loop();
  return {kind: 'polling', messages, stop: () => ((stopped = true), over)};
};
