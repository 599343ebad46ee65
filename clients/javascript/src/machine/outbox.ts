// SPDX-License-Identifier: Apache-2.0
import type {Codec, Encoded} from '../codec.js';
import type {LongwireError} from '../errors.js';

/** What becomes of a request when its session is lost: `sub`scriptions are said anew by every attach. */
export type RequestKind = 'publish' | 'read' | 'call' | 'sub';

/** A request that waits to be sent or to be answered. */
export interface Pending {
  readonly id: number;
  readonly kind: RequestKind;
  /** The frame, as it goes out the first time. */
  readonly text: Encoded;
  readonly expiresAt: number;
  /** When it first went out; 0 = never. */
  sentAt: number;
  /** Called once, by whoever drives the machine. */
  readonly done: (error: LongwireError | null, frame?: unknown) => void;
}

export interface OutboxLimits {
  /** Requests that may wait to be sent. */
  readonly requests: number;
  /** Characters of frames that may wait to be sent. */
  readonly characters: number;
}

/** The server answers up to 128 at once and remembers as many replies; `connect` and friends need some room. */
const IN_FLIGHT = 100;

/**
 * What the application asked for: waiting to be sent, then in flight until answered. Ids rise and are never used twice,
 * so what is in flight is always older than what waits, and sending again keeps the order.
 */
export class Outbox {
  #waiting = new Map<number, Pending>();
  readonly #flight = new Map<number, Pending>();
  #waitingCharacters = 0;
  #lastId = 0;

  /** Nothing gives up before this; answers do not move it, so it may be early. */
  wakeAt = Infinity;

  readonly #limits: OutboxLimits;
  readonly #codec: Codec;

  constructor(limits: OutboxLimits, codec: Codec) {
    this.#limits = limits;
    this.#codec = codec;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Whether a frame of this length may still wait. */
  hasRoom(characters: number): boolean {
    return this.#waiting.size < this.#limits.requests && this.#waitingCharacters + characters <= this.#limits.characters;
  }

  add(pending: Pending): void {
    this.#waiting.set(pending.id, pending);
    this.#waitingCharacters += pending.text.length;
    this.wakeAt = Math.min(this.wakeAt, pending.expiresAt);
  }

  /** Frames that may go out now, in order; in a `pause` none that was put back, and nothing that would pass it. */
  take(now: number, pause: boolean): Encoded[] {
    const texts: Encoded[] = [];
    for (const [id, pending] of this.#waiting) {
      if (this.#flight.size >= IN_FLIGHT) {
        break;
      }
      // One that was put back waits for those that went out after it: they may be put back as well.
      if (pending.kind === 'publish' && (pause ||= [...this.#flight.keys()].some((flying) => flying > id))) {
        continue;
      }
      this.#waiting.delete(id);
      this.#waitingCharacters -= pending.text.length;
      pending.sentAt = now;
      this.#flight.set(id, pending);
      texts.push(pending.text);
    }
    return texts;
  }

  /** Puts back what was answered with "later", in its old place, before what was asked for after it. */
  later(pending: Pending): void {
    pending.sentAt = 0;
    this.add(pending);
    this.#waiting = new Map([...this.#waiting].sort(([a], [b]) => a - b));
  }

  /** The frames in flight, marked as repeats, in order. */
  again(): Encoded[] {
    return Array.from(this.#flight.values(), ({text}) => this.#codec.add(text, 'retry'));
  }

  /** Takes out the request that this answers; undefined when there is none or it was given up. */
  answered(id = 0): Pending | undefined {
    const pending = this.#flight.get(id);
    this.#flight.delete(id);
    return pending;
  }

  /** Takes out what the test picks, waiting or in flight, oldest first. */
  remove(test: (pending: Pending) => boolean): Pending[] {
    const removed: Pending[] = [];
    for (const map of [this.#flight, this.#waiting]) {
      for (const [id, pending] of map) {
        if (test(pending)) {
          map.delete(id);
          removed.push(pending);
          if (map === this.#waiting) {
            this.#waitingCharacters -= pending.text.length;
          }
        }
      }
    }
    return removed;
  }

  /** Takes out what has waited too long. */
  expired(now: number): Pending[] {
    if (now < this.wakeAt) {
      return [];
    }
    const late = this.remove((pending) => pending.expiresAt <= now);
    this.wakeAt = Infinity;
    this.remove((pending) => {
      this.wakeAt = Math.min(this.wakeAt, pending.expiresAt);
      return false;
    });
    return late;
  }
}
