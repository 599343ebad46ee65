// SPDX-License-Identifier: Apache-2.0
import {type Codec, json} from './codec.js';
import {defaultMemory, type Memory} from './environment.js';
import type {Via} from './machine/routes.js';
import type {MachineOptions} from './machine/types.js';
import {base64} from './payload.js';
import type {Fetch} from './transports/poll.js';
import type {EventStreamReader} from './transports/stream.js';
import type {WebSocketConstructor} from './transports/websocket.js';

/** What can be chosen. Everything has a value that suits most. */
export interface ClientOptions {
  /** Who this is: a token, or where to get one. A function is asked at every connection, and when the server asks before a token ends. */
  readonly token?: string | (() => string | Promise<string>);
  /** The WebSocket to use where the platform has none (Node 20): that of the `ws` package. */
  readonly webSocket?: unknown;
  /** What to poll with, where it is not to be the platform's. */
  readonly fetch?: Fetch;
  /** The ways to connect, the best first; `['websocket', 'poll']`, as far as the platform has them. */
  readonly transports?: readonly Via[];
  /** `eventStream` of this package, for the transport `stream`: a poll whose answer does not end. */
  readonly eventStream?: EventStreamReader;
  /** How frames travel, if not as JSON: `cbor` of `@longwire/client/cbor`. */
  readonly codec?: Codec;
  /** Where to remember that WebSockets do not work here; `localStorage` in pages, this program's memory elsewhere. */
  readonly memory?: Memory;
  /** How this program is called in the server's lists. */
  readonly agent?: string;
  /** How soon WebSockets are tried again where they did not work; 15 s, then twice as long each time, up to 10 min. */
  readonly probeMillis?: number;
  /** The longest message that the server takes; 64 KiB. A longer publish rejects with `too_large`. */
  readonly messageBytes?: number;
  /** Waits between attempts: full jitter under a bound that doubles from 500 ms to 20 s. */
  readonly backoff?: {readonly minMillis?: number; readonly maxMillis?: number};
  /** An attempt to connect is given up after this; 10 s. */
  readonly connectMillis?: number;
  /** A request without an answer fails after this, time without a connection included; 60 s. 0 = never. */
  readonly timeoutMillis?: number;
  /** A publish that is `rate_limited` rejects. Otherwise it waits and goes out again, in its old order. */
  readonly impatient?: boolean;
  /** What may wait to be sent: 1000 requests, 1 Mi characters. */
  readonly outbox?: {readonly requests?: number; readonly characters?: number};
}

/** The same, complete. */
export interface Settings extends MachineOptions {
  readonly token: ClientOptions['token'];
  readonly webSocket: WebSocketConstructor | undefined;
  readonly webSocketUrl: string;
  readonly fetch: Fetch | undefined;
  readonly eventStream: EventStreamReader | undefined;
  readonly pollUrl: string;
  readonly origin: string;
  readonly memory: Memory;
  readonly timeoutMillis: number;
}

/** 128 bits that nobody can guess, as text. Works on pages without TLS too, where `randomUUID` is missing. */
const secret = (): string => base64(crypto.getRandomValues(new Uint8Array(16)));

/** The address of an endpoint below the server's, `http` or `ws` as asked. */
const endpoint = (base: string | URL, scheme: 'http' | 'ws', path: string): string => {
  const url = new URL(base, globalThis.location?.href);
  url.protocol = url.protocol.replace(/^(http|ws)/, scheme);
  url.pathname = url.pathname.replace(/\/*$/, path);
  url.search = url.hash = '';
  return url.href;
};

export const settings = (url: string | URL, options: ClientOptions): Settings => {
  const webSocket = (options.webSocket ?? globalThis.WebSocket) as WebSocketConstructor | undefined;
  const fetch = (options.fetch ?? globalThis.fetch?.bind(globalThis)) as Fetch | undefined;
  const routes = (options.transports ?? (['websocket', 'poll'] as const)).filter((via) => (via === 'websocket' ? webSocket : via === 'poll' ? fetch : fetch && options.eventStream));
  if (routes.length === 0) {
    throw new TypeError('no transport works here');
  }
  const pollUrl = endpoint(url, 'http', '/v1/poll');
  return {
    agent: options.agent ?? 'longwire-js/0.1',
    codec: options.codec ?? json,
    backoff: {minMillis: 500, maxMillis: 20_000, ...options.backoff},
    outbox: {requests: 1000, characters: 2 ** 20, ...options.outbox},
    impatient: options.impatient,
    connectMillis: options.connectMillis ?? 10_000,
    timeoutMillis: options.timeoutMillis ?? 60_000,
    probeMillis: options.probeMillis ?? 15_000,
    messageBytes: options.messageBytes ?? 65_536,
    random: Math.random,
    secret,
    token: options.token,
    renewable: typeof options.token === 'function',
    webSocket,
    webSocketUrl: endpoint(url, 'ws', '/v1/ws'),
    fetch,
    eventStream: options.eventStream,
    pollUrl,
    origin: new URL(pollUrl).origin,
    memory: options.memory ?? defaultMemory(),
    routes,
  };
};
