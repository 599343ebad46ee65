// SPDX-License-Identifier: Apache-2.0
// What the client has to do wherever it runs: nothing here belongs to one platform. `run` answers with what went wrong.
import {cbor} from '../dist/cbor/index.js';
import {Client, eventStream} from '../dist/index.js';
import {Presence} from '../dist/presence/index.js';
import {LongwireSocket} from '../dist/socket/index.js';

const PATIENCE_MILLIS = 20_000;

const until = async (what, holds) => {
  for (const end = Date.now() + PATIENCE_MILLIS; !holds(); ) {
    if (Date.now() > end) {
      throw new Error(`did not happen: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const text = (value) => JSON.stringify(value, (_, each) => (each instanceof Uint8Array ? {bytes: [...each]} : each));

const same = (got, wanted, what) => {
  if (text(got) !== text(wanted)) {
    throw new Error(`${what}: ${text(got)} instead of ${text(wanted)}`);
  }
};

const ways = {
  websocket: {transports: ['websocket']},
  poll: {transports: ['poll']},
  stream: {transports: ['stream']},
  'websocket in CBOR': {transports: ['websocket'], codec: cbor},
  'poll in CBOR': {transports: ['poll'], codec: cbor},
};

const tests = {};

for (const [way, options] of Object.entries(ways)) {
  tests[`${way}: whatever is said comes back, and no name is more than a name`] = async ({make, room}) => {
    const client = make(options);
    await client.connect();
    same(client.transport, options.transports[0], 'transport');
    const payloads = [{text: 'hällo ☃'}, 'a text', 42.5, null, JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'), new Uint8Array([0, 255, 128])];
    for (const name of [room, `__proto__`, 'constructor']) {
      const channel = client.channel(name);
      const seen = [];
      channel.on('message', ({data}) => seen.push(data));
      const {position} = await channel.subscribe();
      for (const payload of payloads) {
        await channel.publish(payload);
      }
      await until('all', () => seen.length === payloads.length);
      same(seen, payloads, name);
      const {messages} = await channel.history({since: position});
      same(messages.map(({data}) => data), payloads, `history of ${name}`);
      same({}.polluted, undefined, 'Object.prototype');
      same(channel.position.offset, position.offset + payloads.length, 'position');
      channel.unsubscribe();
    }
    same(await client.subscriptions(), [], 'subscriptions');
  };
}

for (const way of ['websocket', 'poll']) {
  tests[`${way}: cuts lose nothing, repeat nothing and turn nothing around`] = async ({make, room, cut}) => {
    const client = make({...ways[way], backoff: {minMillis: 5, maxMillis: 50}, timeoutMillis: 0});
    await client.connect();
    const channel = client.channel(room);
    const seen = [];
    channel.on('message', ({data}) => seen.push(data));
    await channel.subscribe();
    const total = 200;
    const acks = [];
    for (let n = 0; n < total; n++) {
      acks.push(channel.publish(n));
      if (n % 40 === 20) {
        await cut();
      }
    }
    await Promise.all(acks);
    await until('all', () => seen.length >= total);
    same(seen, Array.from({length: total}, (_, n) => n), 'messages');
  };
}

tests['who is there is seen'] = async ({make, room}) => {
  const [ann, bob] = [make(ways.websocket), make(ways.poll)];
  await Promise.all([ann.connect(), bob.connect()]);
  const sees = new Presence(bob, room);
  const sits = new Presence(ann, room);
  await sees.observe();
  await sits.enter({typing: false});
  await until('joined', () => sees.count === 1);
  same([...sees.members.values()].map(({client, data}) => [client, data]), [[ann.id, {typing: false}]], 'members');
  await sits.leave();
  await until('left', () => sees.count === 0);
};

tests['a loop reads messages, and ends with the client'] = async ({make, room}) => {
  const [client, other] = [make(ways.websocket), make(ways.websocket)];
  await Promise.all([client.connect(), other.connect()]);
  const read = [];
  await client.channel(room).subscribe();
  const loop = (async () => {
    for await (const {data} of client.channel(room).messages()) {
      read.push(data);
      if (data === 2) {
        client.close();
      }
    }
  })();
  await other.channel(room).publish(1);
  await other.channel(room).publish(2);
  await loop;
  same(read, [1, 2], 'read');
};

for (const transport of ['websocket', 'polling']) {
  tests[`a socket to somebody else's server, by ${transport}`] = async ({url}) => {
    const socket = new LongwireSocket(`${url.replace(/^http/, 'ws')}/v1/bridge/echo`, [], {transport});
    socket.binaryType = 'arraybuffer';
    const heard = [];
    socket.onmessage = ({data}) => heard.push(typeof data === 'string' ? data : new Uint8Array(data));
    const closed = new Promise((resolve) => (socket.onclose = ({code, reason, wasClean}) => resolve([code, reason, wasClean])));
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('it did not open'));
    });
    const sent = ['hällo', '', new Uint8Array(100_000).map((_, i) => i * 7), new Uint8Array(0)];
    sent.forEach((each) => socket.send(each));
    await until('the echo', () => heard.length >= sent.length);
    same(heard, sent, 'echo');
    socket.close(4001, 'done');
    same(await closed, [4001, 'done', true], 'close');
  };
}

/** `url` is that of a server with a bridge `echo`; a request to `control` cuts all connections. */
export const run = async ({url, control, name}) => {
  const results = [];
  for (const [what, test] of Object.entries(tests)) {
    const clients = [];
    const make = (options) => {
      const client = new Client(url, {eventStream, ...options});
      clients.push(client);
      return client;
    };
    try {
      const room = `${name}:${results.length}`;
      await test({url, make, room, cut: async () => void (await (await fetch(control, {method: 'POST'})).text())});
      results.push({what});
    } catch (error) {
      results.push({what, fault: String(error?.stack ?? error)});
    }
    clients.forEach((client) => client.close());
  }
  return results;
};
