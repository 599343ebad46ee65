// SPDX-License-Identifier: Apache-2.0
// Servers of other people behind a bridge, used by LongwireSocket over connections that break.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {after, before, describe, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {io} from 'socket.io-client';
import {WebSocket as NodeWebSocket} from 'undici';
import {LongwireSocket, type LongwireSocketOptions} from '../src/socket/index.js';
import {LongwireServer, seeded, Wire} from './server.js';
import {broadcast, echo, faye, reluctant, socketIo, type Upstream} from './upstreams.js';

const Platform = NodeWebSocket as unknown as typeof WebSocket;
const MIB = 1 << 20;

let upstreams: Record<'echo' | 'broadcast' | 'faye' | 'io' | 'reluctant', Upstream>;
let server: LongwireServer;

before(async () => {
  upstreams = {echo: await echo(), broadcast: await broadcast(), faye: await faye(), io: await socketIo(), reluctant: await reluctant()};
  const bridges = {...upstreams, brief: upstreams.echo, absent: {url: 'ws://127.0.0.1:1'}};
  const settings = Object.entries(bridges).map(([name, {url}]) => `bridges.${name}.url=${url}/${name === 'io' ? 'socket.io/' : ''}`);
  server = await LongwireServer.start(...[...settings, 'bridges.brief.window=400ms'].flatMap((each) => ['--set', each]));
});

after(async () => {
  Wire.stopAll();
  await server.stop();
  Object.values(upstreams).forEach((each) => each.stop());
});

const until = async (condition: () => boolean, what: string): Promise<void> => {
  for (const end = Date.now() + 60_000; !condition(); ) {
    assert.ok(Date.now() < end, `in vain: ${what}`);
    await delay(5);
  }
};

const open = (wire: Wire, name: string, options: LongwireSocketOptions = {}, protocols: string[] = []): LongwireSocket => {
  const socket = new LongwireSocket(`${wire.url}/v1/bridge/${name}`, protocols, {WebSocket: Platform, ...options});
  socket.binaryType = 'arraybuffer';
  return socket;
};

const closing = async (socket: WebSocket): Promise<string> => {
  const [event] = (await once(socket, 'close')) as [CloseEvent];
  return `${event.code} ${event.reason} ${event.wasClean}`;
};

/** What identifies a message, without its length in memory. */
const printOf = (data: unknown): string => {
  const text = typeof data === 'string';
  const bytes = text ? Buffer.from(data) : new Uint8Array(data as ArrayBuffer);
  return `${text ? 'text' : 'binary'} ${bytes.length} ${createHash('sha256').update(bytes).digest('base64')}`;
};

/** Texts and bytes from nothing to a mebibyte, the same in every run. */
const messages = (count: number, seed: number): (string | Uint8Array)[] => {
  const random = seeded(seed);
  const sizes = [0, 1, 125, 126, 65_535, 65_536, 65_537, MIB];
  return Array.from({length: count}, (_, at) => {
    const size = at < sizes.length * 2 ? sizes[at >> 1]! : Math.floor(random() ** 6 * MIB);
    const bytes = Uint8Array.from({length: size}, () => 32 + Math.floor(random() * 90));
    // Characters of two and four bytes, cut wherever a piece ends.
    return at % 2 === 0 ? bytes : Buffer.from(bytes).toString('latin1').replaceAll('a', 'ä').replaceAll('bc', '🦆').slice(0, size / 2);
  });
};

const ways: [string, LongwireSocketOptions][] = [
  ['polling', {transport: 'polling'}],
  ['WebSocket', {transport: 'websocket'}],
];

for (const [way, options] of ways) {
  describe(`over ${way} that is cut again and again`, () => {
    for (const name of ['echo', 'faye'] as const) {
      test(`every message comes back from ${name}, the same, once, in order`, async () => {
        const wire = await Wire.to(server.port);
        const socket = open(wire, name, options, ['chat']);
        const sent = messages(80, name.length);
        const came: string[] = [];
        socket.addEventListener('message', ({data}) => {
          came.push(printOf(data));
          if (came.length % 9 === 0) {
            wire.cut();
          }
        });
        await once(socket, 'open');
        assert.equal(socket.protocol, 'chat');
        sent.forEach((each) => socket.send(each as string));
        await until(() => came.length >= sent.length, 'all messages');
        assert.deepEqual(came, sent.map((each) => printOf(typeof each === 'string' ? each : each.slice().buffer)));
        assert.ok(wire.cuts >= 8, `${wire.cuts} cuts`);
        await until(() => socket.bufferedAmount === 0, 'all taken');
        socket.close(4321, 'bye ä');
        assert.equal(await closing(socket), '4321 bye ä true');
        await until(() => upstreams[name].seen.at(-1) === 'close 4321 bye ä', 'the close at the upstream');
        wire.stop();
      });
    }
  });
}

test('everybody hears the same from a server that broadcasts', async () => {
  const wire = await Wire.to(server.port);
  const sockets = [open(wire, 'broadcast', {transport: 'polling'}), open(wire, 'broadcast'), new Platform(upstreams.broadcast.url)];
  const heard = sockets.map((socket) => {
    const mine: string[] = [];
    socket.addEventListener('message', ({data}) => mine.push(String(data)));
    return mine;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  for (let round = 0; round < 20; round++) {
    sockets.forEach((socket, at) => socket.send(`${at} says ${round}`));
    if (round % 5 === 4) {
      wire.cut();
    }
    await delay(1);
  }
  await until(() => heard.every((each) => each.length === 60), 'sixty messages each');
  assert.deepEqual(heard[0], heard[2]);
  assert.deepEqual(heard[1], heard[2]);
  sockets.forEach((socket) => socket.close());
  wire.stop();
});

test('Socket.IO and its own client talk over polls that are cut', async () => {
  const wire = await Wire.to(server.port);
  const connections: LongwireSocket[] = [];
  const global = globalThis as {WebSocket?: unknown};
  const {WebSocket: socketTransport} = await import('engine.io-client');
  class OverBridge extends socketTransport {
    override createSocket(uri: string, protocols: string | string[] | undefined): WebSocket {
      const socket = new LongwireSocket(uri, protocols, {transport: 'polling'});
      // As in a page; in Node it would want what only one library has.
      this.socket.binaryType = 'arraybuffer';
      connections.push(socket);
      return socket;
    }
  }
  assert.equal(global.WebSocket, undefined);
  const client = io(wire.url, {path: '/v1/bridge/io', transports: [OverBridge], reconnection: false});
  const said: string[] = [];
  client.on('said', (number: number, bytes: ArrayBuffer) => {
    said.push(`${number} ${bytes.byteLength}`);
    if (said.length % 6 === 0) {
      wire.cut();
    }
  });
  await once(client as never, 'connect');
  const done = await Promise.all(Array.from({length: 30}, (_, at) => client.timeout(60_000).emitWithAck('say', at, new Uint8Array(at * 3_000))));
  assert.deepEqual(done, Array.from({length: 30}, (_, at) => at));
  await until(() => said.length === 30, 'all events');
  assert.deepEqual(said, Array.from({length: 30}, (_, at) => `${at} ${at * 3_000}`));
  assert.equal(connections.length, 1);
  assert.ok(wire.cuts > 3);
  client.disconnect();
  wire.stop();
});

test('where WebSockets are blocked it polls by itself, and remembers that', async () => {
  const wire = await Wire.to(server.port);
  wire.treatment = 'block';
  for (const round of [1, 2]) {
    const socket = open(wire, 'echo');
    socket.addEventListener('open', () => socket.send(`round ${round}`));
    const [event] = (await once(socket, 'message')) as [MessageEvent];
    assert.equal(event.data, `round ${round}`);
    socket.close();
    await closing(socket);
  }
  assert.equal(wire.upgrades, 1);
  wire.stop();
});

test('it goes on by WebSocket where that works', async () => {
  const wire = await Wire.to(server.port);
  const socket = open(wire, 'echo');
  await once(socket, 'open');
  for (let round = 0; round < 3; round++) {
    socket.send(`round ${round}`);
    const [event] = (await once(socket, 'message')) as [MessageEvent];
    assert.equal(event.data, `round ${round}`);
    await delay(1_100);
    wire.cut();
  }
  socket.send('last');
  await once(socket, 'message');
  assert.equal(wire.requests, 0);
  assert.ok(wire.upgrades > 3);
  socket.close();
  await closing(socket);
  wire.stop();
});

test('query and subprotocols go to the upstream, and a close of any kind comes from it', async () => {
  const wire = await Wire.to(server.port);
  for (const [, options] of ways) {
    for (const [ask, expected] of [
      ['close', '1005  true'],
      ['close:1000:fine', '1000 fine true'],
      ['close:1001:', '1001  true'],
      ['close:4999:grüß dich', '4999 grüß dich true'],
      ['drop', '1012  true'],
      ['large:1048577', '1009  true'],
    ]) {
      const socket = new LongwireSocket(`${wire.url}/v1/bridge/echo/?room=7&x=%20`, ['a', 'b'], {WebSocket: Platform, ...options});
      await once(socket, 'open');
      assert.equal(socket.protocol, 'a');
      assert.ok(upstreams.echo.seen.includes('open /?room=7&x=%20 a'));
      socket.send(ask!);
      assert.equal(await closing(socket), expected, ask);
    }
  }
  wire.stop();
});

test('what is longer than the bridge allows closes both sides with 1009', async () => {
  const wire = await Wire.to(server.port);
  for (const [, options] of ways) {
    const socket = open(wire, 'echo', options);
    await once(socket, 'open');
    const before = upstreams.echo.seen.length;
    socket.send(new Uint8Array(MIB + 1));
    assert.equal(await closing(socket), '1009  true');
    await until(() => upstreams.echo.seen.slice(before).includes('close 1009 '), 'the close at the upstream');
  }
  wire.stop();
});

test('who is away for longer than the window is closed with 1012, and its upstream with 1001', async () => {
  const wire = await Wire.to(server.port);
  for (const [, options] of ways) {
    const socket = open(wire, 'brief', options);
    await once(socket, 'open');
    const before = upstreams.echo.seen.length;
    const end = closing(socket);
    wire.hold();
    await until(() => upstreams.echo.seen.slice(before).includes('close 1001 '), 'the close at the upstream');
    wire.release();
    assert.equal(await end, '1012  true');
  }
  wire.stop();
});

test('an upstream that is not there, no bridge, and no server are an error and 1006', async () => {
  const wire = await Wire.to(server.port);
  for (const [, options] of ways) {
    for (const name of ['absent', 'nothing']) {
      const socket = open(wire, name, options);
      let errors = 0;
      socket.onerror = () => errors++;
      assert.equal(await closing(socket), '1006  false', name);
      assert.equal(errors, 1);
    }
  }
  const {url} = wire;
  wire.stop();
  assert.equal(await closing(new LongwireSocket(url, [], {WebSocket: Platform})), '1006  false');
});

test('what a client gives up while its upstream has not answered is an upstream no more', async () => {
  const wire = await Wire.to(server.port);
  const {seen} = upstreams.reluctant;
  for (const [, options] of ways) {
    const before = seen.length;
    const socket = open(wire, 'reluctant', options);
    await until(() => seen.length > before, 'the upstream is asked');
    socket.close();
    assert.equal(await closing(socket), '1006  false');
    await until(() => seen.slice(before).includes('gone'), 'the upstream is left');
  }
  wire.stop();
});

test('pings of the upstream are answered while the client polls', async () => {
  const wire = await Wire.to(server.port);
  const socket = open(wire, 'echo', {transport: 'polling'});
  await once(socket, 'open');
  const before = upstreams.echo.seen.length;
  socket.send('ping');
  await until(() => upstreams.echo.seen.slice(before).includes('pong'), 'a pong');
  socket.close();
  await closing(socket);
  wire.stop();
});
