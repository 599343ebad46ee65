// SPDX-License-Identifier: Apache-2.0
// Tokens that end while a client is connected, against the real server.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {WebSocket} from 'ws';
import {Client} from '../src/index.js';
import {until} from './peer.js';
import {LongwireServer} from './server.js';
import {BELIEVES, tokenOf} from './token.js';

/** A token that ends so many seconds from now. */
const token = (seconds: number): string => tokenOf('ann', seconds);

describe('a token that ends', () => {
  let server: LongwireServer;

  before(async () => {
    server = await LongwireServer.start(...BELIEVES, '--set', 'tokens.app.leeway=0s');
  });
  after(() => server.stop());

  for (const via of ['websocket', 'poll'] as const) {
    test(`${via}: is asked for once when the server says so, and not before`, async () => {
      let asked = 0;
      const client = new Client(server.url, {
        webSocket: WebSocket,
        transports: [via],
        // Long ones after a short one; and whatever this machine's clock says, the server's counts.
        token: () => token(asked++ === 0 ? 10 : 3_600),
      });
      await client.connect();
      assert.equal(asked, 1);
      assert.equal(client.user, 'ann');
      await until('the next token', () => asked === 2);
      // What follows has the new token's rights, on the same session.
      const id = client.id;
      await client.channel('a').publish(1);
      assert.equal(client.id, id);
      assert.equal(asked, 2);
      client.close();
    });
  }

  test('a source that fails is said, and the session goes on', async () => {
    let asked = 0;
    const client = new Client(server.url, {
      webSocket: WebSocket,
      token: () => (asked++ === 0 ? token(10) : Promise.reject(new Error('no more'))),
    });
    const notices: string[] = [];
    client.on('notice', ({name}) => notices.push(name));
    await client.connect();
    await until('the notice', () => notices.length > 0);
    assert.deepEqual(notices, ['refresh_failed']);
    await client.channel('a').publish(1);
    client.close();
  });
});
