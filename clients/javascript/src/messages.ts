// SPDX-License-Identifier: Apache-2.0
import {LongwireError} from './errors.js';
import type {Position} from './frames.js';
import type {Message} from './payload.js';

/**
 * Messages between a channel that pushes and a loop that pulls. It holds `limit` of them at most: when the loop falls
 * further behind, it gets the ones held and then an `overflow` that says where to go on. The log keeps the rest.
 */
export class Messages<T> implements AsyncIterableIterator<Message<T>> {
  #held: Message<T>[] = [];
  readonly #waiting: ((result: IteratorResult<Message<T>>) => void)[] = [];
  #last: Position | undefined;
  #ended = false;
  #error: LongwireError | undefined;

  readonly #limit: number;
  readonly #stop: () => void;

  constructor(
    limit: number,
    stop: () => void,
  ) {
    this.#limit = limit;
    this.#stop = stop;}

  push(message: Message<T>): void {
    if (this.#ended) {
      return;
    }
    const reader = this.#waiting.shift();
    if (!reader && this.#held.length >= this.#limit) {
      this.end(new LongwireError('overflow', 0, 'read too slowly', {position: this.#last}));
      return;
    }
    this.#last = {epoch: message.epoch, offset: message.offset};
    if (reader) {
      reader({done: false, value: message});
    } else {
      this.#held.push(message);
    }
  }

  /** No more will come; an error is thrown to the reader after what is held. */
  end(error?: LongwireError): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#error = error;
      this.#stop();
      // Readers wait only when nothing is held: an overflow never meets one.
      for (const reader of this.#waiting.splice(0)) {
        if (this.#error) {
          reader(Promise.reject(this.#error) as never);
          this.#error = undefined;
        } else {
          reader({done: true, value: undefined});
        }
      }
    }
  }

  async next(): Promise<IteratorResult<Message<T>>> {
    const value = this.#held.shift();
    if (value) {
      return {done: false, value};
    }
    if (this.#error) {
      const error = this.#error;
      this.#error = undefined;
      throw error;
    }
    return this.#ended ? {done: true, value: undefined} : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<Message<T>>> {
    this.#held = [];
    this.end();
    return {done: true, value: undefined};
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
