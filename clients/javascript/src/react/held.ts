// SPDX-License-Identifier: Apache-2.0
// What several components use at once is made when the first one comes and ended when the last one has gone.
import type {Client} from '../client.js';

interface Held<T> {
  readonly thing: T;
  users: number;
  readonly end: () => void;
}

/**
 * Things by client and name. Their end waits for a microtask: a component that React takes away and puts back in one go, as
 * its strict mode does with each, keeps what it had, and the server hears of nothing.
 */
export class Shelf<T> {
  readonly #clients = new WeakMap<Client, Map<string, Held<T>>>();
  readonly #make: (client: Client, name: string) => {readonly thing: T; readonly end: () => void};

  constructor(make: (client: Client, name: string) => {readonly thing: T; readonly end: () => void}) {
    this.#make = make;
  }

  /** Holds the thing of this name until `release`, which does something once only, is called. */
  hold(client: Client, name: string): {readonly thing: T; readonly release: () => void} {
    let all = this.#clients.get(client);
    if (!all) {
      this.#clients.set(client, (all = new Map()));
    }
    const names = all;
    let held = names.get(name);
    if (!held) {
      names.set(name, (held = {...this.#make(client, name), users: 0}));
    }
    const mine = held;
    mine.users++;
    let released = false;
    const release = (): void => {
      if (released) {
        return;
      }
      released = true;
      mine.users--;
      queueMicrotask(() => {
        if (mine.users === 0 && names.get(name) === mine) {
          names.delete(name);
          mine.end();
        }
      });
    };
    return {thing: mine.thing, release};
  }
}
