// SPDX-License-Identifier: Apache-2.0
// Presence against the real server, over every transport, with cuts.
import assert from 'node:assert/strict';
import {after, afterEach, before, describe, test} from 'node:test';
import {WebSocket} from 'ws';
import {cbor} from '../src/cbor/index.js';
import {Client, eventStream, type ClientOptions} from '../src/index.js';
import {Presence, type Member} from '../src/presence/index.js';
import {until} from './peer.js';
import {LongwireServer, seeded, Wire} from './server.js';

interface Said {
  readonly n: number;
}

describe('presence against the real server', () => {
  let server: LongwireServer;
  const clients: Client[] = [];
  const wires: Wire[] = [];

  const make = async (url: string, options: ClientOptions = {}): Promise<Client> => {
    const client = new Client(url, {webSocket: WebSocket, eventStream, backoff: {minMillis: 5, maxMillis: 100}, ...options});
    clients.push(client);
    await client.connect();
    return client;
  };
  const names = (presence: Presence<Said>): string[] => [...presence.members.values()].map(({client}) => client ?? '').sort();

  before(async () => {
    server = await LongwireServer.start();
  });
  afterEach(() => {
    clients.splice(0).forEach((client) => client.close());
    wires.splice(0).forEach((each) => each.stop());
  });
  after(() => server.stop());

  for (const [via, codec] of [['websocket'], ['poll'], ['stream'], ['websocket', cbor], ['poll', cbor]] as const) {
    const name = codec ? `${via}-cbor` : via;
    test(`${name}: who enters, says something else and leaves is seen`, async () => {
      const ann = await make(server.url, {transports: [via], ...(codec && {codec})});
      const bob = await make(server.url, {transports: [via], ...(codec && {codec})});
      const mine = new Presence<Said>(ann, `room:${name}`);
      const seen = new Presence<Said>(bob, `room:${name}`);
      const events: string[] = [];
      for (const name of ['joined', 'updated', 'left'] as const) {
        seen.on(name, ({data}: Member<Said>) => events.push(`${name} ${data?.n}`));
      }
      await seen.observe();
      await mine.enter({n: 1});
      await until('joined', () => events.length === 1);
      assert.deepEqual(names(seen), [ann.id]);
      assert.equal(seen.count, 1);
      await mine.update({n: 2});
      await until('updated', () => events.length === 2);
      assert.equal(await seen.ask(), 1);
      await mine.leave();
      await until('left', () => events.length === 3);
      assert.deepEqual(events, ['joined 1', 'updated 2', 'left 2']);
      assert.deepEqual(names(seen), []);
      await mine.enter({n: 3});
      const left = ann.id;
      ann.close();
      await until('goodbye', () => events.length === 5);
      // A session that was only lost would be kept for its window, and its member for the grace.
      const list = await (await fetch(new URL(`/v1/admin/connections?client=${left}`, server.url))).json();
      assert.deepEqual(list, {connections: []});
      assert.deepEqual(events.slice(3), ['joined 3', 'left 3']);
      await seen.unobserve();
      assert.equal(seen.members.size, 0);
    });

    test(`${via}: cuts lose nothing, and nobody who came back was ever gone`, async () => {
      const wire = await Wire.to(server.port);
      wires.push(wire);
      const observer = await make(wire.url, {transports: [via]});
      const steady = await make(wire.url, {transports: [via]});
      const busy = await make(server.url);
      const seen = new Presence<Said>(observer, `cut:${via}`);
      const stays = new Presence<Said>(steady, `cut:${via}`);
      const changes = new Presence<Said>(busy, `cut:${via}`);
      const left: string[] = [];
      seen.on('left', ({client}) => left.push(client ?? ''));
      await stays.enter({n: 0});
      await seen.observe();
      const random = seeded(7);
      for (let n = 1; n <= 20; n++) {
        if (random() < 0.5) {
          wire.cut();
        }
        await changes.enter({n});
        if (n % 5 === 0) {
          await changes.leave();
        }
      }
      await changes.enter({n: 99});
      const both = [steady.id ?? '', busy.id ?? ''].sort();
      await until('all is known', () => String(names(seen)) === String(both)
        && [...seen.members.values()].some(({data}) => data?.n === 99));
      assert.equal(seen.count, 2);
      assert.ok(!left.includes(steady.id ?? ''));
    });
  }

  test('two who observe the same, and one who may not be named twice', async () => {
    const client = await make(server.url);
    const first = new Presence(client, 'twice');
    await first.observe();
    await first.observe();
    await first.enter();
    await until('seen', () => first.members.size === 1);
    await assert.rejects(new Presence(client, 'twice').observe(), {name: 'already_subscribed'});
    await assert.rejects(new Presence(client, 'nobody').update({}), {name: 'not_present'});
    assert.equal(await new Presence(client, '__proto__').ask(), 0);
  });

  test('a server that forgot everything is told again', async () => {
    const own = await LongwireServer.start();
    const wire = await Wire.to(own.port);
    wires.push(wire);
    const ann = await make(wire.url);
    const bob = await make(wire.url);
    const mine = new Presence<Said>(ann, 'again');
    const seen = new Presence<Said>(bob, 'again');
    await mine.enter({n: 1});
    await seen.observe();
    await until('there', () => seen.members.size === 1);
    const before = ann.id;
    const other = await LongwireServer.start();
    try {
      own.stop();
      wire.leadTo(other.port);
      await until('another session', () => ann.id !== before && bob.state === 'connected' && ann.state === 'connected');
      await until('entered again', () => String(names(seen)) === String([ann.id]));
    } finally {
      other.stop();
    }
  });
});
