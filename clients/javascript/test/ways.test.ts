// SPDX-License-Identifier: Apache-2.0
// Which way to the server is taken, what is remembered of it, and what happens while it changes.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, test} from 'node:test';
import {json} from '../src/codec.js';
import {recall, remember} from '../src/environment.js';
import {Feed} from '../src/feed.js';
import type {MessageFrame, ServerFrame} from '../src/frames.js';
import {Machine} from '../src/machine/machine.js';
import {Routes} from '../src/machine/routes.js';
import type {ChannelEvent} from '../src/machine/subscriptions.js';
import type {Ending, MachineOptions} from '../src/machine/types.js';
import {openPoll} from '../src/transports/poll.js';
import {eventStream} from '../src/transports/stream.js';
import {type Frame, until} from './peer.js';

describe('the ways to a server', () => {
  test('an attempt that does not get through is followed by the next way at once, then by a wait', () => {
    const routes = new Routes(['websocket', 'poll'], 15_000, undefined);
    assert.equal(routes.failed(0), true);
    assert.equal(routes.via, 'poll');
    assert.equal(routes.failed(10), false);
    assert.equal(routes.via, 'websocket');
  });

  test('three that die young are a verdict; one that held is a pardon', () => {
    const routes = new Routes(['websocket', 'poll'], 15_000, undefined);
    for (const [now, lived] of [[0, 1000], [2000, 1000], [4000, 11_000], [20_000, 1000], [22_000, 1000]] as const) {
      routes.connected(now);
      assert.equal(routes.failed(now + lived), false);
      assert.equal(routes.via, 'websocket');
    }
    routes.connected(30_000);
    assert.equal(routes.failed(30_100), true);
    assert.equal(routes.via, 'poll');
  });

  test('what the server ended says nothing about the way', () => {
    const routes = new Routes(['websocket', 'poll'], 15_000, undefined);
    for (let i = 0; i < 10; i++) {
      routes.connected(i);
      routes.ended();
    }
    assert.equal(routes.via, 'websocket');
  });

  test('while on a detour the first way is probed, ever more seldom; after a return one early death is enough', () => {
    const routes = new Routes(['websocket', 'poll'], 15_000, 'poll');
    assert.equal(routes.via, 'poll');
    routes.connected(0);
    const waits: number[] = [];
    for (let now = 0; waits.length < 8; ) {
      waits.push(routes.probeAt - now);
      now = routes.probeAt;
      routes.probing();
      assert.equal(routes.probeAt, Infinity);
      assert.equal(routes.probed(false, now), false);
    }
    assert.deepEqual(waits, [15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
    routes.hurry(1_000_000);
    assert.equal(routes.probeAt, 1_001_000);
    assert.equal(routes.probed(true, 1_001_500), true);
    assert.equal(routes.via, 'websocket');
    routes.connected(1_002_000);
    assert.equal(routes.failed(1_003_000), true);
    assert.equal(routes.via, 'poll');
  });

  test('a move keeps the state; requests that wait go along', () => {
    const options: MachineOptions = {
      agent: 'test', codec: json, routes: ['websocket', 'poll'], probeMillis: 15_000, messageBytes: 65_536, backoff: {minMillis: 500, maxMillis: 20_000},
      outbox: {requests: 10, characters: 1000}, connectMillis: 10_000, renewable: false, random: () => 0.5, secret: () => 'x',
    };
    const machine = new Machine(options, 'poll');
    const said: string[] = [];
    let frames: Frame[] = [];
    const drain = (): void => {
      for (const output of machine.outputs.splice(0)) {
        said.push(output.do === 'state' ? output.state : output.do === 'open' ? `open ${output.via} ${output.turn}` : output.do);
        if (output.do === 'send') {
          frames = output.texts.map((text) => JSON.parse(text as string) as Frame);
        }
      }
    };
    const connected = (turn: number, now: number): void => {
      machine.opened(turn, undefined, now);
      drain();
      const id = frames[0]!['id'] as number;
      machine.received(turn, [{type: 'connected', id, session: 's', client: 'c', resumed: turn > 1, turn, user: null, ping: 25_000, window: 1, expires: null, dedupe: 1} as ServerFrame], now);
      drain();
    };
    machine.connect(0);
    connected(1, 0);
    machine.request('publish', {type: 'publish', channel: 'x', data: 1}, Infinity, () => {}, 5);
    machine.received(1, [], 14_000);
    machine.tick(15_000);
    drain();
    assert.deepEqual(said.splice(0), ['connecting', 'open poll 1', 'send', 'attached', 'connected', 'remember', 'send', 'probe']);
    machine.probed(true, 18_000);
    connected(2, 18_100);
    assert.deepEqual(said.splice(0), ['open websocket 2', 'send', 'attached', 'send']);
    assert.equal(frames[0]!['retry'], true);
    machine.received(2, [{type: 'pong'}], 28_000);
    machine.tick(28_100);
    drain();
    assert.deepEqual(said.splice(0), ['remember'], 'it held: the verdict is forgotten');
    machine.closed(2, {code: 1006}, 30_000);
    drain();
    assert.deepEqual(said.splice(0), ['reconnecting', 'error']);
  });

  test('a token that cannot be had is not the way\'s fault', () => {
    const options: MachineOptions = {
      agent: 'test', codec: json, routes: ['websocket', 'poll'], probeMillis: 15_000, messageBytes: 65_536, backoff: {minMillis: 500, maxMillis: 20_000},
      outbox: {requests: 10, characters: 1000}, connectMillis: 10_000, renewable: true, random: () => 0.5, secret: () => 'x',
    };
    const machine = new Machine(options);
    machine.connect(0);
    const cause = new Error('mine');
    machine.closed(1, {code: 0, reason: 'token_failed', cause}, 10);
    const error = machine.outputs.flatMap((output) => (output.do === 'error' ? [output.error] : []))[0]!;
    assert.equal(error.name, 'token_failed');
    assert.equal(error.cause, cause);
    machine.outputs.length = 0;
    machine.tick(1000);
    assert.deepEqual(machine.outputs, [{do: 'open', turn: 2, via: 'websocket', fresh: true}]);
  });

  test('a verdict is kept for an hour per origin, and a memory that fails does no harm', () => {
    const texts = new Map<string, string>();
    const memory = {getItem: (key: string) => texts.get(key) ?? null, setItem: (key: string, value: string) => void texts.set(key, value), removeItem: (key: string) => void texts.delete(key)};
    remember(memory, 'http://a', 'poll');
    assert.equal(recall(memory, 'http://a'), 'poll');
    assert.equal(recall(memory, 'http://b'), undefined);
    texts.set('longwire http://a', `poll ${Date.now() - 1}`);
    assert.equal(recall(memory, 'http://a'), undefined);
    texts.set('longwire http://a', 'rubbish');
    assert.equal(recall(memory, 'http://a'), undefined);
    remember(memory, 'http://a', null);
    assert.equal(texts.size, 0);
    const forbidden = {getItem: () => { throw new Error(); }, setItem: () => { throw new Error(); }, removeItem: () => { throw new Error(); }};
    assert.equal(recall(forbidden, 'x'), undefined);
    remember(forbidden, 'x', 'poll');
    remember(forbidden, 'x', null);
  });
});

describe('a reload after a reset', () => {
  const message = (offset: number): ChannelEvent => ({type: 'message', channel: 'x', epoch: 'e', frame: {type: 'message', channel: 'x', offset, time: 0, from: null, client: null, data: offset} as MessageFrame});
  const reset = (offset: number): ChannelEvent => ({type: 'reset', channel: 'x', reset: {channel: 'x', reason: 'trimmed', position: {epoch: 'e', offset}}});

  test('holds messages until it has resolved', async () => {
    const feed = new Feed<number>();
    const seen: number[] = [];
    feed.on('message', ({data}) => seen.push(data));
    const calls: string[] = [];
    let finish: (() => void) | undefined;
    feed.reload = ({reason}) => {
      calls.push(reason);
      return new Promise<void>((resolve) => (finish = resolve));
    };
    [message(1), reset(5), message(6), message(7)].forEach((event) => feed.show(event));
    assert.deepEqual(seen, [1]);
    finish!();
    await until('the rest', () => seen.length === 3);
    assert.deepEqual(seen, [1, 6, 7]);
    assert.deepEqual(calls, ['trimmed']);
  });

  test('beyond its bound it drops what waits and reloads once more', async () => {
    const feed = new Feed<number>();
    const seen: number[] = [];
    feed.on('message', ({data}) => seen.push(data));
    const calls: (string | number)[] = [];
    const finish: (() => void)[] = [];
    feed.reload = ({reason, position}) => {
      calls.push(reason, position.offset);
      return new Promise<void>((resolve) => finish.push(resolve));
    };
    feed.show(reset(5));
    for (let offset = 6; offset <= 1010; offset++) {
      feed.show(message(offset));
    }
    finish[0]!();
    await until('the second', () => finish.length === 2);
    assert.deepEqual(calls, ['trimmed', 5, 'overflow', 1006]);
    assert.deepEqual(seen, []);
    finish[1]!();
    await until('the rest', () => seen.length === 4);
    assert.deepEqual(seen, [1007, 1008, 1009, 1010]);
  });
});

describe('polling, against a scripted peer', () => {
  interface Asked {
    readonly body: Frame;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    answer(status: number, body: unknown, headers?: Record<string, string>): void;
  }

  const rig = async (fresh: boolean, stream = false) => {
    const asked: Asked[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const piece of request) {
        text += String(piece);
      }
      const answer = (status: number, body: unknown, headers = {}): void => void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
      asked.push({body: JSON.parse(text) as Frame, request, response, answer});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const frames: Frame[] = [];
    const endings: Ending[] = [];
    let opened = false;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/poll`;
    const carrier = openPoll({codec: json, fetch, url, fresh, stream: stream ? eventStream : undefined}, {
      opened: () => (opened = true),
      received: (list) => frames.push(...(list as unknown as Frame[])),
      closed: (ending) => endings.push(ending),
    });
    await until('open', () => opened);
    let taken = 0;
    return {
      asked,
      frames,
      endings,
      carrier,
      next: async (): Promise<Asked> => {
        const one = await until('a request', () => asked[taken]);
        taken++;
        return one;
      },
      stop: (): void => {
        carrier.close(false);
        server.closeAllConnections();
        server.close();
      },
    };
  };
  const connect = '{"type":"connect","id":1}';
  const connected = (seq: number): Frame => ({seq, frames: [{type: 'connected', id: 1, session: 's', turn: 1}]});

  test('numbers, confirms, holds one and lets a second bring what there is to send', async () => {
    const {next, carrier, frames, stop, asked} = await rig(true);
    try {
      carrier.send([connect]);
      const first = await next();
      assert.deepEqual(first.body, {seq: 1, wait: 20_000, frames: [{type: 'connect', id: 1}]});
      assert.match(first.request.headers['content-type'] ?? '', /^text\/plain/, 'no preflight');
      carrier.send(['{"type":"a"}']);
      first.answer(200, connected(1));
      const second = await next();
      assert.deepEqual(second.body, {seq: 2, wait: 20_000, session: 's', ack: 1, frames: [{type: 'a'}]});
      carrier.send(['{"type":"b"}', '{"type":"c"}']);
      const third = await next();
      assert.deepEqual(third.body, {seq: 3, wait: 20_000, session: 's', ack: 1, frames: [{type: 'b'}, {type: 'c'}]});
      carrier.send(['{"type":"d"}']);
      third.answer(200, {seq: 3, frames: [{type: 'message', offset: 2}]});
      second.answer(200, {seq: 2, frames: [{type: 'message', offset: 1}]});
      const fourth = await next();
      assert.deepEqual([fourth.body['seq'], fourth.body['ack'], fourth.body['frames']], [4, 3, [{type: 'd'}]]);
      assert.deepEqual(frames.slice(1).map((frame) => frame['offset']), [1, 2], 'answers are heard in the order of their requests');
      assert.equal(asked.length, 4);
    } finally {
      stop();
    }
  });

  test('says a lost request again with its number; early answers do not let it run ahead', async () => {
    const {next, carrier, frames, endings, stop} = await rig(true);
    try {
      carrier.send([connect]);
      (await next()).request.socket.destroy();
      const again = await next();
      assert.equal(again.body['seq'], 1);
      again.answer(200, connected(1));
      const held = await next();
      carrier.send(['{"type":"a"}']);
      const third = await next();
      third.answer(200, {seq: 3, frames: []});
      carrier.send(['{"type":"b"}']);
      held.request.socket.destroy();
      const repeated = await next();
      assert.deepEqual([repeated.body['seq'], repeated.body['ack']], [2, 1], 'not 4: the window is 2');
      repeated.answer(200, {seq: 2, frames: [{type: 'message', offset: 1}]});
      const fourth = await next();
      assert.deepEqual([fourth.body['seq'], fourth.body['ack'], fourth.body['frames']], [4, 3, [{type: 'b'}]]);
      assert.deepEqual(frames.map((frame) => frame['type']), ['connected', 'message']);
      assert.deepEqual(endings, []);
    } finally {
      stop();
    }
  });

  for (const [status, body, headers, ending] of [
    [404, {name: 'session_gone'}, {}, {code: 4003, reason: 'session_gone'}],
    [409, {name: 'poll_superseded'}, {}, {code: 4003, reason: 'poll_superseded'}],
    [413, {name: 'body_too_large'}, {}, {code: 1009, reason: 'body_too_large'}],
    [503, {name: 'shutting_down'}, {'retry-after': '2'}, {code: 1006, reason: 'shutting_down', retryAfter: 2000}],
    [502, '<html>', {}, {code: 1006, reason: 'HTTP 502'}],
    [200, {seq: 1, frames: 'no'}, {}, {code: 1006, reason: 'not of this protocol'}],
  ] as const) {
    // Shows [CS40].
    test(`${status} ${JSON.stringify(body)} ends the carrier as ${ending.code}`, async () => {
      const {next, carrier, endings, stop} = await rig(true);
      try {
        carrier.send([connect]);
        (await next()).answer(status, body, headers);
        await until('the end', () => endings.length);
        assert.deepEqual({...endings[0]}, {retryAfter: undefined, ...ending});
      } finally {
        stop();
      }
    });
  }

  test('an attempt to resume is not said again: its turn may be over', async () => {
    const {next, carrier, endings, asked, stop} = await rig(false);
    try {
      carrier.send([connect]);
      (await next()).request.socket.destroy();
      await until('the end', () => endings.length);
      assert.equal(endings[0]!.code, 1006);
      assert.equal(asked.length, 1);
    } finally {
      stop();
    }
  });

  test('goodbye is said even while two requests are out', async () => {
    const {next, carrier, stop} = await rig(true);
    try {
      carrier.send([connect]);
      (await next()).answer(200, connected(1));
      await next();
      carrier.close(true);
      const last = await next();
      assert.deepEqual([last.body['wait'], last.body['frames']], [0, [{type: 'disconnect'}]]);
    } finally {
      stop();
    }
  });

  test('a stream is read in whatever pieces it comes', async () => {
    const {next, carrier, frames, endings, stop} = await rig(true, true);
    try {
      carrier.send([connect]);
      const first = await next();
      assert.equal(first.body['stream'], true);
      first.response.writeHead(200, {'content-type': 'text/event-stream'});
      const text = `data: {"type":"connected","id":1,"session":"s","turn":1}\n\n: comment\n\ndata: {"type":"message",\ndata: "offset":1,"data":"é☃"}\r\n\r\nid: 1\ndata:{"type":"message","offset":2}\n\n`;
      for (const byte of Buffer.from(text)) {
        first.response.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until('all', () => frames.length === 3);
      assert.deepEqual(frames.map((frame) => frame['offset']), [undefined, 1, 2]);
      assert.equal(frames[1]!['data'], 'é☃');
      carrier.send(['{"type":"a"}']);
      const second = await next();
      assert.deepEqual([second.body['seq'], second.body['ack'], second.body['stream']], [2, 1, undefined]);
      first.response.end();
      await until('the end', () => endings.length);
      assert.equal(endings[0]!.code, 1006);
    } finally {
      stop();
    }
  });
});
