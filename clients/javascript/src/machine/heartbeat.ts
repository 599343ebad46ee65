// SPDX-License-Identifier: Apache-2.0

/** Beside the ping interval, how long the other side may be silent. */
const PONG_MILLIS = 8_000;
/** A timer that comes later than this was asleep with the machine, or held back by the browser. */
const LATE_MILLIS = 3_000;

/** Whether the other side lives: it is asked after a silence of our own, and believed dead after a longer one of its. */
export class Heartbeat {
  #pingMillis = Infinity;
  #sentAt = 0;
  #seenAt = 0;
  #buffered = 0;
  /** A timer came late, and the other side has not been heard since. */
  #doubted = false;

  start(pingMillis: number, now: number): void {
    this.#pingMillis = pingMillis;
    this.#sentAt = now;
    this.seen(now);
  }

  sent(now: number): void {
    this.#sentAt = now;
  }

  seen(now: number): void {
    this.#seenAt = now;
    this.#doubted = false;
  }

  /** How much the carrier still has to send: it counts as life when it gets less. */
  took(buffered: number, now: number): void {
    if (buffered < this.#buffered) {
      this.seen(now);
    }
    this.#buffered = buffered;
  }

  get wakeAt(): number {
    return Math.min(this.#sentAt + this.#pingMillis, this.#deadAt);
  }

  get #deadAt(): number {
    return this.#seenAt + this.#pingMillis + PONG_MILLIS;
  }

  /** What is to be done now. */
  check(now: number): 'ping' | 'dead' | undefined {
    if (now < this.wakeAt) {
      return undefined;
    }
    if (now >= this.#deadAt) {
      // After a sleep the silence was our own: ask first. But ask once, for timers of hidden pages are always late.
      if (this.#doubted || now - this.wakeAt <= LATE_MILLIS) {
        return 'dead';
      }
      this.doubt(now);
      this.#doubted = true;
    }
    this.#sentAt = now;
    return 'ping';
  }

  /** Something happened that may have cut the line: from now the other side has as long as for any ping. */
  doubt(now: number): void {
    const asked = now - this.#pingMillis;
    this.#seenAt = now >= this.#deadAt ? asked : Math.min(this.#seenAt, asked);
    this.#sentAt = now;
  }
}
