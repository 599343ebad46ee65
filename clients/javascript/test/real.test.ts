// SPDX-License-Identifier: Apache-2.0
// The client against the real server, over every transport, with cuts.
import assert from 'node:assert/strict';
import {after, afterEach, before, describe, test} from 'node:test';
import {WebSocket} from 'ws';
import {cbor} from '../src/cbor/index.js';
import {Client, type ClientOptions, eventStream, type Message, type Reset, type Via} from '../src/index.js';
import {until} from './peer.js';
import {LongwireServer, seeded, Wire} from './server.js';

const memory = () => {
  const texts = new Map<string, string>();
  return {texts, getItem: (key: string) => texts.get(key) ?? null, setItem: (key: string, value: string) => void texts.set(key, value), removeItem: (key: string) => void texts.delete(key)};
};

describe('the client against the real server', () => {
  let server: LongwireServer;
  const clients: Client[] = [];
  const wires: Wire[] = [];

  const make = (url: string, options: ClientOptions = {}): Client => {
    const client = new Client(url, {webSocket: WebSocket, eventStream, memory: memory(), backoff: {minMillis: 5, maxMillis: 100}, ...options});
    clients.push(client);
    return client;
  };
  const wire = async (): Promise<Wire> => {
    const made = await Wire.to(server.port);
    wires.push(made);
    return made;
  };

  before(async () => {
    server = await LongwireServer.start();
  });
  afterEach(() => {
    clients.splice(0).forEach((client) => client.close());
    wires.splice(0).forEach((each) => each.stop());
  });
  after(() => server.stop());

  const single: [Via, string, ClientOptions][] = (['websocket', 'poll', 'stream'] as const).flatMap((via) => [
    [via, via, {transports: [via]}],
    [via, `${via}-cbor`, {transports: [via], codec: cbor}],
  ]);
  for (const [via, label, options] of single) {
    test(`${label}: publish, subscribe, history, subscriptions, unsubscribe`, async () => {
      const client = make(server.url, options);
      await client.connect();
      assert.equal(client.transport, via);
      const name = `basics:${label}`;
      const channel = client.channel(name);
      const seen: Message[] = [];
      channel.on('message', (message) => seen.push(message));
      const {position} = await channel.subscribe();
      assert.equal(position.offset, 0);
      const payloads = [{text: 'hello'}, 'a text', 42.5, null, [1, [2]], new Uint8Array([0, 255, 128]), '\uFEFFmark', {data: 'x', headers: {data: 'y'}}, {__proto__: null, 'ключ': '☃'}];
      for (const payload of payloads) {
        await channel.publish(payload, {headers: {trace: 't', data: '{}'}});
      }
      await until('all', () => seen.length === payloads.length);
      assert.deepEqual(JSON.stringify(seen.map((message) => message.data)), JSON.stringify(payloads));
      assert.ok(seen[5]!.data instanceof Uint8Array);
      assert.deepEqual(seen.map((message) => message.offset), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
      assert.deepEqual(seen[0]!.headers, {trace: 't', data: '{}'});
      assert.equal(seen[0]!.client, client.id);
      const first = await channel.history({limit: 4});
      assert.deepEqual(first.messages.map((message) => message.offset), [1, 2, 3, 4]);
      const rest = await channel.history({since: first.next!, limit: 100});
      assert.deepEqual(rest.messages.map((message) => message.offset), [5, 6, 7, 8, 9]);
      assert.equal(rest.next, undefined);
      assert.deepEqual(await client.subscriptions(), [{channel: name, epoch: position.epoch, offset: 9}]);
      channel.unsubscribe();
      assert.deepEqual(await client.subscriptions(), []);
    });

    test(`${label}: keys, outcomes and errors are the server's`, async () => {
      const client = make(server.url, options);
      await client.connect();
      const channel = client.channel(`keys:${label}`);
      const first = await channel.publish(1, {key: 'k'});
      assert.deepEqual(await channel.publish(1, {key: 'k'}), {...first, duplicate: true});
      await assert.rejects(channel.publish(2, {key: 'k'}), {name: 'idempotency_conflict', code: 400});
      assert.deepEqual(await channel.outcome('k'), {epoch: first.epoch, offset: first.offset});
      assert.equal(await channel.outcome('never'), null);
      await assert.rejects(client.channel('no spaces').publish(1), {name: 'bad_channel', code: 107});
      await assert.rejects(client.channel('no spaces').subscribe(), {name: 'bad_channel', code: 107});
      await assert.rejects(channel.publish('x'.repeat(70_000)), {name: 'too_large', code: 108});
      await channel.publish('x'.repeat(65_350));
      const bytes = new Uint8Array(options.codec ? 65_400 : 49_000).map((_, i) => i * 7);
      const {offset} = await channel.publish(bytes);
      const {messages} = await channel.history({reverse: true, limit: 1});
      assert.equal(messages[0]!.offset, offset);
      assert.deepEqual(messages[0]!.data, bytes);
      await assert.rejects(client.call('nothing', {}), {name: 'unsupported', code: 113});
      assert.equal(client.state, 'connected');
    });

    test(`${label}: 5000 messages in one go arrive complete and in order`, async () => {
      const client = make(server.url, {...options, outbox: {requests: 10_000}});
      await client.connect();
      const channel = client.channel<number>(`flood:${label}`);
      const numbers: number[] = [];
      channel.on('message', ({data}) => numbers.push(data));
      await channel.subscribe();
      const acks = await Promise.all(Array.from({length: 5000}, (_, i) => channel.publish(i)));
      await until('all', () => numbers.length === 5000);
      assert.deepEqual(numbers, Array.from({length: 5000}, (_, i) => i));
      assert.deepEqual(acks.map(({offset}) => offset), Array.from({length: 5000}, (_, i) => i + 1));
    });
  }

  const all = ['websocket', 'stream', 'poll'] as const;
  const ways: [string, ClientOptions, boolean][] = [
    ['websocket', {transports: ['websocket']}, false],
    ['poll', {transports: ['poll']}, false],
    ['stream', {transports: ['stream']}, false],
    ['switches among all of them', {transports: all}, true],
    ['switches among all of them in CBOR', {transports: all, codec: cbor}, true],
  ];
  const everUsed = new Set<Via | null>();
  after(() => assert.deepEqual([...everUsed].sort(), ['poll', 'stream', 'websocket']));
  const seeds = Array.from({length: process.env['LONGWIRE_LONG'] === 'true' ? 20 : 1}, (_, i) => 4711 + i);
  for (const [name, options, switches, seed] of ways.flatMap((way) => seeds.map((each) => [...way, each] as const))) {
    test(`parity over ${name}, seed ${seed}: cuts lose nothing, repeat nothing and turn nothing around`, async () => {
      const random = seeded(seed);
      const line = await wire();
      const client = make(line.url, {...options, probeMillis: 50, timeoutMillis: 0});
      const other = make(server.url);
      const used = new Set<Via | null>();
      client.on('state', ({state}) => state === 'connected' && used.add(client.transport));
      await client.connect();
      await other.connect();
      const topic = `parity:${name.replaceAll(' ', '-')}/${seed}`;
      const channel = client.channel<string>(topic);
      const seen: Message<string>[] = [];
      const resets: Reset[] = [];
      channel.on('message', (message) => seen.push(message));
      channel.on('reset', (reset) => resets.push(reset));
      await channel.subscribe();
      const acks: Promise<unknown>[] = [];
      const total = 600;
      for (let i = 0; i < total; i++) {
        acks.push(i % 3 === 0 ? channel.publish(`mine ${i}`) : other.channel(topic).publish(`other ${i}`));
        if (random() < 0.05) {
          if (switches) {
            line.treatment = (['pass', 'block', 'block-streams'] as const)[Math.floor(random() * 3)]!;
          }
          line.cut();
        }
        if (random() < 0.4) {
          await new Promise((resolve) => setTimeout(resolve, random() * 10));
        }
      }
      line.treatment = 'pass';
      await Promise.all(acks);
      await until('everything', () => seen.length >= total);
      const log: Message<string>[] = [];
      for (let since = {epoch: seen[0]!.epoch, offset: 0}; ; ) {
        const page = await other.channel<string>(topic).history({since});
        log.push(...page.messages);
        if (!page.next) {
          break;
        }
        since = page.next;
      }
      assert.deepEqual(seen, log);
      assert.equal(log.length, total, 'every publish is there once');
      assert.deepEqual(log.filter(({data}) => data.startsWith('mine')).map(({data}) => data), Array.from({length: total / 3}, (_, i) => `mine ${i * 3}`), 'in the order of their publisher');
      assert.deepEqual(resets, []);
      assert.ok(line.cuts >= 10, `${line.cuts} cuts`);
      used.forEach((via) => everUsed.add(via));
      assert.ok(used.size >= (switches ? 2 : 1), `it used ${[...used].join()}`);
    });
  }

  test('blocked WebSockets: it polls, remembers, and returns when they work', async () => {
    const line = await wire();
    line.treatment = 'block';
    const verdicts = memory();
    const first = make(line.url, {memory: verdicts, probeMillis: 50});
    const notices: string[] = [];
    const states: string[] = [];
    first.on('notice', ({name}) => notices.push(name));
    first.on('state', ({state}) => states.push(state));
    await first.connect();
    assert.equal(first.transport, 'poll');
    assert.deepEqual(notices, ['detour']);
    const second = make(line.url, {memory: verdicts, probeMillis: 60_000});
    const failures: string[] = [];
    second.on('error', ({name}) => failures.push(name));
    await second.connect();
    assert.equal(second.transport, 'poll');
    assert.deepEqual(failures, [], 'it did not try again what was known not to work');
    const channel = first.channel<number>('return:1');
    const numbers: number[] = [];
    channel.on('message', ({data}) => numbers.push(data));
    await channel.subscribe();
    await channel.publish(1);
    line.treatment = 'pass';
    await until('the return', () => first.transport === 'websocket');
    await channel.publish(2);
    await until('both', () => numbers.length === 2);
    assert.deepEqual(notices, ['detour', 'direct']);
    assert.deepEqual(states, ['connecting', 'connected'], 'the application saw no interruption');
  });

  test('WebSockets that open, then die: after three it polls', async () => {
    const line = await wire();
    line.treatment = 'die-young';
    const client = make(line.url);
    await client.connect();
    await until('polling', () => client.transport === 'poll');
    assert.equal(line.upgrades, 3);
    await client.channel('die:1').publish(1);
    assert.equal(client.state, 'connected');
  });

  test('the outbox keeps what is published without a connection, in order', async () => {
    const line = await wire();
    const client = make(line.url, {transports: ['websocket']});
    const channel = client.channel<number>('outbox:1');
    const early = [channel.publish(0), channel.publish(1)];
    await client.connect();
    await Promise.all(early);
    line.leadTo(1);
    await until('away', () => client.state === 'reconnecting');
    const late = [2, 3, 4].map((each) => channel.publish(each));
    line.leadTo(server.port);
    await Promise.all(late);
    const {messages} = await channel.history();
    assert.deepEqual(messages.map(({data}) => data), [0, 1, 2, 3, 4]);
  });

  test('a server that lost its memory is not believed to have kept the place', async () => {
    const another = await LongwireServer.start();
    const line = await Wire.to(another.port);
    wires.push(line);
    try {
      const client = make(line.url, {transports: ['websocket']});
      const resets: Reset[] = [];
      const reloads: string[] = [];
      const channel = client.channel<number>('lost:1');
      const after: number[] = [];
      channel.on('reset', (reset) => resets.push(reset));
      channel.on('message', ({data}) => after.push(data));
      await client.connect();
      let release = (): void => {};
      await channel.subscribe({
        reload: (reset) => {
          reloads.push(reset.reason);
          return new Promise<void>((resolve) => (release = resolve));
        },
      });
      await channel.publish(1);
      await until('1', () => after.length === 1);
      await another.stop('SIGKILL');
      line.leadTo(server.port);
      await until('a reset', () => resets.length === 1);
      assert.match(resets[0]!.reason, /^(unknown|epoch_changed)$/);
      assert.equal(resets[0]!.old?.offset, 1);
      assert.deepEqual(reloads, [resets[0]!.reason]);
      await channel.publish(2);
      assert.deepEqual(after, [1], 'messages wait for the reload');
      release();
      await until('2', () => after.length === 2);
    } finally {
      await another.stop('SIGKILL');
    }
  });

  test('a drain sends everybody away and back without a loss', async () => {
    const another = await LongwireServer.start();
    const client = make(another.url, {transports: ['websocket']});
    const errors: string[] = [];
    client.on('error', ({name}) => errors.push(name));
    await client.connect();
    await another.stop('SIGTERM');
    await until('the goodbye', () => errors.length > 0);
    assert.equal(errors[0], 'shutdown');
    assert.equal(client.state, 'reconnecting');
  });
});
