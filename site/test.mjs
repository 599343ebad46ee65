// SPDX-License-Identifier: Apache-2.0
// The pages as the server serves them: complete, linked, readable; and whether what the guides show works.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {node, require, root, runTests, serve, until} from '../e2e/stage.mjs';
import {runGuide} from './guides.mjs';

const {chromium} = require('playwright-core');
const TYPES = {html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml', png: 'image/png'};

const server = await serve();
const docs = `${server.url}/docs/`;
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'], headless: true});
const pages = new Map();

const open = async (path, options = {}) => {
  const page = await (await browser.newContext(options)).newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => request.url().startsWith(server.url) || faults.push(`asks ${request.url()}`));
  await page.goto(docs + path);
  return {page, done: async () => (assert.deepEqual(faults, []), page.context().close())};
};

const tests = {
  async 'every file is served, with its type and a policy that lets nothing else in'() {
    const answer = await fetch(`${server.url}/docs`, {redirect: 'manual'});
    assert.equal(answer.status, 308);
    assert.equal(new URL(answer.headers.get('location'), `${server.url}/docs`).href, docs);
    const names = readFileSync(join(root, 'site/dist/files.txt'), 'utf8').trim().split('\n');
    assert.ok(names.length > 40, `${names.length} files`);
    for (const name of ['', ...names]) {
      const one = await fetch(docs + name);
      assert.equal(one.status, 200, name);
      assert.equal(one.headers.get('content-type'), TYPES[name.split('.').pop() || 'html'], name);
      const policy = one.headers.get('content-security-policy');
      assert.ok(policy.startsWith("default-src 'none'") && !policy.includes('unsafe'), policy);
      const body = await one.text();
      if (name.endsWith('.html')) {
        pages.set(name, body);
      }
    }
    assert.equal((await fetch(`${docs}files.txt`)).status, 404);
  },

  async 'every link of every page leads somewhere, and no page needs anything from elsewhere'() {
    let followed = 0;
    for (const [name, body] of pages) {
      assert.doesNotMatch(body, /<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?\/\//, name);
      assert.doesNotMatch(body, /<script(?![^>]*src)|<[^>]*\s(?:on\w+|style)=/, name);
      for (const [, link] of body.matchAll(/(?:href|src)="([^"]+)"/g)) {
        if (/^(https?:|mailto:)/.test(link)) {
          continue;
        }
        const target = new URL(link, docs + name);
        assert.ok(target.href.startsWith(docs), `${name}: ${link}`);
        const path = target.href.slice(docs.length).replace(/#.*/, '');
        assert.ok(pages.has(path) || !path.endsWith('.html'), `${name} links to ${link}`);
        if (!path.endsWith('.html')) {
          assert.equal((await fetch(docs + path, {method: 'HEAD'})).status, 200, `${name}: ${link}`);
        } else if (target.hash) {
          assert.ok(pages.get(path).includes(` id="${decodeURIComponent(target.hash.slice(1))}"`), `${name} links to ${link}, and that part is not there`);
        }
        followed++;
      }
    }
    assert.ok(followed > 1000, `${followed} links`);
  },

  async 'every page of docs/ is there, and all but decisions stand in the index'() {
    const index = pages.get('index.html');
    for (const path of readdirSync(join(root, 'docs'), {recursive: true}).filter((each) => each.endsWith('.md'))) {
      const name = path.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html');
      assert.ok(pages.has(name), path);
      assert.ok(path.startsWith('decisions/') || name === 'index.html' || index.includes(`href="${name}"`), `${path} is not in docs/README.md`);
    }
    assert.match(pages.get('reference.html'), /POST \/v1\/publish/);
    assert.match(pages.get('protocol.html'), / id="W1"/);
  },

  async 'a search finds the page that is about it'() {
    const {page, done} = await open('guides/presence.html');
    await page.keyboard.press('/');
    await page.keyboard.type('revocation');
    await until('it has found something', () => page.locator('#found a').count());
    assert.match(await page.locator('#found').innerText(), /Who may do what/);
    await page.fill('#words', 'no_such_thing_at_all');
    await until('it says that there is nothing', async () => (await page.locator('#found').innerText()).includes('Nothing'));
    await page.fill('#words', 'ping');
    await until('it has found something again', () => page.locator('#found a').count());
    const href = await page.locator('#found a').first().getAttribute('href');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.href === new URL(href, `${docs}guides/`).href);
    await done();
  },

  async 'on a phone every page fits, and the menu opens'() {
    const {page, done} = await open('', {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true});
    await page.tap('#menu');
    await page.tap('#navigation a[href="configuration.html"]');
    await page.waitForURL(`${docs}configuration.html`);
    for (const name of ['index.html', 'protocol.html', 'reference.html', 'benchmarks.html', 'guides/quick-start.html', 'guides/coming-from.html', 'codes.html']) {
      await page.goto(docs + name);
      // Not innerWidth: that grows with a page that is too wide.
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= 360, `${name} is ${width} wide on a screen of 360`);
    }
    await done();
  },

  async 'light and dark follow the system, and both can be read'() {
    for (const colorScheme of ['light', 'dark']) {
      const {page, done} = await open('protocol.html', {colorScheme});
      const [back, text] = await page.evaluate(() => ['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name]));
      const [under, over] = [back, text].map((colour) => colour.match(/[\d.]+/g).map(Number)).map(([r, g, b]) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255);
      assert.equal(under > over, colorScheme === 'light');
      assert.ok((Math.max(under, over) + 0.05) / (Math.min(under, over) + 0.05) > 4.5);
      await done();
    }
  },

  async 'the console leads to it'() {
    const page = await browser.newPage();
    await page.goto(`${server.url}/`);
    await page.click('a[href="docs/"]');
    await page.waitForURL(docs);
    await page.close();
  },
};

/** What only a look from outside shows of a guide. */
const looks = {
  'webhooks.md': async (guide) => {
    const client = await node(guide.url);
    const {Presence} = await import('../clients/javascript/dist/presence/index.js');
    await new Presence(client, 'room:1').enter({});
    await until('the receiver has heard of it', () => guide.said().some((line) => line === 'dev.longwire.member.joined room:1'));
    client.close();
  },
  'quick-start.md': (guide) => until('curl has seen it', () => guide.said().some((line) => line.includes('hello from a browser'))),
};
for (const file of readdirSync(join(root, 'docs/guides')).sort()) {
  tests[`what ${file} shows works`] = () => runGuide(file, {url: server.url, browser, after: looks[file]});
}

await runTests('site', tests, {
  end: async () => {
    await browser.close();
    await server.stop();
  },
});
