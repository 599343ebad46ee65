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

/** Who listens to a channel, whichever way. */
export class Feed<T> extends Emitter<ChannelEvents<T> & {end: LongwireError | undefined}> {
  readonly readers = new Set<Messages<T>>();

  show(event: ChannelEvent): void {
    switch (event.type) {
      case 'message': {
        const message = unpack<T>(event.channel, event.epoch, event.frame);
        this.emit('message', message);
        this.readers.forEach((reader) => reader.push(message));
        break;
      }
      case 'reset':
        this.emit('reset', event.reset);
        break;
      case 'subscribed':
        this.emit('subscribed', event);
        break;
      case 'unsubscribed':
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
}
