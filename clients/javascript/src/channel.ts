// SPDX-License-Identifier: Apache-2.0
import type {Listener} from './emitter.js';
import {LongwireError} from './errors.js';
import type {ChannelEvents, Feed, Subscribed} from './feed.js';
import type {MessageBody, Position, Start} from './frames.js';
import type {RequestKind} from './machine/outbox.js';
import type {Reset} from './machine/subscriptions.js';
import {Messages} from './messages.js';
import {type Message, unpack} from './payload.js';

export interface PublishOptions {
  /** Makes it safe to say again: the same key appends once. Every publish has one; give it to keep it over a restart of the page. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where only the latest counts, the thing that this is the latest of. */
  readonly slot?: string;
  /** Fail when there is no answer after so many milliseconds, time without a connection included; 0 = never. */
  readonly timeoutMillis?: number;
}

export interface Published extends Position {
  /** The key had been used for this before: nothing was appended now. */
  readonly duplicate: boolean;
  /** How it is kept: `memory`, `storage` or `redis`. */
  readonly stored: string;
}

export interface HistoryOptions {
  /** Messages after this position, oldest first. */
  readonly since?: Position;
  /** Messages before this position; with `reverse`. */
  readonly before?: Position;
  /** Newest first. */
  readonly reverse?: boolean;
  readonly limit?: number;
}

export interface History<T> extends Position {
  readonly messages: readonly Message<T>[];
  /** There is more: the `since` of the next page, or its `before`. */
  readonly next?: Position;
}

export interface SubscribeOptions extends Start {
  /**
   * Called when messages were lost for good, to fetch the state anew; later messages wait until it has resolved or
   * failed. More than 1000 are not kept waiting: then it is called once more, with the reason `overflow`.
   */
  readonly reload?: (reset: Reset) => unknown;
}

export interface MessagesOptions extends SubscribeOptions {
  /** How many messages may wait for the loop; 1000. */
  readonly limit?: number;
}

/** What a channel needs of its client. */
export interface ChannelDoors {
  feed(channel: string): Feed<unknown>;
  subscribe(channel: string, start: Start): void;
  unsubscribe(channel: string): void;
  position(channel: string): Position | null;
  request(kind: RequestKind, body: Record<string, unknown>, timeoutMillis?: number): Promise<unknown>;
  nextKey(): string;
}

/** A channel as this client sees it. It costs nothing to have one; two of the same name are the same channel. */
export class Channel<T = unknown> {
  readonly #doors: ChannelDoors;

  constructor(
    readonly name: string,
    doors: ChannelDoors,
  ) {
    this.#doors = doors;}

  /** Listens to `message`, `reset`, `subscribed` or `unsubscribed` until the function that it answers is called. */
  on<K extends keyof ChannelEvents<T>>(event: K, listener: Listener<ChannelEvents<T>[K]>): () => void {
    return this.#feed.on(event, listener);
  }

  once<K extends keyof ChannelEvents<T>>(event: K, listener: Listener<ChannelEvents<T>[K]>): () => void {
    return this.#feed.once(event, listener);
  }

  off<K extends keyof ChannelEvents<T>>(event: K, listener: Listener<ChannelEvents<T>[K]>): void {
    this.#feed.off(event, listener);
  }

  /** Where this client stands: the last message handed up. Null when it is not subscribed. */
  get position(): Position | null {
    return this.#doors.position(this.name);
  }

  /**
   * Receives the messages of this channel from now on, whatever the connection does. Without options that is what comes
   * next; `since` a position, or the `last` n. Again on a channel that is subscribed it changes nothing.
   */
  subscribe({reload, ...start}: SubscribeOptions = {}): Promise<Subscribed> {
    const {position, name} = this;
    const feed = this.#feed;
    feed.reload = reload ?? feed.reload;
    if (position) {
      return Promise.resolve({channel: name, recovered: true, replay: 0, position});
    }
    const answer = new Promise<Subscribed>((resolve, reject) => {
      const stopped = feed.once('end', (error) => {
        subscribed();
        reject(error ?? new LongwireError('closed'));
      });
      const subscribed = feed.once('subscribed', (event) => {
        stopped();
        resolve(event);
      });
    });
    // Whoever does not wait for it hears of it by the event.
    answer.catch(() => {});
    this.#doors.subscribe(name, start);
    return answer;
  }

  /** No message of this channel is handed up after this. */
  unsubscribe(): void {
    this.#doors.unsubscribe(this.name);
  }

  /**
   * Appends to the channel. Resolves when the server has it; without a connection it waits in the outbox. Rejects with
   * the server's error, `timeout`, `outbox_full` or `outcome_unknown`.
   */
  async publish(data: T, options: PublishOptions = {}): Promise<Published> {
    const {timeoutMillis, key = this.#doors.nextKey(), ...extras} = options;
    const body = {type: 'publish', channel: this.name, key, ...extras, data};
    const {epoch, offset, duplicate = false, stored} = (await this.#doors.request('publish', body, timeoutMillis)) as Published;
    return {epoch, offset, duplicate, stored};
  }

  /** A page of what the channel keeps. */
  async history(options: HistoryOptions = {}): Promise<History<T>> {
    const {name} = this;
    const frame = (await this.#doors.request('read', {type: 'history', channel: name, ...options})) as History<T>;
    const {epoch, offset, next} = frame;
    const messages = (frame.messages as readonly MessageBody[]).map((body) => unpack<T>(name, epoch, body));
    return {epoch, offset, messages, ...(next && {next})};
  }

  /** What became of a publish with this key: where it is, or null. */
  async outcome(key: string): Promise<Position | null> {
    const {outcome} = (await this.#doors.request('read', {type: 'history', channel: this.name, key})) as {outcome: Position | 'none'};
    return outcome === 'none' ? null : outcome;
  }

  /**
   * The messages as a loop reads them, and subscribes if nobody has. It ends with the subscription; when more than
   * `limit` wait for the loop it throws `overflow`, with the position to subscribe `since`.
   */
  messages({limit = 1000, ...start}: MessagesOptions = {}): AsyncIterableIterator<Message<T>> {
    const feed = this.#feed;
    const reader: Messages<T> = new Messages<T>(limit, () => feed.readers.delete(reader));
    feed.readers.add(reader);
    void this.subscribe(start);
    return reader;
  }

  get #feed(): Feed<T> {
    return this.#doors.feed(this.name) as Feed<T>;
  }
}
