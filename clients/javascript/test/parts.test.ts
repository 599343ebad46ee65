// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, test} from 'node:test';
import {Emitter} from '../src/emitter.js';
import {transitions} from '../src/machine/phases.js';
import {pack, unpack} from '../src/payload.js';
import {settings} from '../src/options.js';
import {json} from '../src/codec.js';
import {batches, parse} from '../src/transports/carrier.js';

const root = new URL('../../', import.meta.url);

describe('the parts', () => {
  test('src/codes.ts is what protocol/codes.json says', () => {
    execFileSync(process.execPath, [fileURLToPath(new URL('scripts/codes.mjs', root)), '--check'], {stdio: 'pipe'});
  });

  test('the picture in docs/states.md is the table of the code', () => {
    const lines = ['stateDiagram-v2', '  [*] --> idle'];
    for (const [from, edges] of Object.entries(transitions)) {
      for (const [happening, to] of Object.entries(edges)) {
        lines.push(`  ${from} --> ${to}: ${happening}`);
      }
    }
    assert.ok(readFileSync(new URL('docs/states.md', root), 'utf8').includes('```mermaid\n' + lines.join('\n') + '\n```'));
  });

  test('no file is long', () => {
    const list = execFileSync('find', [fileURLToPath(new URL('src', root)), '-name', '*.ts'], {encoding: 'utf8'}).trim().split('\n');
    assert.ok(list.length > 10);
    for (const file of list) {
      const lines = readFileSync(file, 'utf8').split('\n');
      assert.ok(lines.length <= 450, `${file} has ${lines.length} lines`);
      assert.ok(lines[0] === '// SPDX-License-Identifier: Apache-2.0', file);
    }
  });

  test('payloads: JSON values pass, bytes become base64, what is neither is refused', () => {
    assert.deepEqual(pack(null), {data: null});
    assert.deepEqual(pack([1, 'a']), {data: [1, 'a']});
    const bytes = Uint8Array.from({length: 70_000}, (_, i) => i * 7);
    const {data64} = pack(bytes) as {data64: string};
    assert.equal(data64, Buffer.from(bytes).toString('base64'));
    assert.deepEqual(pack(bytes.buffer), {data64});
    assert.deepEqual(pack(new DataView(bytes.buffer, 1, 2)), {data64: Buffer.from(bytes.subarray(1, 3)).toString('base64')});
    assert.deepEqual(unpack<Uint8Array>('x', 'e', {offset: 1, time: 2, from: null, client: null, data64}).data, bytes);
    for (const bad of [undefined, () => 1, Symbol('x')]) {
      assert.throws(() => pack(bad), TypeError);
    }
  });

  test('messages are put together up to a size and a number, in order', () => {
    const small = Array.from({length: 250}, (_, i) => String(i));
    assert.deepEqual(batches(small).map((batch) => batch.length), [100, 100, 50]);
    assert.deepEqual(batches(small).flat(), small);
    const large = ['a'.repeat(15_000), 'b'.repeat(15_000), 'c'.repeat(60_000), 'd'];
    assert.deepEqual(batches(large), [['a'.repeat(15_000)], ['b'.repeat(15_000)], ['c'.repeat(60_000)], ['d']]);
    assert.deepEqual(batches([]), []);
  });

  test('what is not of the protocol is not parsed', () => {
    for (const bad of ['', '{', '1', 'null', '[1]', '{"a":1}', '[{"type":1}]', '[[{"type":"pong"}]]']) {
      assert.equal(parse(json, bad), null, bad);
    }
    assert.deepEqual(parse(json, '[]'), []);
    assert.deepEqual(parse(json, '{"type":"pong"}'), [{type: 'pong'}]);
  });

  test('any way to write a server gives its endpoints', () => {
    const webSocket = class {};
    for (const [url, wanted] of [
      ['http://h:1', 'ws://h:1/v1/ws'],
      ['https://h/', 'wss://h/v1/ws'],
      ['wss://h/base/', 'wss://h/base/v1/ws'],
      ['ws://h:9/base?x=1#y', 'ws://h:9/base/v1/ws'],
    ] as const) {
      assert.equal(settings(url, {webSocket}).webSocketUrl, wanted);
    }
    assert.throws(() => settings('not a url', {webSocket}), TypeError);
  });

  test('a listener that throws harms no other, and its error is not swallowed', () => {
    const thrown: (() => void)[] = [];
    const original = globalThis.queueMicrotask;
    globalThis.queueMicrotask = (callback) => thrown.push(callback);
    try {
      const heard: number[] = [];
      class Bell extends Emitter<{ring: number}> {
        ring(value: number): void {
          this.emit('ring', value);
        }
      }
      const bell = new Bell();
      bell.on('ring', () => {
        throw new Error('mine');
      });
      const stop = bell.on('ring', (value) => heard.push(value));
      bell.once('ring', (value) => heard.push(-value));
      bell.ring(1);
      bell.ring(2);
      stop();
      bell.ring(3);
      assert.deepEqual(heard, [1, -1, 2]);
      assert.equal(thrown.length, 3);
      assert.throws(thrown[0]!, /mine/);
    } finally {
      globalThis.queueMicrotask = original;
    }
  });
});
