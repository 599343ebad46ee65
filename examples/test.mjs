// SPDX-License-Identifier: Apache-2.0
// Starts each example by the command in its README, and uses it as people would, in Chromium.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {ends, longwire, require, root, runTests, until} from '../e2e/stage.mjs';

const {chromium} = require('playwright-core');
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'], headless: true});
const running = new Set();

/** Starts a program of an example; resolves with what it said that fits. */
const start = async (pattern, command, ...options) => {
  const child = spawn(command, options, {cwd: root, env: {...process.env, PORT: '0', LONGWIRE_PORT: '0'}, stdio: ['ignore', 'pipe', 'pipe']});
  running.add(child);
  const run = {over: false, out: '', err: ''};
  run.ended = new Promise((resolve) => child.on('close', (code) => resolve((run.over = true), running.delete(child), code)));
  createInterface({input: child.stdout}).on('line', (line) => (run.out += `${line}\n`));
  child.stderr.on('data', (bytes) => (run.err += bytes));
  const found = await until(`${command} says ${pattern}`, () => {
    assert.ok(!run.over, run.out + run.err);
    return pattern.exec(run.out);
  });
  return {found, stop: () => (child.kill('SIGTERM'), run.ended)};
};

const page = async (url) => {
  const one = await (await browser.newContext()).newPage();
  one.faults = [];
  one.on('pageerror', (error) => one.faults.push(String(error)));
  await one.goto(url);
  return one;
};

const shows = (one, where, text) => until(`${where} shows ${text}`, async () => (await one.locator(where).innerText()).includes(text));
const OPEN = /open (http:\S+) \(Longwire is at (http:\S+)\/\)/;
const fine = (...pages) => pages.forEach(({faults}) => assert.deepEqual(faults, []));

const tests = {
  async 'chat: two talk, see each other, see who types, and a bot in Java does sums'() {
    const {found: [, url, realtime], stop} = await start(OPEN, './examples/chat/run');
    const ann = await page(`${url}?name=Ann`);
    const bob = await page(`${url}?name=Bob`);
    await shows(ann, '#people', 'Bob');
    await shows(bob, '#people', 'Ann');
    // She goes on until he has seen it: whoever rests for three seconds doesn't type any more.
    await until('Bob sees that Ann types', async () => {
      await ann.fill('#text', 'hello <b>Bob</b>');
      return (await bob.locator('#typing').innerText()).includes('Ann is typing');
    });
    await ann.press('#text', 'Enter');
    await shows(bob, '#log', 'hello <b>Bob</b>');
    await until('nobody types any more', async () => (await bob.locator('#typing').innerText()) === '');
    const bot = await start(/listening/, './examples/java-bot/run', realtime);
    await bob.fill('#text', '!sum 1 2 39');
    await bob.click('button');
    await until('the bot has answered', async () => (await ann.locator('#log li', {hasText: 'bot'}).allInnerTexts()).some((text) => text.includes('42')));
    await bot.stop();
    await bob.close({runBeforeUnload: false});
    await until('Bob is gone', async () => !(await ann.locator('#people').innerText()).includes('Bob'));
    fine(ann, bob);
    await stop();
  },

  async 'dashboard: what a pipe publishes is drawn, also for a page that is opened later'() {
    const {found: [, url, realtime], stop} = await start(OPEN, './examples/dashboard/run');
    const early = await page(url);
    await shows(early, '#state', 'connected');
    const lines = [1, 2, 3].map((n) => JSON.stringify({cpu: n * 10, queue: 7, host: 'a'})).join('\n');
    await ends(longwire(['publish', '--url', realtime, 'metrics:live', '-'], `${lines}\n`));
    const late = await page(url);
    for (const one of [early, late]) {
      await shows(one, '[data-name=cpu] output', '30');
      await shows(one, '[data-name=queue] output', '7');
      assert.equal(((await one.locator('[data-name=cpu] path').getAttribute('d')).match(/L/g) ?? []).length, 2);
      assert.equal(await one.locator('section').count(), 2);
    }
    fine(early, late);
    await stop();
  },

  async 'cursors: one moves where the other does, and is gone with its page'() {
    const {found: [, url], stop} = await start(OPEN, './examples/cursors/run');
    const [one, other] = [await page(url), await page(url)];
    for (const each of [one, other]) {
      await each.locator('canvas[data-ready]').waitFor();
    }
    await one.mouse.move(100, 100);
    await one.mouse.move(300, 200, {steps: 10});
    await shows(other, '#count', '1');
    const painted = () => other.evaluate(() => document.querySelector('canvas').getContext('2d').getImageData(303, 206, 1, 1).data[3]);
    await until('it is drawn where it is', async () => (await painted()) > 0);
    await one.close();
    await shows(other, '#count', '0');
    fine(one, other);
    await stop();
  },

  async 'bridge: somebody else\'s chat, over polls'() {
    const {found: [, url], stop} = await start(/open (http:\S+) twice/, './examples/bridge/run');
    const [one, other] = [await page(url), await page(url)];
    const sockets = [];
    one.on('websocket', (socket) => sockets.push(socket));
    await shows(one, '#state', 'open');
    await shows(other, '#state', 'open');
    await one.fill('#text', 'hello');
    await one.press('#text', 'Enter');
    await shows(other, '#log', 'hello');
    await shows(one, '#log', 'hello');
    assert.deepEqual(sockets, []);
    fine(one, other);
    await stop();
  },
};

await runTests('examples', tests, {
  after: async () => {
    running.forEach((child) => child.kill('SIGTERM'));
    await Promise.all(browser.contexts().map((context) => context.close()));
  },
  end: () => browser.close(),
});
