// SPDX-License-Identifier: Apache-2.0
// The machine without sockets or clocks: every test says itself what time it is.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {backoff} from '../src/machine/backoff.js';
import {json} from '../src/codec.js';
import {Machine} from '../src/machine/machine.js';
import type {MachineOptions, Output} from '../src/machine/types.js';
import type {ServerFrame} from '../src/frames.js';
import type {Frame} from './peer.js';

const options: MachineOptions = {
  agent: 'test',
  codec: json,
  routes: ['websocket'],
  probeMillis: 15_000,
  messageBytes: 65_536,
  backoff: {minMillis: 500, maxMillis: 20_000},
  outbox: {requests: 3, characters: 1000},
  connectMillis: 10_000,
  renewable: false,
  random: () => 0.5,
  secret: () => 'secret',
};

/** A machine, and what it wanted since the last look. */
const rig = (more: Partial<MachineOptions> = {}) => {
  const machine = new Machine({...options, ...more});
  const drain = (): Output[] => machine.outputs.splice(0);
  const kinds = (): string[] => drain().map((output) => (output.do === 'state' ? output.state : output.do));
  const frames = (): Frame[] => drain().flatMap((output) => (output.do === 'send' ? output.texts.map((text) => JSON.parse(text as string)) : []));
  const hear = (turn: number, now: number, ...all: Frame[]) => machine.received(turn, all as unknown as ServerFrame[], now);
  const attach = (turn: number, now: number, more: Frame = {}): void => {
    machine.opened(turn, undefined, now);
    const connect = frames().find((frame) => frame['type'] === 'connect')!;
    hear(turn, now, {type: 'connected', id: connect['id'], session: 's', client: 'c', resumed: turn > 1, turn, user: null, ping: 25_000, window: 1, expires: null, dedupe: 300_000, ...more});
  };
  return {machine, drain, kinds, frames, hear, attach};
};

describe('the machine', () => {
  test('waits under full jitter, longer with each failure, never longer than its bound', () => {
    const waits = [0, 1, 2, 5, 6, 1000].map((failures) => backoff(options.backoff, failures, 1));
    assert.deepEqual(waits, [500, 1000, 2000, 16_000, 20_000, 20_000]);
    assert.equal(backoff(options.backoff, 3, 0), 0);
    assert.equal(backoff(options.backoff, 0, 0.5, 4000), 4250);
  });

  // Shows [CS17].
  test('tries again after each failure, and forgets them when a session held', () => {
    const {machine, kinds, attach} = rig();
    machine.connect(0);
    assert.deepEqual(kinds(), ['connecting', 'open']);
    machine.closed(1, {code: 1006}, 10);
    assert.equal(machine.wakeAt, 10 + 250);
    machine.tick(259);
    assert.deepEqual(kinds(), ['error']);
    machine.tick(260);
    assert.deepEqual(kinds(), ['open']);
    machine.closed(2, {code: 1006}, 300);
    assert.equal(machine.wakeAt, 300 + 500);
    machine.tick(800);
    attach(3, 1000);
    machine.closed(3, {code: 1006}, 2000);
    assert.equal(machine.wakeAt, 2000 + 1000, 'a session of a second is no success');
    machine.tick(3000);
    attach(4, 3000);
    machine.closed(4, {code: 1006}, 20_000);
    assert.equal(machine.wakeAt, 20_000 + 250);
  });

  test('gives an attempt up that is not answered', () => {
    const {machine, kinds} = rig();
    machine.connect(0);
    machine.opened(1, undefined, 5000);
    kinds();
    machine.tick(9999);
    assert.deepEqual(kinds(), []);
    machine.tick(10_000);
    assert.deepEqual(kinds(), ['drop', 'error']);
    assert.equal(machine.wakeAt, 10_250);
  });

  test('pings when it has sent nothing for the interval, and takes silence for death', () => {
    const {machine, kinds, hear, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    kinds();
    assert.equal(machine.wakeAt, 25_000);
    machine.tick(25_000);
    assert.deepEqual(kinds(), ['ping']);
    assert.equal(machine.wakeAt, 33_000);
    hear(1, 26_000, {type: 'pong'});
    machine.tick(33_000);
    assert.deepEqual(kinds(), []);
    machine.tick(50_000);
    assert.deepEqual(kinds(), ['ping']);
    machine.tick(59_000);
    assert.deepEqual(kinds(), ['drop', 'reconnecting', 'error']);
  });

  test('bytes that the other side takes count as life', () => {
    const {machine, kinds, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    kinds();
    machine.tick(25_000, 5000);
    machine.tick(32_000, 4000);
    machine.tick(33_000, 4000);
    assert.deepEqual(kinds(), ['ping']);
    machine.tick(50_000, 4000);
    assert.deepEqual(kinds(), ['ping']);
    machine.tick(65_000, 4000);
    assert.deepEqual(kinds(), ['drop', 'reconnecting', 'error']);
  });

  // Shows [CS24].
  test('the empty answer to a poll spares a ping', () => {
    const {machine, kinds, hear, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    kinds();
    hear(1, 20_000);
    machine.tick(25_000);
    assert.deepEqual(kinds(), []);
    machine.tick(45_000);
    assert.deepEqual(kinds(), ['ping']);
  });

  // Shows [CS23].
  test('after a sleep it asks before it believes in the silence', () => {
    const {machine, kinds, hear, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    kinds();
    machine.tick(3_600_000);
    assert.deepEqual(kinds(), ['ping']);
    assert.equal(machine.wakeAt, 3_608_000);
    hear(1, 3_601_000, {type: 'pong'});
    machine.tick(3_608_000);
    assert.deepEqual(kinds(), []);
    machine.tick(7_200_000);
    assert.deepEqual(kinds(), ['ping']);
    machine.tick(7_208_000);
    assert.deepEqual(kinds(), ['drop', 'reconnecting', 'error']);
  });

  test('a hint that the network is back ends the wait, or asks the other side at once', () => {
    const {machine, kinds, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    kinds();
    machine.hint(true, 5000);
    assert.deepEqual(kinds(), ['ping']);
    assert.equal(machine.wakeAt, 13_000);
    machine.hint(true, 12_000);
    machine.tick(13_000);
    assert.deepEqual(kinds(), ['ping', 'drop', 'reconnecting', 'error'], 'hints do not put death off');
    machine.hint(true, 13_001);
    assert.deepEqual(kinds(), ['open']);
  });

  test('does not hear carriers of an earlier turn', () => {
    const {machine, kinds, hear, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    machine.closed(1, {code: 1006}, 10);
    machine.tick(1000);
    attach(2, 1000);
    kinds();
    hear(1, 1100, {type: 'disconnect', code: 4403, reason: 'kicked'});
    machine.closed(1, {code: 4403}, 1100);
    machine.opened(1, undefined, 1100);
    assert.deepEqual(kinds(), []);
  });

  test('does not hear a dropped carrier while it waits for the next', () => {
    const {machine, kinds, hear, attach} = rig();
    machine.connect(0);
    attach(1, 0);
    hear(1, 10, {type: 'disconnect', code: 4000, reason: 'shutdown', retry_after: 1000}, {type: 'disconnect', code: 4403, reason: 'kicked'});
    assert.deepEqual(kinds(), ['attached', 'connected', 'drop', 'reconnecting', 'error']);
    assert.equal(machine.wakeAt, 1260);
  });

  for (const [code, session, state] of [
    [1006, 's', 'reconnecting'],
    [1000, 's', 'reconnecting'],
    [1012, 's', 'reconnecting'],
    [4000, 's', 'reconnecting'],
    [4199, 's', 'reconnecting'],
    [4200, undefined, 'reconnecting'],
    [4399, undefined, 'reconnecting'],
    [4400, undefined, 'closed'],
    [4599, undefined, 'closed'],
    [1002, undefined, 'closed'],
    [1007, undefined, 'closed'],
    [1008, undefined, 'closed'],
    [1009, undefined, 'closed'],
  ] as const) {
    test(`the range of a close code says what to do: ${code}`, () => {
      const {machine, drain, frames, attach} = rig();
      machine.connect(0);
      attach(1, 0);
      drain();
      machine.closed(1, {code}, 10);
      const states = drain().flatMap((output) => (output.do === 'state' ? [output.state] : []));
      assert.deepEqual(states, [state]);
      if (state === 'closed') {
        assert.equal(machine.wakeAt, Infinity);
      } else {
        machine.tick(30_000);
        machine.opened(2, undefined, 30_000);
        assert.equal(frames()[0]!['resume'].session, session);
      }
    });
  }

  test('an expired token is no end where a new one can be had', () => {
    const {machine, kinds, attach} = rig({renewable: true});
    machine.connect(0);
    attach(1, 0);
    kinds();
    machine.closed(1, {code: 4402}, 10);
    assert.deepEqual(kinds(), ['reconnecting', 'error']);
  });

  test('keeps what cannot be sent yet, up to its bound, in order', () => {
    const {machine, drain, frames, attach} = rig();
    const outcomes: unknown[] = [];
    const publish = (data: number) => machine.request('publish', {type: 'publish', channel: 'x', data}, 5000, (error) => outcomes.push(error?.name), 0);
    [1, 2, 3, 4].forEach(publish);
    machine.connect(0);
    drain().forEach((output) => output.do === 'settle' && output.pending.done(output.error));
    assert.deepEqual(outcomes, ['outbox_full']);
    machine.opened(1, undefined, 0);
    const connect = frames()[0]!;
    assert.equal(connect['type'], 'connect');
    machine.received(1, [{type: 'connected', id: connect['id'], session: 's', client: 'c', resumed: false, turn: 1, user: null, ping: 25_000, window: 1, expires: null, dedupe: 1}], 10);
    assert.deepEqual(frames().map((frame) => frame['data']), [1, 2, 3]);
    machine.tick(5000);
    drain().forEach((output) => output.do === 'settle' && output.pending.done(output.error));
    assert.deepEqual(outcomes, ['outbox_full', 'timeout', 'timeout', 'timeout']);
    attach;
  });

  test('has at most 100 requests in flight', () => {
    const {machine, frames, hear, attach} = rig({outbox: {requests: 1000, characters: 100_000}});
    machine.connect(0);
    attach(1, 0);
    for (let i = 0; i < 150; i++) {
      machine.request('read', {type: 'subscriptions'}, Infinity, () => {}, 0);
    }
    const sent = frames();
    assert.equal(sent.length, 100);
    hear(1, 1, {type: 'subscriptions', id: sent[0]!['id'], channels: []}, {type: 'subscriptions', id: sent[7]!['id'], channels: []});
    assert.equal(frames().length, 2);
  });

  test('a list too long for an attach is said after it', () => {
    const {machine, frames, attach} = rig({outbox: {requests: 1000, characters: 100_000}});
    for (let i = 0; i < 130; i++) {
      machine.subscribe(`c${i}`, {last: 1}, 0);
    }
    machine.connect(0);
    machine.opened(1, undefined, 0);
    const connect = frames()[0]!;
    assert.equal(Object.keys(connect['resume'].channels).length, 100);
    machine.received(1, [{type: 'connected', id: connect['id'], session: 's', client: 'c', resumed: false, turn: 1, user: null, ping: 25_000, window: 1, expires: null, dedupe: 1}], 10);
    assert.deepEqual(frames().map((frame) => [frame['type'], frame['last']]), Array.from({length: 30}, () => ['subscribe', 1]));
    attach;
  });

  test('inside a conflated range offsets may be missing, after it none', () => {
    const {machine, drain, hear, attach} = rig();
    machine.subscribe('x', {}, 0);
    machine.connect(0);
    attach(1, 0);
    drain();
    const message = (offset: number) => ({type: 'message', channel: 'x', offset, time: 0, from: null, client: null, data: 0});
    hear(1, 1, {type: 'subscribed', channel: 'x', epoch: 'e', offset: 10, recovered: false}, message(11));
    hear(1, 2, {type: 'reset', channel: 'x', epoch: 'e', from: 12, to: 20, reason: 'conflated'}, message(15), message(19), message(18), message(21), message(23));
    const offsets = drain().flatMap((output) => (output.do === 'channel' && output.event.type === 'message' ? [output.event.frame.offset] : []));
    assert.deepEqual(offsets, [11, 15, 19, 21]);
  });

  test('a reset that begins too late leaves a hole, and is not believed', () => {
    const {machine, frames, hear, attach} = rig();
    machine.subscribe('x', {}, 0);
    machine.connect(0);
    attach(1, 0);
    hear(1, 1, {type: 'subscribed', channel: 'x', epoch: 'e', offset: 10, recovered: false});
    frames();
    hear(1, 2, {type: 'reset', channel: 'x', epoch: 'e', from: 14, to: 20, reason: 'trimmed'});
    const [, again] = frames();
    assert.deepEqual(again!['since'], {epoch: 'e', offset: 10});
  });

  test('what the application subscribed is shown, and gone on with where it stands [CS61]', () => {
    const {machine, drain, hear, attach, frames} = rig();
    machine.connect(0);
    attach(1, 0);
    drain();
    hear(1, 1, {type: 'subscribed', channel: 'team', epoch: 'e', offset: 3, recovered: false});
    hear(1, 2, {type: 'message', channel: 'team', offset: 4, time: 0, from: null, client: null, data: 0});
    assert.deepEqual(drain().map((output) => output.do === 'channel' && output.event.type), ['subscribed', 'message']);
    machine.closed(1, {code: 1006}, 10);
    machine.tick(1000);
    machine.opened(2, undefined, 1000);
    const connect = frames()[0]!;
    assert.deepEqual({...connect['resume'].channels}, {team: {epoch: 'e', offset: 4}});
    hear(2, 1001, {type: 'connected', id: connect['id'], session: 's1', client: 'c', resumed: true, turn: 2, user: null, ping: 25_000, window: 1, expires: null, dedupe: 1}, {type: 'subscribed', channel: 'team', epoch: 'e', offset: 5, recovered: true, replay: 1});
    hear(2, 1002, {type: 'message', channel: 'team', offset: 5, time: 0, from: null, client: null, data: 1}, {type: 'unsubscribed', channel: 'team', reason: 'server'});
    assert.deepEqual(drain().flatMap((output) => (output.do === 'channel' ? [output.event.type] : [])), ['subscribed', 'message', 'unsubscribed']);
    machine.closed(2, {code: 1006}, 1010);
    machine.tick(2000);
    machine.opened(3, undefined, 2000);
    assert.deepEqual(frames()[0]!['resume'].channels, {}, 'what the application ended is not asked for');
  });

  test('what is too much now goes out again, in its old order, before what was asked for after it', () => {
    const {machine, frames, hear, attach} = rig({outbox: {requests: 10, characters: 1000}});
    machine.connect(0);
    attach(1, 0);
    const settled: unknown[] = [];
    const publish = (data: number, now: number) => machine.request('publish', {data}, Infinity, () => settled.push(data), now);
    const data = () => frames().map((frame) => frame['data']);
    publish(1, 0);
    publish(2, 0);
    publish(3, 0);
    const [a, b, c] = frames().map(({id}) => id);
    const limited = {type: 'error', code: 300, name: 'rate_limited', reason: 'Slowly.', retry_after: 2000};
    hear(1, 10, {type: 'published', id: a}, {...limited, id: b});
    publish(4, 20);
    machine.tick(2010);
    // The third may be refused as well: until that is known nothing passes.
    assert.deepEqual(data(), []);
    hear(1, 2020, {...limited, id: c, retry_after: 1000});
    assert.deepEqual(data(), []);
    assert.equal(machine.wakeAt, 3520);
    machine.tick(3520);
    const again = frames();
    assert.deepEqual(again.map(({id, data, retry}) => [id, data, retry]), [[b, 2, undefined], [c, 3, undefined], [again[2]!['id'], 4, undefined]]);
    publish(5, 3521);
    assert.deepEqual(data(), [5]);
  });

  test('who is impatient hears of it at once', () => {
    const {machine, drain, frames, hear, attach} = rig({impatient: true});
    machine.connect(0);
    attach(1, 0);
    machine.request('publish', {data: 1}, Infinity, () => {}, 0);
    const [{id}] = frames() as [Frame];
    hear(1, 10, {type: 'error', id, code: 300, name: 'rate_limited', reason: 'Slowly.', retry_after: 2000});
    const [settled] = drain();
    assert.ok(settled?.do === 'settle' && settled.error?.retryAfter === 2000);
  });
});
