// SPDX-License-Identifier: Apache-2.0

/** How a carrier is made. */
export type Via = 'websocket' | 'poll' | 'stream';

/** A carrier that lived shorter than this did not work: something on the way opens it, then kills it. */
const STEADY_MILLIS = 10_000;
/** So many of those in a row are a verdict. */
const EARLY_DEATHS = 3;
const LAST_PROBE_MILLIS = 600_000;

/**
 * Which way to take. A way that does not come to `connected`, or dies young several times, is left for the next of the
 * list; while a later one is in use the first is probed, ever more seldom, and taken again when it works.
 */
export class Routes {
  #index: number;
  #deaths = 0;
  #probeMillis: number;
  #bornAt: number | undefined;
  /** When the first way is to be tried beside the one in use. */
  probeAt = Infinity;
  /** When the one in use has lived long enough to be believed. */
  provenAt = Infinity;

  readonly #list: readonly Via[];

  /** The first probe comes after `firstProbeMillis`; `start` is the way to begin with, when that is known. */
  constructor(
    list: readonly Via[],
    readonly firstProbeMillis: number,
    start: Via | undefined,
  ) {
    this.#list = list;
    this.#probeMillis = firstProbeMillis;
    this.#index = Math.max(0, start ? list.indexOf(start) : 0);
  }

  get via(): Via {
    return this.#list[this.#index]!;
  }

  /** Whether the way in use is not the one wished for. */
  get isDetour(): boolean {
    return this.#index > 0;
  }

  connected(now: number): void {
    this.#bornAt = now;
    if (this.#list.length > 1) {
      this.provenAt = now + STEADY_MILLIS;
    }
    if (this.isDetour && this.#list[0] === 'websocket') {
      this.probeAt = now + this.#probeMillis;
    }
  }

  /** The carrier is gone, as the server said or the application wanted: that tells nothing about the way. */
  ended(): void {
    this.#bornAt = undefined;
    this.provenAt = this.probeAt = Infinity;
  }

  /**
   * The carrier is gone, and no word of the server explains it. Answers whether a way is taken now that has not just
   * failed, so that there is nothing to wait for.
   */
  failed(now: number): boolean {
    const lived = this.#bornAt === undefined ? undefined : now - this.#bornAt;
    this.ended();
    if (lived !== undefined && lived >= STEADY_MILLIS) {
      this.#deaths = 0;
      return false;
    }
    if (this.#list.length === 1 || (lived !== undefined && ++this.#deaths < EARLY_DEATHS)) {
      return false;
    }
    this.#deaths = 0;
    this.#index = (this.#index + 1) % this.#list.length;
    return this.isDetour;
  }

  proven(): void {
    this.provenAt = Infinity;
    this.#deaths = 0;
    if (!this.isDetour) {
      this.#probeMillis = this.firstProbeMillis;
    }
  }

  probing(): void {
    this.probeAt = Infinity;
    this.#probeMillis = Math.min(this.#probeMillis * 2, LAST_PROBE_MILLIS);
  }

  /** The answer to a probe; true when the first way is to be taken now. */
  probed(works: boolean, now: number): boolean {
    if (works) {
      this.#index = 0;
      // It has died young before: once more is enough.
      this.#deaths = EARLY_DEATHS - 1;
      this.ended();
    } else {
      this.probeAt = now + this.#probeMillis;
    }
    return works;
  }

  /** The network may be another one: look soon. */
  hurry(now: number): void {
    if (this.probeAt < Infinity) {
      this.#probeMillis = this.firstProbeMillis;
      this.probeAt = Math.min(this.probeAt, now + Math.min(1000, this.firstProbeMillis));
    }
  }
}
