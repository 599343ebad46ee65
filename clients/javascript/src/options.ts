// SPDX-License-Identifier: Apache-2.0
import type {MachineOptions} from './machine/machine.js';
import type {WebSocketConstructor} from './transports/websocket.js';

/** What can be chosen. Everything has a value that suits most. */
export interface ClientOptions {
  /** Who this is: a token, or where to get one. A function is asked at every connection and before a token ends. */
  readonly token?: string | (() => string | Promise<string>);
  /** The WebSocket to use where the platform has none (Node 20): that of the `ws` package. */
  readonly webSocket?: unknown;
  /** How this program is called in the server's lists. */
  readonly agent?: string;
  /** Waits between attempts: full jitter under a bound that doubles from 500 ms to 20 s. */
  readonly backoff?: {readonly minMillis?: number; readonly maxMillis?: number};
  /** An attempt to connect is given up after this; 10 s. */
  readonly connectMillis?: number;
  /** A request without an answer fails after this, time without a connection included; 60 s. 0 = never. */
  readonly timeoutMillis?: number;
  /** What may wait to be sent: 1000 requests, 1 Mi characters. */
  readonly outbox?: {readonly requests?: number; readonly characters?: number};
}

/** The same, complete. */
export interface Settings extends MachineOptions {
  readonly token: ClientOptions['token'];
  readonly webSocket: WebSocketConstructor;
  readonly webSocketUrl: string;
  readonly timeoutMillis: number;
}

/** 128 bits that nobody can guess, as text. Works on pages without TLS too, where `randomUUID` is missing. */
const secret = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

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
  if (!webSocket) {
    throw new TypeError('there is no WebSocket here; pass one as options.webSocket');
  }
  return {
    agent: options.agent ?? 'longwire-js/0.1',
    backoff: {minMillis: 500, maxMillis: 20_000, ...options.backoff},
    outbox: {requests: 1000, characters: 2 ** 20, ...options.outbox},
    connectMillis: options.connectMillis ?? 10_000,
    timeoutMillis: options.timeoutMillis ?? 60_000,
    random: Math.random,
    secret,
    token: options.token,
    renewable: typeof options.token === 'function',
    webSocket,
    webSocketUrl: endpoint(url, 'ws', '/v1/ws'),
  };
};
