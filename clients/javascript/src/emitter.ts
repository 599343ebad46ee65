// SPDX-License-Identifier: Apache-2.0

export type Listener<T> = (value: T) => void;

/** Runs what is not ours: what it throws is thrown again outside, where it stops nothing. */
export const guard = (step: () => void): void => {
  try {
    step();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

/** Named events, each with one value. A listener that throws harms no other: its error is thrown again, outside. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Listens until the function that it answers is called. */
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void {
    let all = this.#listeners.get(event);
    if (!all) {
      this.#listeners.set(event, (all = new Set()));
    }
    all.add(listener);
    return () => this.off(event, listener);
  }

  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Listens to the next one only. */
  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void {
    const stop = this.on(event, (value) => {
      stop();
      listener(value);
    });
    return stop;
  }

  /** Nobody listens to anything. */
  get isUnheard(): boolean {
    return ![...this.#listeners.values()].some(({size}) => size);
  }

  protected emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])] as Listener<Events[K]>[]) {
      guard(() => listener(value));
    }
  }
}
