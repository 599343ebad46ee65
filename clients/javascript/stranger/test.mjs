// SPDX-License-Identifier: Apache-2.0
// What the README tells a stranger to do, done: in an empty directory that knows nothing of this house, with the package as it would be published.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'longwire-stranger-'));
const project = join(folder, 'project');
const readme = readFileSync(join(here, 'README.md'), 'utf8');
const {exports: entries, name: packageName} = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

const run = (command, args, cwd, env = {}) => {
  const {status, stdout, stderr, error} = spawnSync(command, args, {cwd, encoding: 'utf8', env: {...process.env, ...env}});
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${error ?? ''}${stdout}${stderr}`);
  return stdout;
};

/** A program of the project; its output line by line, until one fits. */
const says = async (args, fits) => {
  const child = spawn(process.execPath, args, {cwd: project, stdio: ['ignore', 'pipe', 'inherit']});
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    for await (const line of createInterface({input: child.stdout})) {
      if (fits.test(line)) {
        return line;
      }
    }
    throw new Error(`${args.join(' ')} ended without ${fits}`);
  } finally {
    clearTimeout(late);
    child.kill('SIGKILL');
  }
};

const serve = async () => {
  const child = spawn(`${root}longwire`, ['serve', '--port', '0'], {stdio: ['ignore', 'pipe', 'ignore']});
  for await (const line of createInterface({input: child.stdout})) {
    const url = /is ready: (http:\/\/[^/\s]+)/.exec(line)?.[1];
    if (url) {
      child.stdout.resume();
      return {child, url};
    }
  }
  throw new Error('the server did not start');
};

/** Somebody else's packages, as this house has them, so that nothing has to be fetched for this. */
const borrow = (...names) => {
  for (const each of names) {
    mkdirSync(join(project, 'node_modules', each, '..'), {recursive: true});
    symlinkSync(join(here, 'node_modules', each), join(project, 'node_modules', each));
  }
};

const compile = (options, ...files) => {
  const compilerOptions = {strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'], types: [], skipLibCheck: false, jsx: 'react-jsx', ...options};
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({compilerOptions, files}));
  return run(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '-p', '.'], project);
};

const url = {};
const tests = {
  'the package has what it is for, and nothing else'() {
    const [{filename, files}] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], here).replace(/^[^[]*/, ''));
    const names = files.map(({path}) => path).filter((path) => !path.startsWith('dist/'));
    assert.deepEqual(names.sort(), ['LICENSE', 'NOTICE', 'README.md', 'package.json']);
    assert.ok(files.filter(({path}) => path.startsWith('dist/')).every(({path}) => /\.(js|d\.ts)$/.test(path)));
    mkdirSync(project);
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', join(folder, filename)], project);
    cpSync(join(here, 'stranger/types.ts'), join(project, 'types.ts'));
    cpSync(join(here, 'stranger/component.tsx'), join(project, 'component.tsx'));
  },

  async 'the quick start of the README shows a message, in at most ten lines'() {
    const code = /```js\n([^]*?)```/.exec(readme)[1];
    assert.ok(code.split('\n').filter(Boolean).length <= 10);
    assert.ok(code.includes("'http://localhost:8000'"));
    // The address is the only thing that is not as it stands there: this server listens elsewhere.
    writeFileSync(join(project, 'hello.mjs'), code.replace('http://localhost:8000', url.of));
    assert.equal(await says(['hello.mjs'], /hello/), "1 { text: 'hello' }");
  },

  async 'every entry can be imported, and none needs more than it says'() {
    const names = Object.keys(entries).map((each) => packageName + each.slice(1));
    assert.ok(names.length >= 4);
    const plain = names.filter((each) => !each.endsWith('/react'));
    const list = async (wanted) => JSON.parse(await says(['--input-type=module', '-e', `const all = {}; for (const name of ${JSON.stringify(wanted)}) all[name] = Object.keys(await import(name)); console.log(JSON.stringify(all));`], /./));
    for (const [name, exported] of Object.entries(await list(plain))) {
      assert.ok(exported.length > 0, name);
    }
    borrow('react', 'scheduler', '@types/react', 'csstype');
    assert.ok((await list(names))[`${packageName}/react`].includes('useMessages'));
  },

  'the types hold, read as Node reads them and as bundlers do'() {
    for (const options of [{module: 'nodenext', moduleResolution: 'nodenext'}, {module: 'esnext', moduleResolution: 'bundler'}]) {
      compile(options, 'types.ts', 'component.tsx');
    }
  },
};

let server;
let passed = 0;
let failed = 0;
try {
  server = await serve();
  url.of = server.url;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      passed++;
      console.log(`ok ${name}`);
    } catch (fault) {
      failed++;
      console.log(`FAILED ${name}: ${fault.stack}`);
    }
  }
} finally {
  server?.child.kill('SIGTERM');
  rmSync(folder, {recursive: true, force: true});
}
console.log(`SUITE stranger with npm: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
