// SPDX-License-Identifier: Apache-2.0
// Compressed messages between the real server and two clients that know nothing of it: ws, and undici, which is Node's.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {WebSocket as Undici} from 'undici';
import {WebSocket as Ws} from 'ws';
import {Client} from '../src/index.js';
import {until} from './peer.js';
import {LongwireServer} from './server.js';

describe('compressed messages', () => {
  let server: LongwireServer;
  const text = 'the same again and again, '.repeat(1_000);

  before(async () => {
    server = await LongwireServer.start('--set', 'deflate=256');
  });
  after(() => server.stop());

  test('ws agrees, and both sides understand each other', async () => {
    const socket = new Ws(`ws://127.0.0.1:${server.port}/v1/ws`, {perMessageDeflate: {threshold: 1}});
    const seen: Array<Record<string, unknown>> = [];
    socket.on('message', (data) => seen.push(JSON.parse(String(data)) as Record<string, unknown>));
    await new Promise((resolve) => socket.on('open', resolve));
    assert.match(socket.extensions, /permessage-deflate/);
    socket.send('{"type":"connect","id":1}');
    socket.send('{"type":"subscribe","id":2,"channel":"deflate"}');
    await until('subscribed', () => seen.some((frame) => frame['type'] === 'subscribed'));
    const before = (socket as unknown as {_socket: {bytesRead: number; bytesWritten: number}})._socket;
    const {bytesRead, bytesWritten} = before;
    for (let id = 3; id < 13; id++) {
      socket.send(JSON.stringify({type: 'publish', id, channel: 'deflate', data: `${id} ${text}`}));
    }
    await until('all', () => seen.filter((frame) => frame['type'] === 'message').length === 10);
    assert.deepEqual(
      seen.filter((frame) => frame['type'] === 'message').map((frame) => frame['data']),
      Array.from({length: 10}, (_, index) => `${index + 3} ${text}`),
    );
    assert.ok(before.bytesWritten - bytesWritten < text.length, 'ten messages go in less than one would take');
    assert.ok(before.bytesRead - bytesRead < text.length, 'and come so');
    socket.close();
  });

  test('our client, with the WebSocket of undici', async () => {
    const client = new Client(server.url, {transports: ['websocket'], webSocket: Undici as unknown as typeof WebSocket});
    await client.connect();
    const channel = client.channel('deflate:own');
    const seen: unknown[] = [];
    channel.on('message', (message) => seen.push(message.data));
    await channel.subscribe();
    await channel.publish({text});
    await channel.publish('short');
    await until('both', () => seen.length === 2);
    assert.deepEqual(seen, [{text}, 'short']);
    client.close();
  });
});
