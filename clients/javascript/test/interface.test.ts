// SPDX-License-Identifier: Apache-2.0
// The same checks on Node's own WebSocket, straight to a server, and on ours, through a bridge to the same server.
import {after, before, describe, test} from 'node:test';
import {WebSocket as NodeWebSocket} from 'undici';
import {LongwireSocket, type LongwireSocketOptions} from '../src/socket/index.js';
import {checks} from './interface.js';
import {LongwireServer} from './server.js';
import {echo, type Upstream} from './upstreams.js';

const Platform = NodeWebSocket as unknown as typeof WebSocket;
let upstream: Upstream;
let server: LongwireServer;

before(async () => {
  upstream = await echo();
  server = await LongwireServer.start('--set', `bridges.echo.url=${upstream.url}/path`);
});

after(async () => {
  await server.stop();
  upstream.stop();
});

const through = (options: LongwireSocketOptions): typeof WebSocket =>
  class extends LongwireSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, {WebSocket: Platform, ...options});
    }
  };

const subjects: [string, typeof WebSocket, () => string][] = [
  ["Node's own", Platform, () => `${upstream.url}/path?a=1`],
  ["Node's own, led through the bridge", Platform, () => `ws://127.0.0.1:${server.port}/v1/bridge/echo?a=1`],
  ['ours over WebSocket', through({}), () => `ws://127.0.0.1:${server.port}/v1/bridge/echo?a=1`],
  ['ours over polling', through({transport: 'polling'}), () => `ws://127.0.0.1:${server.port}/v1/bridge/echo?a=1`],
];

/** Where Node's own is not what the standard says; browsers are, see browser.e2e.ts. */
const NODE_DIFFERS = new Set([
  'text comes back as text', // it drops byte order marks
  'what is sent after a close is counted and goes nowhere', // it isn't counted
  'listeners and handlers are called in the order in which they came', // another handler goes to the end
  'another binaryType than the two changes nothing', // it sets `blob`
  'a close while it connects is an error and 1006', // the state is still 2
]);

for (const [name, WebSocket, url] of subjects) {
  describe(name, () => {
    for (const [what, check] of Object.entries(checks).filter(([each]) => WebSocket !== Platform || !NODE_DIFFERS.has(each))) {
      test(what, () => check({WebSocket, url: url(), nothing: 'ws://127.0.0.1:1/v1/bridge/echo'}));
    }
  });
}
