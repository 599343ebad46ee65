// SPDX-License-Identifier: Apache-2.0
// Runs the tests one after the other against one server and one browser. UPDATE=1 takes the picture for the README too.
import assert from 'node:assert/strict';
import {ends, longwire, node, require, root, runTests, serve, subscribe, until} from './stage.mjs';
import {tests} from './tests.mjs';

const {chromium} = require('playwright-core');
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** On a server of its own, so that nothing but a small shop is to be seen. */
const picture = async (browser) => {
  const {url, stop} = await serve();
  const page = await (await browser.newContext({viewport: {width: 1280, height: 860}})).newPage();
  await page.goto(`${url}/`);
  await page.fill('#channel', 'orders:berlin');
  await page.click('#join-button');
  const clients = await Promise.all([0, 1, 2].map(() => node(url)));
  const others = ['orders:paris', 'chat:1', 'prices'].map((name, n) => clients[n].channel(name));
  await Promise.all(others.map((channel) => channel.subscribe()));
  const {Presence} = await import('../clients/javascript/dist/presence/index.js');
  await Promise.all(['packing', 'counter'].map((desk, n) => new Presence(clients[n], 'orders:berlin').enter({desk})));
  const reader = await subscribe(url, 'orders:berlin');
  for (let n = 1; n <= 7; n++) {
    await clients[n % 3].channel('orders:berlin').publish({order: 4180 + n, state: ['received', 'paid', 'packed'][n % 3]});
    await others[n % 3].publish({hello: n});
  }
  await ends(longwire(['publish', '--url', url, 'orders:berlin', '{"order":4190,"state":"on its way"}']));
  await page.fill('#data', '{"order": 4190, "state": "delivered"}');
  await page.click('#publish-button');
  await until('the picture has everything', async () => (await page.locator('#log').innerText()).includes('delivered'));
  let n = 0;
  const busy = setInterval(() => others[2].publish({eur: 1.08 + (n++ % 7) / 1000}), 40);
  const rates = async () => Number.parseFloat(await page.locator('#rate-in').innerText()) > 10;
  await until('the lists and figures are there', async () => n > 150 && (await page.locator('#channel-list').innerText()).includes('prices') && rates());
  await page.screenshot({path: `${root}/docs/images/console.png`});
  clearInterval(busy);
  reader.child.kill('SIGTERM');
  clients.forEach((client) => client.close());
  await stop();
};

const server = await serve();
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, headless: true});

/** A test, on pages that may not complain. */
const watched = async (test) => {
  const faults = [];
  const watch = (page) => {
    page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`error: ${error}`));
    // The feed of events never ends but by its reader, who turns to another.
    const left = (request) => request.url().includes('/v1/admin/events') && request.failure()?.errorText === 'net::ERR_ABORTED';
    page.on('requestfailed', (request) => left(request) || faults.push(`request: ${request.url()} ${request.failure()?.errorText}`));
    page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()}: ${response.url()}`));
  };
  await test({browser, url: server.url, watch});
  if (faults.length > 0) {
    throw new Error(`the page complains:\n${faults.join('\n')}`);
  }
};

await runTests('readers', tests, {
  around: watched,
  after: () => Promise.all(browser.contexts().map((context) => context.close())),
  end: async () => {
    if (process.env.UPDATE) {
      await picture(browser);
    }
    await browser.close();
    const code = await server.stop();
    assert.ok(code === 0 || code === 143, `the server ended with ${code}`);
  },
});
