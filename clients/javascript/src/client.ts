// SPDX-License-Identifier: Apache-2.0
import {Channel} from './channel.js';
import {Emitter, guard} from './emitter.js';
import {recall, remember, watchPage} from './environment.js';
import type {LongwireError} from './errors.js';
import {Feed} from './feed.js';
import type {ConnectedFrame, Payload, Position, ServerFrame} from './frames.js';
import type {RequestKind} from './machine/outbox.js';
import {Machine} from './machine/machine.js';
import type {State} from './machine/phases.js';
import type {Via} from './machine/routes.js';
import type {ChannelEvent} from './machine/subscriptions.js';
import type {Output} from './machine/types.js';
import {unpackData} from './payload.js';
import {type ClientOptions, type Settings, settings} from './options.js';
import type {Carrier, CarrierEvents} from './transports/carrier.js';
import {openPoll} from './transports/poll.js';
import {probe} from './transports/probe.js';
import {openWebSocket} from './transports/websocket.js';

/** The events of a client. */
export interface ClientEvents {
  state: {readonly state: State; readonly error?: LongwireError};
  /** What went wrong with the connection. Unless the state is `closed`, the client goes on by itself. */
  error: LongwireError;
  /** What may be worth a line in a log: `detour` and `direct` speak of the way to the server, `refresh_failed` of the token. */
  notice: {readonly name: 'detour' | 'direct' | 'refresh_failed'; readonly message: string};
  /** For what builds on this client: the session has a connection again, or a first one. */
  attached: ConnectedFrame;
  /** For what builds on this client: a frame that is none of a channel's. */
  frame: ServerFrame;
}

/** The longest that a timer can be set for. */
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;

/** A client of one server: a session that outlives connections, and the channels on it. */
export class Client extends Emitter<ClientEvents> {
  readonly #settings: Settings;
  readonly #machine: Machine;
  readonly #feeds = new Map<string, Feed<unknown>>();
  #carrier: Carrier | undefined;
  #connected: ConnectedFrame | undefined;
  #way: Via | null = null;
  #stopProbe = (): void => {};
  #stopWatching = (): void => {};
  #current: State = 'idle';
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keys = 0;
  readonly #keyPrefix: string;
  #clock = 0;
  #wall = Date.now();

  /** `url` is that of the server, `https://example.com` or with a path; `wss:` and `ws:` mean the same. */
  constructor(url: string | URL, options: ClientOptions = {}) {
    super();
    this.#settings = settings(url, options);
    this.#keyPrefix = this.#settings.secret() + '-';
    const {memory, origin} = this.#settings;
    this.#machine = new Machine(this.#settings, recall(memory, origin));
  }

  get state(): State {
    return this.#current;
  }

  /** The public id of this session, as others see it in `message.client`; null before the first connection. */
  get id(): string | null {
    return this.#connected?.client ?? null;
  }

  /** How it is connected, or was the last time: `websocket`, `poll` or `stream`; null before the first connection. */
  get transport(): Via | null {
    return this.#way;
  }

  /** Who the server takes this client for; null when anonymous. */
  get user(): string | null {
    return this.#connected?.user ?? null;
  }

  /** Connects, and keeps connected from now on. Resolves at the first success, rejects when it is closed before. */
  connect(): Promise<void> {
    this.#run((now) => this.#machine.connect(now));
    if (this.#current === 'connected') {
      return Promise.resolve();
    }
    const answer = new Promise<void>((resolve, reject) => {
      const stop = this.on('state', ({state, error}) => {
        if (state === 'connected') {
          stop();
          resolve();
        } else if (state === 'closed') {
          stop();
          reject(error);
        }
      });
    });
    // Whoever does not wait for it hears of it by the events.
    answer.catch(() => {});
    return answer;
  }

  /** Says goodbye: the session ends, whatever waits fails, iterators end. `connect` begins anew, with the same channels. */
  close(): void {
    this.#run(() => this.#machine.close());
  }

  channel<T = unknown>(name: string): Channel<T> {
    return new Channel<T>(name, {
      feed: (channel) => this.#feed(channel),
      subscribe: (channel, start) => this.#run((now) => this.#machine.subscribe(channel, start, now)),
      unsubscribe: (channel) => this.#run((now) => this.#machine.unsubscribe(channel, now)),
      position: (channel) => this.#machine.subscriptions.position(channel),
      request: (kind, body, timeoutMillis) => this.request(kind, body, timeoutMillis),
      nextKey: () => this.#keyPrefix + ++this.#keys,
    });
  }

  /** What the server says this session is subscribed to, and where it stands. */
  async subscriptions(): Promise<readonly ({readonly channel: string} & Position)[]> {
    const frame = (await this.request('read', {type: 'subscriptions'})) as {channels: ({channel: string} & Position)[]};
    return frame.channels;
  }

  /** Asks the backend behind the server. */
  async call(method: string, data?: unknown, timeoutMillis?: number): Promise<unknown> {
    return unpackData((await this.request('call', {type: 'call', method, ...(data !== undefined && {data})}, timeoutMillis)) as Payload);
  }

  /**
   * For what builds on this client: asks the server, and resolves with the frame of its answer. `kind` says what becomes of it
   * when the session is lost.
   */
  request(kind: RequestKind, body: Record<string, unknown>, timeoutMillis = this.#settings.timeoutMillis): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#run((now) => {
        const expiresAt = timeoutMillis > 0 ? now + timeoutMillis : Infinity;
        this.#machine.request(kind, body, expiresAt, (error, frame) => (error ? reject(error) : resolve(frame)), now);
      });
    });
  }

  #feed(channel: string): Feed<unknown> {
    let feed = this.#feeds.get(channel);
    if (!feed) {
      this.#feeds.set(channel, (feed = new Feed()));
    }
    return feed;
  }

  /** Time that goes with the wall's clock, sleep included, but never back. */
  #now(): number {
    const wall = Date.now();
    this.#clock += Math.max(0, wall - this.#wall);
    this.#wall = wall;
    return this.#clock;
  }

  /** Tells the machine something, then does what it wants. What listeners say meanwhile is done after it, in order. */
  #run(step: (now: number) => void): void {
    step(this.#now());
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    const {outputs} = this.#machine;
    for (let i = 0; i < outputs.length; i++) {
      guard(() => this.#perform(outputs[i]!));
    }
    outputs.length = 0;
    this.#busy = false;
    clearTimeout(this.#timer);
    const wait = this.#machine.wakeAt - this.#now();
    if (wait < Infinity) {
      const tick = (): void => this.#run((now) => this.#machine.tick(now, this.#carrier?.buffered()));
      this.#timer = setTimeout(tick, Math.min(Math.max(0, wait), LONGEST_TIMER_MILLIS));
    }
  }

  #perform(output: Output): void {
    switch (output.do) {
      case 'open':
        void this.#open(output);
        break;
      case 'send':
        this.#carrier?.send(output.texts);
        break;
      case 'ping':
        this.#carrier?.ping();
        break;
      case 'drop':
        this.#carrier?.close(output.goodbye);
        this.#carrier = undefined;
        break;
      case 'attached':
        this.#connected = output.frame;
        this.#arrived(output.via);
        this.emit('attached', output.frame);
        break;
      case 'frame':
        this.emit('frame', output.frame);
        if ((output.frame.type as string) === 'refresh' && !output.frame.id) {
          void this.#refresh();
        }
        break;
      case 'probe':
        this.#stopProbe();
        this.#stopProbe = probe(this.#settings.webSocket!, this.#settings.webSocketUrl, (works) =>
          this.#run((now) => this.#machine.probed(works, now)),
        );
        break;
      case 'remember':
        remember(this.#settings.memory, this.#settings.origin, output.via);
        break;
      case 'state':
        this.#stateChanged(output.state, output.error);
        break;
      case 'error':
        this.emit('error', output.error);
        break;
      case 'channel':
        this.#show(output.event);
        break;
      case 'settle':
        output.pending.done(output.error, output.frame);
        break;
    }
  }

  #show(event: ChannelEvent): void {
    const feed = this.#feed(event.channel);
    feed.show(event);
    if (event.type === 'unsubscribed' && feed.isUnheard) {
      this.#feeds.delete(event.channel);
    }
  }

  #stateChanged(state: State, error?: LongwireError): void {
    if (this.#current === 'idle' || this.#current === 'closed') {
      this.#stopWatching = watchPage((hopeful) => this.#run((now) => this.#machine.hint(hopeful, now)));
    }
    this.#current = state;
    if (state === 'closed') {
      this.#stopProbe();
      this.#stopWatching();
      // Said by the application, it is no error to the loops that read.
      this.#feeds.forEach((feed) => feed.end(error?.name === 'closed' ? undefined : error));
    }
    this.emit('state', {state, ...(error && {error})});
  }

  async #open({turn, via, fresh}: Output & {do: 'open'}): Promise<void> {
    this.#carrier?.close(false);
    this.#carrier = undefined;
    let token: string | undefined;
    try {
      const {token: source} = this.#settings;
      token = typeof source === 'function' ? await source() : source;
    } catch (cause) {
      this.#run((now) => this.#machine.closed(turn, {code: 0, reason: 'token_failed', cause}, now));
      return;
    }
    if (this.#machine.expects(turn)) {
      const {codec, eventStream, fetch, pollUrl, webSocket, webSocketUrl} = this.#settings;
      const events: CarrierEvents = {
        opened: () => this.#run((now) => this.#machine.opened(turn, token, now)),
        received: (frames) => this.#run((now) => this.#machine.received(turn, frames, now)),
        closed: (ending) => this.#run((now) => this.#machine.closed(turn, ending, now)),
      };
      this.#carrier = via === 'websocket' ? openWebSocket(webSocket!, webSocketUrl, events, codec) : openPoll({codec, fetch: fetch!, url: pollUrl, fresh, stream: via === 'stream' ? eventStream : undefined}, events);
    }
  }

  #arrived(via: Via): void {
    const before = this.#way ?? this.#settings.routes[0];
    this.#way = via;
    if (via !== before) {
      const name = via === this.#settings.routes[0] ? 'direct' : 'detour';
      this.emit('notice', {name, message: `${before} was left for ${via}`});
    }
  }

  /** The server wants another token before the present one ends. Its clock tells when: ours may be wrong. */
  async #refresh(): Promise<void> {
    const {token: source} = this.#settings;
    if (typeof source === 'function') {
      try {
        await this.request('read', {type: 'refresh', token: await source()});
      } catch (error) {
        this.emit('notice', {name: 'refresh_failed', message: (error as Error).message});
      }
    }
  }
}
