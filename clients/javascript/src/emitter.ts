// SPDX-License-Identifier: Apache-2.0

export type Listener<T> = (value: T) => void;

/** Named events, each with one value. A listener that throws harms no other: its error is thrown again, outside. */
export class Emitter<Events> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Listens until the function that it answers is called. */
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void {
    let all = this.listeners.get(event);
    if (!all) {
      this.listeners.set(event, (all = new Set()));
    }
    all.add(listener);
    return () => this.off(event, listener);
  }

  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): void {
    this.listeners.get(event)?.delete(listener);
  }

  /** Listens to the next one only. */
  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void {
    const stop = this.on(event, (value) => {
      stop();
      listener(value);
    });
    return stop;
  }

  protected emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])] as Listener<Events[K]>[]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
