// SPDX-License-Identifier: Apache-2.0
import {Emitter} from './emitter.js';
import type {LongwireError} from './errors.js';
import type {Position} from './frames.js';
import type {ChannelEvent, Reset} from './machine/subscriptions.js';
import type {Messages} from './messages.js';
import {type Message, unpack} from './payload.js';

/** The answer to a subscribe, the first one or that after a reconnect. */
export interface Subscribed {
  readonly channel: string;
  /** Every message after the position that was asked for, or held, follows. */
  readonly recovered: boolean;
  /** So many messages come at once, before the live ones. */
  readonly replay: number;
  /** The next message is the one after this. */
  readonly position: Position;
}

export interface Unsubscribed {
  readonly channel: string;
  /** `client`, or why the server ended it. */
  readonly reason: string;
  /** What the server said when it refused. */
  readonly error?: LongwireError;
}

/** The events of a channel. */
export interface ChannelEvents<T> {
  message: Message<T>;
  reset: Reset;
  subscribed: Subscribed;
  unsubscribed: Unsubscribed;
}

/** Messages that may wait for a reload. */
const HELD = 1000;

/** Who listens to a channel, whichever way. */
export class Feed<T> extends Emitter<ChannelEvents<T> & {end: LongwireError | undefined}> {
  readonly readers = new Set<Messages<T>>();
  /** Fetches anew what a reset has lost; messages wait for it. */
  reload: ((reset: Reset) => unknown) | undefined;
  #held: ChannelEvent[] | undefined;

  show(event: ChannelEvent): void {
    const held = this.#held;
    if (held && (event.type === 'message' || event.type === 'reset')) {
      const {channel} = event;
      if (held.push(event) > HELD) {
        const position = event.type === 'reset' ? event.reset.position : {epoch: event.epoch, offset: event.frame.offset};
        this.#held = [{type: 'reset', channel, reset: {channel, reason: 'overflow', position}}];
      }
      return;
    }
    switch (event.type) {
      case 'message': {
        const message = unpack<T>(event.channel, event.epoch, event.frame);
        this.emit('message', message);
        this.readers.forEach((reader) => reader.push(message));
        break;
      }
      case 'reset':
        this.emit('reset', event.reset);
        if (this.reload) {
          void this.#reloading(this.reload, event.reset);
        }
        break;
      case 'subscribed':
        this.emit('subscribed', event);
        break;
      case 'unsubscribed':
        this.#held = this.reload = undefined;
        this.emit('unsubscribed', event);
        this.end(event.error);
        break;
    }
  }

  /** Nothing more comes, for now: whoever waits for it is told. */
  end(error?: LongwireError): void {
    this.readers.forEach((reader) => reader.end(error));
    this.emit('end', error);
  }

  async #reloading(reload: (reset: Reset) => unknown, reset: Reset): Promise<void> {
    this.#held = [];
    try {
      await reload(reset);
    } finally {
      const held = this.#held;
      this.#held = undefined;
      held?.forEach((event) => this.show(event));
    }
  }
}
