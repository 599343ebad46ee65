// SPDX-License-Identifier: Apache-2.0
// Frames in CBOR: what is written can be read, by us and as RFC 8949 has it; what is malformed is refused.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {cbor} from '../src/cbor/index.js';
import {json} from '../src/codec.js';
import {parse} from '../src/transports/carrier.js';
import {seeded} from './server.js';

const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');
const bytesOf = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'hex')).buffer;
const read = (text: string): unknown => cbor.decode(bytesOf(text) as never);
const back = (frame: Record<string, unknown>): unknown => cbor.decode(Uint8Array.from(cbor.encode(frame) as Uint8Array).buffer as never);

describe('frames in CBOR', () => {
  test('the examples of RFC 8949 that frames can hold are read', () => {
    const examples: [string, unknown][] = [
      ['00', 0], ['17', 23], ['1818', 24], ['1903e8', 1000], ['1a000f4240', 1_000_000], ['1b000000e8d4a51000', 1_000_000_000_000],
      ['20', -1], ['3863', -100], ['3903e7', -1000], ['fb3ff199999999999a', 1.1], ['fa47c35000', 100_000], ['f4', false], ['f5', true], ['f6', null], ['f7', null],
      ['60', ''], ['6161', 'a'], ['62c3bc', 'ü'], ['64f0908591', '𐅑'], ['80', []], ['83010203', [1, 2, 3]], ['8301820203820405', [1, [2, 3], [4, 5]]],
      ['a0', {}], ['a26161016162820203', {a: 1, b: [2, 3]}], ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]], ['bf61610161629f0203ffff', {a: 1, b: [2, 3]}],
    ];
    for (const [text, value] of examples) {
      assert.deepEqual(read(text), value, text);
    }
    assert.deepEqual(read('4401020304'), Uint8Array.of(1, 2, 3, 4));
  });

  test('a frame is a map to which a field can be added, and frames make a list', () => {
    const frame = cbor.encode({type: 'publish', id: 24, key: undefined});
    assert.equal(hex(frame), 'bf6474797065677075626c697368626964' + '1818' + 'ff');
    const repeat = cbor.add(frame, 'retry');
    assert.equal(hex(repeat), 'bf6474797065677075626c697368626964' + '1818' + '657265747279f5' + 'ff');
    assert.deepEqual(read(hex(cbor.list([frame, repeat]))), [{type: 'publish', id: 24}, {type: 'publish', id: 24, retry: true}]);
    assert.deepEqual(read(hex(cbor.add(cbor.encode({seq: 1}), 'frames', cbor.list([frame])))), {seq: 1, frames: [{type: 'publish', id: 24}]});
  });

  test('payloads are JSON as text, or bytes; other maps stay what they are', () => {
    const message = {type: 'message', channel: 'c', offset: 2 ** 53 - 1, time: 1_790_000_000_000, data: {a: [1.5, 'x', null]}, headers: {data: '{"not":"parsed"}', info: '1'}};
    assert.deepEqual(back(message), message);
    assert.deepEqual(back({type: 'publish', data: 'a text'}), {type: 'publish', data: 'a text'});
    assert.deepEqual(back({type: 'publish', data: '\ud800 \ufeff'}), {type: 'publish', data: '\ud800 \ufeff'});
    assert.deepEqual(back({type: 'publish', data: new DataView(Uint8Array.of(1, 2, 3).buffer, 1)}), {type: 'publish', data: Uint8Array.of(2, 3)});
    assert.deepEqual(back({type: 'publish', data: Uint8Array.of(4).buffer}), {type: 'publish', data: Uint8Array.of(4)});
    // {"members":[{"data":"{\"a\":1}","info":"\"n\""}]}
    assert.deepEqual(read('a1676d656d6265727381a26464617461677b2261223a317d64696e666f63226e22'), {members: [{data: {a: 1}, info: 'n'}]});
    for (const bad of [undefined, () => 1, Symbol('x')]) {
      assert.throws(() => cbor.encode({type: 'publish', data: bad}), TypeError);
      assert.throws(() => json.encode({type: 'publish', data: bad}), TypeError);
    }
    assert.throws(() => cbor.encode({id: 1n}), TypeError);
  });

  test('no name is more than a name', () => {
    const channels = Object.create(null);
    channels['__proto__'] = {epoch: 'e', offset: 1};
    channels['data'] = {last: 1};
    const read = back({type: 'connect', resume: {channels}}) as {resume: {channels: object}};
    assert.deepEqual(Object.keys(read.resume.channels), ['__proto__', 'data']);
    assert.equal(Object.getPrototypeOf(read.resume.channels), Object.prototype);
    assert.equal((read.resume.channels as Record<string, unknown>)['epoch'], undefined);
  });

  test('what is malformed is no frame', () => {
    for (const bad of ['', '18', '61', '6261', 'a1', 'a10101', 'bf', '9f', '9f01', '1c', '1f', 'f8ff', 'e0', 'ff', '0000', 'c100', '62c328', '5f4101ff', '1b0020000000000000', '81'.repeat(100) + '00', 'a16464617461617b']) {
      assert.throws(() => read(bad), bad);
      assert.equal(parse(cbor, bytesOf(bad)), null);
    }
    assert.equal(parse(cbor, '{"type":'), null);
    assert.deepEqual(parse(cbor, '{"type":"pong"}'), [{type: 'pong'}]);
  });

  test('whatever is written is read again, and what was cut or turned never hangs', () => {
    const random = seeded(7);
    const value = (depth: number): unknown => {
      const pick = Math.floor(random() * (depth > 3 ? 5 : 7));
      const many = Math.floor(random() * 30);
      switch (pick) {
        case 0:
          return Math.floor((random() - 0.5) * 2 ** Math.floor(random() * 54));
        case 1:
          return random() * 1e9;
        case 2:
          return 'ä€😀x'.repeat(many);
        case 3:
          return [true, false, null][many % 3];
        case 4:
          return new Uint8Array(many * 20).map(() => random() * 256);
        case 5:
          return Array.from({length: many % 6}, () => value(depth + 1));
        default:
          return Object.fromEntries(Array.from({length: many % 6}, (_, i) => [`k${i}${'x'.repeat(many)}`, value(depth + 1)]));
      }
    };
    for (let run = 0; run < 2000; run++) {
      const frame = {type: 'x', value: value(0)};
      assert.deepEqual(back(frame), frame);
      const bytes = Uint8Array.from(cbor.encode(frame) as Uint8Array);
      bytes[Math.floor(random() * bytes.length)] = random() * 256;
      parse(cbor, bytes.slice(0, random() < 0.5 ? bytes.length : Math.floor(random() * bytes.length)).buffer);
    }
  });
});
