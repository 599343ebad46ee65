// SPDX-License-Identifier: Apache-2.0
// A stranger's first minutes: an empty folder, the blocks of the README as they stand there, and at the end two browsers
// that talk with the tokens that it made. Only what a tester's machine can't have is put in place: `git clone` brings this
// tree, and another port stands for 8000, which may be taken.
import assert from 'node:assert/strict';
import {chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {require, root, runTests, until} from '../e2e/stage.mjs';
import {Guide, blocks, freePort} from './guides.mjs';

const {chromium} = require('playwright-core');
const LAUNCH = {executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'], headless: true};

/** What `git clone` would have brought. With it comes what is built already, but where time doesn't matter. */
const GIT = `#!/usr/bin/env bash
set -eu
[ "$1" = clone ] && [ "$3" = longwire ] || exec false
mkdir longwire
tar -C '${root}' --exclude=.git --exclude=node_modules --exclude=target --exclude=dist --exclude=./.build/state -cf - . | tar -C longwire -xf -
if [ "\${LONGWIRE_LONG:-false}" = false ]; then
  mkdir -p longwire/cli/target
  cp -r '${root}/cli/target/longwire-cli.jar' '${root}/cli/target/lib' longwire/cli/target/
  touch longwire/cli/target/built-at
fi
`;

/** A person at a browser of their own, who has joined. */
const enter = async (url, user, token, channel) => {
  const browser = await chromium.launch(LAUNCH);
  const page = await browser.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error));
  await page.goto(url);
  await until('the page asks for a token', () => page.locator('#token-form').isVisible());
  await page.fill('#token', token);
  await page.click('#token-form button');
  await until('the page knows who it is', async () => (await page.locator('#who').innerText()) === user);
  await page.fill('#channel', channel);
  await page.click('#join-button');
  await until('the page has joined', async () => (await page.locator('#join-button').innerText()) === 'Leave');
  return {
    async say(text) {
      await page.fill('#data', text);
      await page.press('#data', 'Enter');
    },
    hears: (text) => until(`${user} reads ${text}`, async () => (await page.locator('#log').innerText()).includes(text)),
    async leave() {
      await browser.close();
      assert.deepEqual(faults, []);
    },
  };
};

const tests = {
  async 'the blocks of the README, run as they stand there in an empty folder, end in two browsers that talk'() {
    const bin = mkdtempSync(join(tmpdir(), 'longwire-bin-'));
    writeFileSync(join(bin, 'git'), GIT);
    chmodSync(join(bin, 'git'), 0o755);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const guide = new Guide(url, {PATH: `${bin}:${process.env.PATH}`, LONGWIRE_PORT: String(port)});
    const people = [];
    try {
      assert.deepEqual(readdirSync(guide.place), []);
      const all = blocks(readFileSync(join(root, 'README.md'), 'utf8'));
      assert.ok(all.length >= 6, `${all.length} blocks`);
      const tokens = [];
      for (const block of all) {
        block.how.file && guide.install();
        const run = await guide.block(block);
        tokens.push(...(run?.out ?? []).filter((line) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(line)));
      }
      assert.equal(statSync(join(guide.place, 'longwire.yaml')).mode & 0o077, 0, 'others can read the keys');
      assert.equal(tokens.length, 2);
      for (const [n, user] of ['ann', 'bob'].entries()) {
        people.push(await enter(url, user, tokens[n], 'chat:1'));
      }
      const [ann, bob] = people;
      await bob.hears('hello from a program');
      await ann.say('hello bob');
      await bob.hears('hello bob');
      await bob.say('hello ann');
      await ann.hears('hello ann');
      await until('curl and the program have heard both', () => ['hello bob', 'hello ann'].every((text) => guide.said().filter((line) => line.includes(text)).length === 2));
      const stranger = await fetch(`${url}/v1/events?channel=chat:1`);
      assert.equal(stranger.status, 401, 'who has no token gets in');
      await stranger.body.cancel();
    } finally {
      await Promise.all(people.map((each) => each.leave()));
      await guide.close();
      rmSync(bin, {recursive: true});
    }
  },
};

await runTests('readme', tests);
