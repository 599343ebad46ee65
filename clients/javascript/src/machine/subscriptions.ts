// SPDX-License-Identifier: Apache-2.0
import type {LongwireError} from '../errors.js';
import type {MessageFrame, Position, ResetFrame, Start, SubscribedFrame, UnsubscribedFrame} from '../frames.js';

/** The answer that a subscription waits for: that of a request, or the one that follows an attach. */
const FROM_ATTACH = 0;
const LIVE = -1;
const UNSAID = -2;

/** A list with more entries than this the server may refuse. */
const RESUME_CHANNELS = 100;

interface Subscription {
  start: Start;
  /** Id of the request that has to be answered first, or one of the above. */
  awaits: number;
  /** Up to where messages have been delivered; null before the first answer. */
  position: Position | null;
  /** Up to here offsets may be missing, because the server said so. */
  looseTo: number;
}

/** Messages that will not come, and why. */
export interface Reset {
  readonly channel: string;
  /** What the server says: `trimmed`, `too_slow`, `conflated`, `bus`, `epoch_changed`, `too_old`, `ahead`, `unknown`, `not_authorised`. */
  readonly reason: string;
  /** The first and the last that are missing, where that is known. */
  readonly from?: number;
  readonly to?: number;
  /** The position that was held, if there was one. */
  readonly old?: Position;
  /** Where the subscription goes on: what is next is the offset after this. */
  readonly position: Position;
}

/** What the machine shows of a channel. */
export type ChannelEvent =
  | {readonly type: 'subscribed'; readonly channel: string; readonly recovered: boolean; readonly replay: number; readonly position: Position}
  | {readonly type: 'message'; readonly channel: string; readonly epoch: string; readonly frame: MessageFrame}
  | {readonly type: 'reset'; readonly channel: string; readonly reset: Reset}
  | {readonly type: 'unsubscribed'; readonly channel: string; readonly reason: string; readonly error?: LongwireError};

/** The doors of the machine that this part of it uses. */
export interface SubscriptionDoors {
  show(event: ChannelEvent): void;
  /** Sends a request about a subscription; answers its id. */
  ask(type: 'subscribe' | 'unsubscribe', body: Record<string, unknown>): number;
  isAttached(): boolean;
}

/**
 * The client's own cursors. It hands each offset up at most once and in order; where one is missing and the server has
 * not said so, it hands up nothing and asks again from where it stands.
 */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();

  readonly #doors: SubscriptionDoors;

  constructor(doors: SubscriptionDoors) {
    this.#doors = doors;}

  has(channel: string): boolean {
    return this.#all.has(channel);
  }

  position(channel: string): Position | null {
    return this.#all.get(channel)?.position ?? null;
  }

  add(channel: string, start: Start): void {
    const subscription: Subscription = {start, awaits: UNSAID, position: null, looseTo: 0};
    this.#all.set(channel, subscription);
    if (this.#doors.isAttached()) {
      this.#say(channel, subscription);
    }
  }

  /** Forgets a channel. What still comes of it is not shown. */
  remove(channel: string, reason: string, error?: LongwireError): void {
    if (this.#all.delete(channel)) {
      this.#doors.show({type: 'unsubscribed', channel, reason, ...(error && {error})});
    }
  }

  /** The list for an attach: as many channels as one may have; the rest is said after it. */
  resume(): Record<string, object> {
    // Without a prototype, a channel may be called __proto__.
    const list: Record<string, object> = Object.create(null);
    let room = RESUME_CHANNELS;
    for (const [channel, subscription] of this.#all) {
      subscription.awaits = room-- > 0 ? FROM_ATTACH : UNSAID;
      if (subscription.awaits === FROM_ATTACH) {
        list[channel] = subscription.position ?? subscription.start.since ?? {...subscription.start};
      }
    }
    return list;
  }

  /** The session is attached: whatever was not in the list is said now. */
  attached(): void {
    this.repeat(UNSAID);
  }

  /** The attach is not gone into any further: none of these will be answered. */
  refuseResumed(error: LongwireError): void {
    this.refused(FROM_ATTACH, error);
  }

  /** A subscribe was answered with an error. */
  refused(id: number, error: LongwireError): void {
    for (const [channel] of this.#awaiting(id)) {
      this.remove(channel, 'server', error);
    }
  }

  /** Says the subscribe with this id again. */
  repeat(id: number): void {
    for (const [channel, subscription] of this.#awaiting(id)) {
      this.#say(channel, subscription);
    }
  }

  subscribed(frame: SubscribedFrame): void {
    const {channel, epoch, offset, recovered, replay = 0} = frame;
    const awaited = frame.id ?? FROM_ATTACH;
    let subscription = this.#all.get(channel);
    if (!subscription && awaited === FROM_ATTACH) {
      // The application has subscribed this user: from now on it is listed like the client's own.
      subscription = {start: {}, awaits: FROM_ATTACH, position: null, looseTo: 0};
      this.#all.set(channel, subscription);
    }
    if (!subscription || subscription.awaits !== awaited) {
      return;
    }
    const old = subscription.position ?? subscription.start.since;
    const position = recovered && old ? old : {epoch, offset: offset - replay};
    subscription.awaits = LIVE;
    subscription.position = position;
    subscription.looseTo = 0;
    this.#doors.show({type: 'subscribed', channel, recovered, replay, position});
    const same = old?.epoch === epoch;
    if (!recovered && old && (frame.reason || !same || old.offset !== position.offset)) {
      const range = same && old.offset < position.offset ? {from: old.offset + 1, to: position.offset} : {};
      this.#lost({channel, reason: frame.reason ?? 'unknown', ...range, old, position});
    }
  }

  unsubscribed(frame: UnsubscribedFrame): void {
    // With an id it answers the client's own wish, which needs no answer. A wish that is still on its way will get one.
    const subscription = this.#all.get(frame.channel);
    if (frame.id === undefined && subscription && subscription.awaits <= FROM_ATTACH) {
      this.remove(frame.channel, frame.reason ?? 'server');
    }
  }

  message(frame: MessageFrame): void {
    const subscription = this.#all.get(frame.channel);
    const position = subscription?.position;
    if (!subscription || !position || subscription.awaits !== LIVE || frame.offset <= position.offset) {
      return;
    }
    if (frame.offset > Math.max(position.offset, subscription.looseTo) + 1) {
      this.#hole(frame.channel, subscription);
      return;
    }
    subscription.position = {epoch: position.epoch, offset: frame.offset};
    this.#doors.show({type: 'message', channel: frame.channel, epoch: position.epoch, frame});
  }

  reset(frame: ResetFrame): void {
    const {channel, epoch, reason, from = 0, to = 0} = frame;
    const subscription = this.#all.get(channel);
    const old = subscription?.position;
    if (!subscription || !old || subscription.awaits !== LIVE) {
      return;
    }
    if (reason === 'epoch_changed') {
      const position = {epoch, offset: frame.offset ?? 0};
      subscription.position = position;
      subscription.looseTo = 0;
      this.#lost({channel, reason, old, position});
    } else if (to > old.offset) {
      if (from > Math.max(old.offset, subscription.looseTo) + 1) {
        this.#hole(channel, subscription);
        return;
      }
      const position = reason === 'conflated' ? old : {epoch: old.epoch, offset: to};
      subscription.position = position;
      subscription.looseTo = Math.max(subscription.looseTo, to);
      this.#lost({channel, reason, from: Math.max(from, old.offset + 1), to, old, position});
    }
  }

  #lost(reset: Reset): void {
    this.#doors.show({type: 'reset', channel: reset.channel, reset});
  }

  #awaiting(id: number): [string, Subscription][] {
    return [...this.#all].filter(([, {awaits}]) => awaits === id);
  }

  /** Messages are missing that nobody spoke of: take nothing until the server has answered from where we stand. */
  #hole(channel: string, subscription: Subscription): void {
    this.#doors.ask('unsubscribe', {channel});
    this.#say(channel, subscription);
  }

  #say(channel: string, subscription: Subscription): void {
    const start = subscription.position ? {since: subscription.position} : subscription.start;
    subscription.awaits = this.#doors.ask('subscribe', {channel, ...start});
  }
}
