// SPDX-License-Identifier: Apache-2.0
// Runs what the guides show. A block's first word is its language, what follows it tells how:
//   background until=TEXT   goes on running to the end of the guide; the next block waits for this in what it says
//   bundle=FILE             is bundled for a browser rather than run; the html block that follows is opened there
//   check                   must be well-formed, no more: it names what a reader has to put in
//   config, config=serve    is longwire.yaml; and a server is started with it
//   setup=LINE              comes before it
//   file=NAME               is that file, no more
//   to=FOLDER               what follows stands in a terminal in there
// A `text` block after one that ran is what it must print: a line for each line, in that order, where … is anything.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {require, root, until} from '../e2e/stage.mjs';

const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
const DEADLINE_MILLIS = 90_000;
// A first start builds.
const PATIENCE = 600_000;

/** The fenced blocks of a page. */
export const blocks = (markdown) =>
  [...markdown.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language, more, text]) => ({
    language,
    text,
    how: Object.fromEntries([...more.matchAll(/(\w+)(?:="([^"]*)"|=(\S+))?/g)].map(([, name, quoted, bare]) => [name, quoted ?? bare ?? true])),
  }));

export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const fits = (wanted, line) =>
  new RegExp(`^${wanted.split('…').map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(line);

/** Every wanted line is there, each after the one before. */
const prints = (wanted, out) => {
  let from = 0;
  for (const line of wanted.trimEnd().split('\n')) {
    const found = out.findIndex((each, at) => at >= from && fits(line, each));
    assert.ok(found >= 0, `it does not print “${line}” (any more), but:\n${out.join('\n')}`);
    from = found + 1;
  }
};

/** A folder, and what runs in it. */
export class Guide {
  #folder = mkdtempSync(join(tmpdir(), 'longwire-guide-'));
  #place = this.#folder;
  #running = [];
  #ports = new Map();
  #count = 0;
  #environment = {...process.env};
  url;

  /** @param url of a server that runs already, where there is one */
  constructor(url, environment = {}) {
    this.url = url;
    Object.assign(this.#environment, environment);
  }

  /** Puts there what a reader has who stands in the sources and has installed the client. */
  furnish() {
    for (const name of ['longwire', 'cli', 'clients', 'examples']) {
      symlinkSync(join(root, name), join(this.#folder, name));
    }
    this.install();
    return this;
  }

  /** The client, as npm would have put it there. */
  install() {
    const modules = join(this.#folder, 'node_modules');
    mkdirSync(join(modules, '@longwire'), {recursive: true});
    symlinkSync(join(root, 'clients/javascript'), join(modules, '@longwire/client'));
    symlinkSync(join(root, 'clients/javascript/node_modules/ws'), join(modules, 'ws'));
    // Node has a WebSocket from version 22.
    const preload = join(this.#folder, 'preload.mjs');
    writeFileSync(preload, "import {WebSocket} from 'ws';\nglobalThis.WebSocket ??= WebSocket;\n");
    this.#environment.NODE_OPTIONS = `--import ${preload}`;
  }

  /** The addresses that a guide names are taken on a tester's machine: others stand for them. */
  async #placed(text) {
    let placed = text;
    for (const port of ['8080', '9000', '9100']) {
      if (text.includes(`:${port}`) || text.includes(`port: ${port}`) || text.includes(`listen(${port}`)) {
        this.#ports.has(port) || this.#ports.set(port, await freePort());
        placed = placed.replaceAll(port, this.#ports.get(port));
      }
    }
    return placed.replaceAll('127.0.0.1:8000', new URL(this.url ?? 'http://none').host);
  }

  #start(command, options) {
    const child = spawn(command, options, {cwd: this.#place, env: {...this.#environment, ...(this.url && {LONGWIRE_URL: this.url})}, stdio: ['ignore', 'pipe', 'pipe'], detached: true});
    const run = {child, out: [], err: '', over: false};
    let rest = '';
    child.stdout.on('data', (bytes) => {
      const lines = (rest + bytes).split('\n');
      rest = lines.pop();
      run.out.push(...lines);
    });
    child.stderr.on('data', (bytes) => (run.err += bytes));
    run.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        run.over = true;
        rest && run.out.push(rest);
        resolve(code ?? signal);
      });
    });
    this.#running.push(run);
    return run;
  }

  async #toItsEnd(command, options) {
    const run = this.#start(command, options);
    const timer = setTimeout(() => process.kill(-run.child.pid, 'SIGKILL'), DEADLINE_MILLIS);
    const code = await run.ended;
    clearTimeout(timer);
    assert.equal(code, 0, `${options.join(' ')}\n${run.out.join('\n')}\n${run.err}`);
    return run;
  }

  async serve(...flags) {
    this.#ports.set('8080', await freePort());
    const origin = `http://127.0.0.1:${this.#ports.get('8080')}`;
    const run = this.#start('./longwire', ['serve', ...flags, '--port', '0', '--origin', origin]);
    this.url = await until('the server is ready', () => {
      assert.ok(!run.over, run.err);
      return run.out.map((line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]).find(Boolean);
    });
  }

  async block({language, how, text}, browser) {
    const placed = await this.#placed(text);
    const name = `block${++this.#count}`;
    if (language === 'yaml') {
      writeFileSync(join(this.#folder, 'longwire.yaml'), placed);
      return how.config === 'serve' ? this.serve('--config', 'longwire.yaml') : this.#toItsEnd('./longwire', ['config', '--config', 'longwire.yaml']);
    }
    if (language === 'html') {
      return this.#page(placed, browser);
    }
    if (language === 'sh') {
      const serves = /^\.\/longwire serve(.*)\n$/.exec(placed);
      if (serves) {
        return this.serve(...serves[1].trim().split(/\s+/).filter(Boolean));
      }
      return this.#run(how, 'bash', ['-ec', `${how.setup ?? ''}\n${placed}`]);
    }
    if (language === 'java') {
      const file = `${/public (?:final )?class (\w+)/.exec(placed)[1]}.java`;
      writeFileSync(join(this.#folder, file), placed);
      return this.#run(how, java, ['-cp', 'cli/target/longwire-cli.jar', file]);
    }
    assert.equal(language, 'js', `nobody runs ${language}`);
    if (how.file) {
      return writeFileSync(join(this.#place, how.file), placed);
    }
    writeFileSync(join(this.#folder, `${name}.mjs`), placed);
    if (how.bundle) {
      const {buildSync} = require('esbuild');
      buildSync({absWorkingDir: this.#folder, entryPoints: [`${name}.mjs`], bundle: true, format: 'esm', outfile: how.bundle, logLevel: 'error'});
      return null;
    }
    return this.#run(how, process.execPath, how.check ? ['--check', `${name}.mjs`] : [`${name}.mjs`]);
  }

  async #run(how, command, options) {
    if (!how.background) {
      const run = await this.#toItsEnd(command, options);
      // What keygen prints stands nowhere else.
      if (options.at(-1).includes('keygen')) {
        this.#environment.ADMIN_KEY = run.out[0];
      }
      return run;
    }
    const run = this.#start(command, options);
    await until(`${options.at(-1)} says ${how.until}`, () => {
      assert.ok(!run.over, run.err);
      return run.out.some((line) => line.includes(how.until));
    }, PATIENCE);
    this.#place = join(this.#place, how.to ?? '.');
    return run;
  }

  async #page(html, browser) {
    const types = {'/': 'text/html', '/bundle.js': 'text/javascript'};
    const site = createServer((request, response) => {
      const type = types[request.url];
      response.writeHead(type ? 200 : 204, type ? {'content-type': type} : {});
      response.end(type && (type === 'text/html' ? html : readFileSync(join(this.#folder, 'bundle.js'))));
    }).listen(this.#ports.get('8080'), '127.0.0.1');
    await once(site, 'listening');
    const page = await browser.newPage();
    try {
      await page.goto(`http://127.0.0.1:${this.#ports.get('8080')}/`);
      const shows = (text) => until(`the page shows ${text}`, async () => (await page.locator('#log').innerText()).includes(text));
      await shows('hello from Node');
      await page.fill('input', 'hello from a browser');
      await page.click('button');
      await shows('hello from a browser');
    } finally {
      await page.close();
      site.closeAllConnections();
      site.close();
    }
    return null;
  }

  /** Where its next block runs. */
  get place() {
    return this.#place;
  }

  /** What those that are in the background have said. */
  said() {
    return this.#running.flatMap(({out}) => out);
  }

  async close() {
    for (const {child, over} of this.#running) {
      over || process.kill(-child.pid, 'SIGTERM');
    }
    await Promise.all(this.#running.map(({ended}) => ended));
    rmSync(this.#folder, {recursive: true});
  }
}

/** Runs one guide to its end. `after` may look at what it has done: (guide) => … */
export const runGuide = async (file, {url, browser, after}) => {
  const guide = new Guide(url).furnish();
  try {
    let before = null;
    for (const block of blocks(readFileSync(join(root, 'docs/guides', file), 'utf8'))) {
      if (block.language === 'text') {
        prints(block.text, before.out);
      } else {
        before = await guide.block(block, browser);
      }
    }
    await after?.(guide);
  } finally {
    await guide.close();
  }
};
