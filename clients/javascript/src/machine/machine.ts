// SPDX-License-Identifier: Apache-2.0
import {CloseCodes, finalCloses} from '../codes.js';
import {fromFrame, LongwireError} from '../errors.js';
import type {ConnectedFrame, ErrorFrame, ServerFrame, Start} from '../frames.js';
import {backoff, type BackoffOptions} from './backoff.js';
import {Outbox, type OutboxLimits, type Pending, type RequestKind} from './outbox.js';
import {type Phase, type Happening, type State, transitions} from './phases.js';
import {type ChannelEvent, Subscriptions} from './subscriptions.js';

/** How a carrier is made. */
export type Via = 'websocket' | 'poll';

/** What the machine wants done, in order. */
export type Output =
  | {readonly do: 'open'; readonly turn: number; readonly via: Via}
  | {readonly do: 'send'; readonly texts: readonly string[]}
  | {readonly do: 'ping'}
  | {readonly do: 'drop'; readonly goodbye: boolean}
  | {readonly do: 'state'; readonly state: State; readonly error?: LongwireError}
  | {readonly do: 'attached'; readonly frame: ConnectedFrame}
  | {readonly do: 'error'; readonly error: LongwireError}
  | {readonly do: 'channel'; readonly event: ChannelEvent}
  | {readonly do: 'settle'; readonly pending: Pending; readonly error: LongwireError | null; readonly frame?: ServerFrame};

export interface MachineOptions {
  readonly agent: string;
  readonly backoff: BackoffOptions;
  readonly outbox: OutboxLimits;
  /** An attempt that is not `connected` after this long has failed. */
  readonly connectMillis: number;
  /** A new token can be had by asking: an expired one is no reason to stay away. */
  readonly renewable: boolean;
  readonly random: () => number;
  /** A text that nobody can guess. */
  readonly secret: () => string;
}

/** How a carrier ended. */
export interface Ending {
  readonly code: number;
  readonly reason?: string;
  readonly retryAfter?: number | undefined;
}

/** Beside the ping interval, how long the other side may be silent. */
const PONG_MILLIS = 8_000;
/** A session that held this long is no sign of trouble: the next wait is short again. */
const STEADY_MILLIS = 10_000;
/** A timer that comes later than this was asleep with the machine. */
const LATE_MILLIS = 3_000;

/**
 * A client's connection as rules without time or sockets: whoever drives it calls it with what happened and when, then
 * does what stands in `outputs`, and calls `tick` at `wakeAt`. Carriers are known by their turn; what an earlier one
 * still brings is not heard.
 */
export class Machine {
  readonly outputs: Output[] = [];
  readonly subscriptions: Subscriptions;
  private readonly outbox: Outbox;
  private phase: Phase = 'idle';
  private state: State = 'idle';
  private turn = 0;
  private session: string | null = null;
  private user: string | null = null;
  private nonce = '';
  private dedupeMillis = 0;
  private pingMillis = Infinity;
  private connectId = 0;
  private connectError: LongwireError | null = null;
  private failures = 0;
  private attachedAt = 0;
  /** When the phase ends by itself. */
  private phaseEndsAt = Infinity;
  private lastSentAt = 0;
  private lastSeenAt = 0;
  private buffered = 0;
  /** Subscribes that the server had no room for, and when to say them again. */
  private readonly repeats = new Map<number, number>();

  constructor(private readonly options: MachineOptions) {
    this.outbox = new Outbox(options.outbox);
    this.subscriptions = new Subscriptions({
      show: (event) => this.outputs.push({do: 'channel', event}),
      ask: (type, body) => this.ask(type, body),
      isAttached: () => this.phase === 'attached',
    });
  }

  /** When to call `tick` at the latest. */
  get wakeAt(): number {
    if (this.phase === 'closed') {
      return Infinity;
    }
    let at = Math.min(this.phaseEndsAt, this.outbox.wakeAt);
    if (this.phase === 'attached') {
      at = Math.min(at, this.lastSentAt + this.pingMillis, this.lastSeenAt + this.pingMillis + PONG_MILLIS, ...this.repeats.values());
    }
    return at;
  }

  /** Whether a carrier of this turn is still wanted. */
  expects(turn: number): boolean {
    return turn === this.turn && this.phase === 'opening';
  }

  connect(now: number): void {
    if (this.phase === 'idle' || this.phase === 'closed') {
      this.state = 'idle';
      this.failures = 0;
      this.open('connect', now);
    }
  }

  /** The application is done: whatever waits fails, and the server forgets the session. */
  close(): void {
    if (this.phase !== 'closed') {
      this.end(new LongwireError('closed', 0, 'the client was closed'), true);
    }
  }

  subscribe(channel: string, start: Start, now: number): void {
    this.subscriptions.add(channel, start);
    this.flush(now);
  }

  unsubscribe(channel: string, now: number): void {
    if (this.subscriptions.has(channel)) {
      this.subscriptions.remove(channel, 'client');
      if (this.phase === 'attached') {
        this.ask('unsubscribe', {channel});
        this.flush(now);
      }
    }
  }

  /** Takes a request, to be sent as soon as that is possible. `body` has no id yet. */
  request(kind: RequestKind, body: Record<string, unknown>, expiresAt: number, done: Pending['done'], now: number): void {
    const id = this.outbox.nextId();
    const text = JSON.stringify({...body, id});
    const pending: Pending = {id, kind, text, expiresAt, sentAt: 0, done};
    if (this.phase === 'closed') {
      this.fail(pending, new LongwireError('closed', 0, 'the client is closed'));
    } else if (!this.outbox.hasRoom(text.length)) {
      this.fail(pending, new LongwireError('outbox_full', 0, 'too much waits to be sent'));
    } else {
      this.outbox.add(pending);
      this.flush(now);
    }
  }

  /** The carrier of this turn is open. */
  opened(turn: number, token: string | undefined, now: number): void {
    if (turn !== this.turn || !this.go('opened')) {
      return;
    }
    this.connectId = this.outbox.nextId();
    this.connectError = null;
    const resume = {session: this.session ?? undefined, turn, channels: this.subscriptions.resume()};
    const {agent} = this.options;
    this.send([JSON.stringify({type: 'connect', id: this.connectId, token, agent, nonce: this.nonce, batch: true, resume})], now);
  }

  /** The carrier of this turn brought frames. */
  received(turn: number, frames: readonly ServerFrame[], now: number): void {
    this.seen(turn, now);
    for (const frame of frames) {
      // Any of them may end the carrier; what follows it is not heard.
      if (turn === this.turn && (this.phase === 'attaching' || this.phase === 'attached')) {
        this.frame(frame, now);
      }
    }
    this.flush(now);
  }

  /** A sign of life of the other side. */
  seen(turn: number, now: number): void {
    if (turn === this.turn) {
      this.lastSeenAt = now;
    }
  }

  /** The carrier of this turn is gone. */
  closed(turn: number, ending: Ending, now: number): void {
    if (turn !== this.turn || this.phase === 'idle' || this.phase === 'waiting' || this.phase === 'closed') {
      return;
    }
    const {code} = ending;
    const refused = this.connectError;
    const error = refused ?? new LongwireError(closeName(code), code, ending.reason || 'the connection was lost', {retryAfter: ending.retryAfter});
    const renewed = code === CloseCodes.token_expired && this.options.renewable;
    if (!renewed && (finalCloses.includes(code) || (code >= 4400 && code < 4600))) {
      this.end(error, false);
    } else {
      if (code >= 4200 && code < 4400) {
        this.session = null;
      }
      this.lost(error, error.retryAfter ?? ending.retryAfter, now);
    }
  }

  /** Something hints that the network or the machine has come back: look at once, and do not wait for timers. */
  wake(now: number): void {
    if (this.phase === 'waiting') {
      this.phaseEndsAt = Math.min(this.phaseEndsAt, now);
      this.due(now);
    } else if (this.phase === 'attached') {
      // After a sleep the silence was our own: from now the other side has as long as for any ping.
      const asked = now - this.pingMillis;
      this.lastSeenAt = this.lastSeenAt <= asked - PONG_MILLIS ? asked : Math.min(this.lastSeenAt, asked);
      this.ping(now);
    }
  }

  /** Time has passed. `buffered` is how much the carrier still has to send: it counts as life when it gets less. */
  tick(now: number, buffered = 0): void {
    if (buffered < this.buffered) {
      this.lastSeenAt = now;
    }
    this.buffered = buffered;
    const late = now - this.wakeAt > LATE_MILLIS;
    for (const pending of this.outbox.expired(now)) {
      this.fail(pending, new LongwireError('timeout', 0, pending.sentAt ? 'not answered in time; it may have happened' : 'could not be sent in time'));
    }
    if (this.phase === 'attached') {
      this.beat(late, now);
    } else {
      this.due(now);
    }
    this.flush(now);
  }

  private beat(late: boolean, now: number): void {
    if (now >= this.lastSeenAt + this.pingMillis + PONG_MILLIS) {
      if (!late) {
        this.outputs.push({do: 'drop', goodbye: false});
        this.lost(new LongwireError('silent', CloseCodes.silent, 'the server is silent'), undefined, now);
        return;
      }
      this.wake(now);
    } else if (now >= this.lastSentAt + this.pingMillis) {
      this.ping(now);
    }
    for (const [id, at] of this.repeats) {
      if (now >= at) {
        this.repeats.delete(id);
        this.subscriptions.repeat(id);
      }
    }
  }

  private due(now: number): void {
    if (now < this.phaseEndsAt) {
      return;
    }
    if (this.phase === 'waiting') {
      this.open('due', now);
    } else {
      this.outputs.push({do: 'drop', goodbye: false});
      this.lost(new LongwireError('timeout', 0, 'the server did not answer in time'), undefined, now);
    }
  }

  private open(why: 'connect' | 'due' | 'move', now: number): void {
    this.phaseEndsAt = now + this.options.connectMillis;
    this.nonce ||= this.options.secret();
    this.go(why);
    this.outputs.push({do: 'open', turn: ++this.turn, via: 'websocket'});
  }

  private frame(frame: ServerFrame, now: number): void {
    switch (frame.type) {
      case 'connected':
        this.connected(frame, now);
        break;
      case 'message':
        this.subscriptions.message(frame);
        break;
      case 'reset':
        this.subscriptions.reset(frame);
        break;
      case 'subscribed':
        this.subscriptions.subscribed(frame);
        break;
      case 'unsubscribed':
        this.subscriptions.unsubscribed(frame);
        break;
      case 'error':
        this.refused(frame, now);
        return;
      case 'disconnect':
        this.outputs.push({do: 'drop', goodbye: false});
        this.closed(this.turn, {code: frame.code, reason: frame.reason, retryAfter: frame.retry_after}, now);
        return;
      default:
        break;
    }
    const pending = frame.id === undefined ? undefined : this.outbox.answered(frame.id);
    if (pending) {
      this.outputs.push({do: 'settle', pending, error: null, frame});
    }
  }

  private connected(frame: ConnectedFrame, now: number): void {
    if (frame.id !== this.connectId || !this.go('connected')) {
      return;
    }
    this.phaseEndsAt = Infinity;
    this.attachedAt = now;
    if (!frame.resumed) {
      this.freshSession(frame, now);
    }
    this.session = frame.session;
    this.nonce = '';
    this.turn = Math.max(this.turn, frame.turn);
    this.user = frame.user;
    this.dedupeMillis = frame.dedupe;
    this.pingMillis = frame.ping;
    this.repeats.clear();
    // The list has just said all of these anew.
    for (const pending of this.outbox.remove((each) => each.kind === 'sub')) {
      this.outputs.push({do: 'settle', pending, error: null});
    }
    this.outputs.push({do: 'attached', frame});
    this.send(this.outbox.again(), now);
    this.subscriptions.attached();
  }

  /** The server does not know what it answered the old session: only what a key still protects is said again. */
  private freshSession(frame: ConnectedFrame, now: number): void {
    const safe = frame.user !== null && frame.user === this.user;
    const lost = this.outbox.remove(
      ({kind, sentAt}) => sentAt > 0 && (kind === 'call' || (kind === 'publish' && !(safe && now - sentAt < this.dedupeMillis))),
    );
    for (const pending of lost) {
      this.fail(pending, new LongwireError('outcome_unknown', 401, 'the session was lost before this was answered; it may have happened'));
    }
  }

  private refused(frame: ErrorFrame, now: number): void {
    const error = fromFrame(frame);
    const {id} = frame;
    if (id === this.connectId && this.phase === 'attaching') {
      this.connectError = error;
      // Limits and troubles of the server pass; anything else the application has to change.
      if (error.code >= 300 && error.code !== 400) {
        this.outputs.push({do: 'drop', goodbye: false});
        this.lost(error, error.retryAfter, now);
      } else {
        this.end(error, false);
      }
      return;
    }
    const pending = id === undefined ? undefined : this.outbox.answered(id);
    if (!pending) {
      if (id === undefined) {
        this.outputs.push({do: 'error', error});
        this.subscriptions.refuseResumed(error);
      }
    } else if (pending.kind !== 'sub') {
      this.fail(pending, error);
    } else if (error.retryAfter !== undefined || (error.code >= 300 && error.code !== 301)) {
      this.repeats.set(pending.id, now + backoff(this.options.backoff, 1, this.options.random(), error.retryAfter));
    } else {
      this.subscriptions.refused(pending.id, error);
    }
  }

  private lost(error: LongwireError, retryAfter: number | undefined, now: number): void {
    if (this.phase === 'attached' && now - this.attachedAt >= STEADY_MILLIS) {
      this.failures = 0;
    }
    this.phaseEndsAt = now + backoff(this.options.backoff, this.failures++, this.options.random(), retryAfter);
    this.go('lost', error);
    this.outputs.push({do: 'error', error});
  }

  /** For good, until the application says `connect` again. */
  private end(error: LongwireError, goodbye: boolean): void {
    this.phaseEndsAt = Infinity;
    this.session = null;
    this.outputs.push({do: 'drop', goodbye});
    this.go('close', error);
    for (const pending of this.outbox.remove(() => true)) {
      this.fail(pending, goodbye ? error : new LongwireError(error.name, error.code, error.message));
    }
    if (!goodbye) {
      this.outputs.push({do: 'error', error});
    }
  }

  private ask(type: string, body: Record<string, unknown>): number {
    const id = this.outbox.nextId();
    this.outbox.add({id, kind: 'sub', text: JSON.stringify({type, id, ...body}), expiresAt: Infinity, sentAt: 0, done: () => {}});
    return id;
  }

  private fail(pending: Pending, error: LongwireError): void {
    this.outputs.push({do: 'settle', pending, error});
  }

  private flush(now: number): void {
    if (this.phase === 'attached') {
      this.send(this.outbox.take(now), now);
    }
  }

  private send(texts: readonly string[], now: number): void {
    if (texts.length > 0) {
      this.lastSentAt = now;
      this.outputs.push({do: 'send', texts});
    }
  }

  private ping(now: number): void {
    this.lastSentAt = now;
    this.outputs.push({do: 'ping'});
  }

  private go(happening: Happening, error?: LongwireError): boolean {
    const next = transitions[this.phase][happening];
    if (!next) {
      return false;
    }
    this.phase = next;
    const away = this.state === 'connected' || this.state === 'reconnecting' ? 'reconnecting' : 'connecting';
    const state: State = next === 'attached' ? 'connected' : next === 'closed' ? 'closed' : away;
    if (state !== this.state) {
      this.state = state;
      this.outputs.push({do: 'state', state, ...(error && {error})});
    }
    return true;
  }
}

const names = new Map<number, string>(Object.entries(CloseCodes).map(([name, code]) => [code, name]));
const closeName = (code: number): string => names.get(code) ?? 'connection_lost';
