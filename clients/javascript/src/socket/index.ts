// SPDX-License-Identifier: Apache-2.0
// A `WebSocket` that keeps its messages when its connections break: in front of any server, through a bridge of Longwire's.
import {BINARY, type Bytes, cut, TEXT} from './body.js';
import {Link} from './link.js';

/** What a `WebSocket` has no words for. All of it may be left out. */
export interface LongwireSocketOptions {
  /** Who asks, where the server wants to know. */
  token?: string | (() => string | Promise<string>);
  /** `polling` leaves WebSockets out, `websocket` polls. */
  transport?: 'any' | 'websocket' | 'polling';
  /** Another implementation than the platform's. */
  WebSocket?: typeof WebSocket;
  /** Another implementation than the platform's. */
  fetch?: typeof fetch;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
const ABNORMAL = 1006;
const NORMAL = 1000;
const LONGEST_REASON = 123;

const encoder = new TextEncoder();
// A byte order mark is part of what somebody sent.
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

const EVENTS = ['open', 'message', 'error', 'close'] as const;
type Name = (typeof EVENTS)[number];
type Handler = ((this: WebSocket, event: never) => unknown) | null;

/** Node has it since version 23 only. */
/** Whether every event goes to what its target has as `on` and its name, as in workerd; elsewhere that is the target's own doing. */
const callsHandlers = (): boolean => {
  let called = false;
  const target = Object.assign(new EventTarget(), {onopen: () => (called = true)});
  target.dispatchEvent(new Event('open'));
  return called;
};

const CloseEventOf: typeof CloseEvent =
  globalThis.CloseEvent ??
  class extends Event {
    readonly code: number;
    readonly reason: string;
    readonly wasClean: boolean;

    constructor(type: string, init: CloseEventInit = {}) {
      super(type, init);
      this.code = init.code ?? 0;
      this.reason = init.reason ?? '';
      this.wasClean = init.wasClean ?? false;
    }
  };

const fail = (name: string, text: string): never => {
  throw new DOMException(text, name);
};

const resolved = (text: string | URL): URL => {
  let url: URL;
  try {
    url = new URL(text, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    return fail('SyntaxError', `'${text}' is not a URL`);
  }
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(url.protocol)) {
    fail('SyntaxError', `the scheme of '${url.protocol}' is not ws or wss`);
  }
  if (url.hash || String(text).endsWith('#')) {
    fail('SyntaxError', 'the URL has a fragment');
  }
  return url;
};

const checked = (protocols: string | string[]): string[] => {
  const names = typeof protocols === 'string' ? [protocols] : [...protocols].map(String);
  names.forEach((name, at) => {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || names.indexOf(name) !== at) {
      fail('SyntaxError', `the subprotocol '${name}' is invalid, or there twice`);
    }
  });
  return names;
};

export interface LongwireSocket {
  addEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: WebSocketEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: WebSocketEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

/**
 * The standard `WebSocket` (WHATWG), over a bridge: `new LongwireSocket('wss://host/v1/bridge/NAME')`. It talks by WebSocket
 * where that works and by polling where it doesn't, and goes on without loss when a connection breaks, as long as it comes
 * back within the bridge's window; if not, it closes with 1012.
 *
 * `bufferedAmount` counts what the server behind the bridge has not taken yet.
 */
export class LongwireSocket extends EventTarget implements WebSocket {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;

  readonly url: string;
  readonly extensions = '';
  private state: 0 | 1 | 2 | 3 = CONNECTING;
  private chosen = '';
  private kind: BinaryType = 'blob';
  private buffered = 0;
  private readonly origin: string;
  private readonly link: Link;
  private readonly handlers: Record<Name, Handler> = {open: null, message: null, error: null, close: null};
  private readonly handled = new Set<Name>();
  /** Blobs are read one after the other, and what is sent after them waits. */
  private reading: Promise<void> | null = null;

  constructor(url: string | URL, protocols: string | string[] = [], options: LongwireSocketOptions = {}) {
    super();
    const full = resolved(url);
    const offers = checked(protocols);
    this.url = full.href;
    this.origin = full.origin;
    const query = full.search.slice(1);
    full.search = '';
    // Some libraries add it to every path.
    full.pathname = full.pathname.replace(/\/$/, '');
    const {token, transport = 'any'} = options;
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    const fetcher = options.fetch ?? globalThis.fetch?.bind(globalThis);
    const noSocket = transport === 'polling' || !Socket;
    this.link = new Link(
      {
        socket: full.href,
        poll: `${full.href.replace(/^ws/, 'http')}/poll`,
        WebSocket: noSocket ? undefined : Socket,
        fetch: transport === 'websocket' && !noSocket ? undefined : fetcher,
        token: token === undefined ? undefined : () => (typeof token === 'string' ? token : token()),
      },
      {
        opened: (subprotocol) => this.opened(subprotocol),
        message: (binary, bytes) => this.message(binary, bytes),
        taken: (bytes) => void (this.buffered -= bytes),
        closed: (code, reason) => this.closed(code, reason),
      },
      {protocols: offers.join(','), query},
    );
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.state;
  }

  get protocol(): string {
    return this.chosen;
  }

  get bufferedAmount(): number {
    return this.buffered;
  }

  get binaryType(): BinaryType {
    return this.kind;
  }

  set binaryType(kind: BinaryType) {
    // Another word than these two changes nothing.
    if (kind === 'blob' || kind === 'arraybuffer') {
      this.kind = kind;
    }
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (this.state === CONNECTING) {
      fail('InvalidStateError', 'still connecting');
    }
    if (data instanceof Blob) {
      this.buffered += data.size;
      this.inTurn(async () => this.push(BINARY, new Uint8Array(await data.arrayBuffer())));
      return;
    }
    const [kind, bytes] = bytesOf(data);
    this.buffered += bytes.length;
    this.inTurn(() => this.push(kind, bytes));
  }

  close(code?: number, reason = ''): void {
    const text = encoder.encode(String(reason)) as Bytes;
    const number = code === undefined ? undefined : Math.min(65_535, Math.max(0, Math.round(Number(code)) || 0));
    if (number !== undefined && number !== NORMAL && (number < 3000 || number > 4999)) {
      fail('InvalidAccessError', `the code must be 1000, or between 3000 and 4999, and is ${code}`);
    }
    if (text.length > LONGEST_REASON) {
      fail('SyntaxError', 'the reason is longer than 123 bytes');
    }
    if (this.state === CONNECTING) {
      this.state = CLOSING;
      this.link.abandon();
      setTimeout(() => this.closed(ABNORMAL, ''));
    } else if (this.state === OPEN) {
      this.state = CLOSING;
      // A reason has no place without a code.
      this.inTurn(() => this.link.close(number ?? (text.length > 0 ? NORMAL : undefined), text));
    }
  }

  private inTurn(task: () => void | Promise<void>): void {
    const wait = this.reading ? this.reading.then(task) : task();
    if (wait) {
      const mine: Promise<void> = wait.finally(() => {
        if (this.reading === mine) {
          this.reading = null;
        }
      });
      this.reading = mine;
    }
  }

  private push(kind: number, bytes: Bytes): void {
    this.link.push(cut(kind, bytes));
  }

  private opened(subprotocol: string): void {
    if (this.state === CONNECTING) {
      this.state = OPEN;
      this.chosen = subprotocol;
      this.dispatchEvent(new Event('open'));
    }
  }

  private message(binary: boolean, bytes: Bytes): void {
    if (this.state === OPEN) {
      const data = !binary ? decoder.decode(bytes) : this.kind === 'blob' ? new Blob([bytes]) : bytes.buffer;
      this.dispatchEvent(new MessageEvent('message', {data, origin: this.origin}));
    }
  }

  private closed(code: number, reason: string): void {
    if (this.state !== CLOSED) {
      this.state = CLOSED;
      const wasClean = code !== ABNORMAL;
      if (!wasClean) {
        this.dispatchEvent(new Event('error'));
      }
      this.dispatchEvent(new CloseEventOf('close', {code, reason, wasClean}));
    }
  }

  private handler(name: Name): never {
    return this.handlers[name] as never;
  }

  /** A handler has the place among the listeners that the first one of its name was given. */
  private handle(name: Name, value: unknown): void {
    this.handlers[name] = typeof value === 'function' ? (value as Handler) : null;
    if (!this.handled.has(name) && !callsHandlers()) {
      this.handled.add(name);
      this.addEventListener(name, (event) => this.handlers[name]?.call(this, event as never));
    }
  }

  get onopen(): WebSocket['onopen'] {
    return this.handler('open');
  }

  set onopen(value: WebSocket['onopen']) {
    this.handle('open', value);
  }

  get onmessage(): WebSocket['onmessage'] {
    return this.handler('message');
  }

  set onmessage(value: WebSocket['onmessage']) {
    this.handle('message', value);
  }

  get onerror(): WebSocket['onerror'] {
    return this.handler('error');
  }

  set onerror(value: WebSocket['onerror']) {
    this.handle('error', value);
  }

  get onclose(): WebSocket['onclose'] {
    return this.handler('close');
  }

  set onclose(value: WebSocket['onclose']) {
    this.handle('close', value);
  }
}

/** What is sent, as it is now: the application may change it afterwards. */
const bytesOf = (data: unknown): [number, Bytes] => {
  if (ArrayBuffer.isView(data)) {
    return [BINARY, new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() as Bytes];
  }
  if (data instanceof ArrayBuffer || (globalThis.SharedArrayBuffer && data instanceof SharedArrayBuffer)) {
    return [BINARY, new Uint8Array(data).slice() as Bytes];
  }
  return [TEXT, encoder.encode(String(data)) as Bytes];
};
