// SPDX-License-Identifier: Apache-2.0
import type {Encoded} from '../codec.js';
import {CLOSE_SILENT, CLOSE_TOKEN_EXPIRED, finalCloses} from '../codes.js';
import {fromFrame, LongwireError} from '../errors.js';
import type {ConnectedFrame, ErrorFrame, ServerFrame, Start} from '../frames.js';
import {backoff} from './backoff.js';
import {Heartbeat} from './heartbeat.js';
import {Outbox, type Pending, type RequestKind} from './outbox.js';
import {type Happening, type Phase, type State, transitions} from './phases.js';
import {Routes, type Via} from './routes.js';
import {Subscriptions} from './subscriptions.js';
import type {Ending, MachineOptions, Output} from './types.js';

/** What a repeat may add to a frame, and two brackets. */
const RETRY_BYTES = 16;
/** A session that held this long is no sign of trouble: the next wait is short again. */
const STEADY_MILLIS = 10_000;

/**
 * A client's connection as rules without time or sockets: whoever drives it calls it with what happened and when, then
 * does what stands in `outputs`, and calls `tick` at `wakeAt`. Carriers are known by their turn; what an earlier one
 * still brings is not heard.
 */
export class Machine {
  readonly outputs: Output[] = [];
  readonly subscriptions: Subscriptions;
  readonly #outbox: Outbox;
  readonly #routes: Routes;
  readonly #heart = new Heartbeat();
  #phase: Phase = 'idle';
  #state: State = 'idle';
  #turn = 0;
  #session: string | null = null;
  #user: string | null = null;
  #dedupeMillis = 0;
  #connectId = 0;
  #failures = 0;
  #attachedAt = 0;
  /** When the phase ends by itself. */
  #phaseEndsAt = Infinity;
  /** The server asked not to come back before this. */
  #notBefore = 0;
  /** From one carrier to a better one: to the application, the connection holds. */
  #moving = false;
  /** Subscribes that the server had no room for, and when to say them again; under -3 when publishes may go on. */
  readonly #repeats = new Map<number, number>();

  /** `start` is the way that worked the last time, if that is known. */
  readonly #options: MachineOptions;

  constructor(
    options: MachineOptions,
    start?: Via,
  ) {
    this.#options = options;
    this.#routes = new Routes(options.routes, options.probeMillis, start);
    this.#outbox = new Outbox(options.outbox, options.codec);
    this.subscriptions = new Subscriptions({
      show: (event) => this.outputs.push({do: 'channel', event}),
      ask: (type, body) => this.#ask(type, body),
      isAttached: () => this.#phase === 'attached',
    });
  }

  /** When to call `tick` at the latest. */
  get wakeAt(): number {
    if (this.#phase === 'closed') {
      return Infinity;
    }
    let at = Math.min(this.#phaseEndsAt, this.#outbox.wakeAt);
    if (this.#phase === 'attached') {
      at = Math.min(at, this.#heart.wakeAt, this.#routes.probeAt, this.#routes.provenAt, ...this.#repeats.values());
    }
    return at;
  }

  /** Whether a carrier of this turn is still wanted. */
  expects(turn: number): boolean {
    return turn === this.#turn && this.#phase === 'opening';
  }

  connect(now: number): void {
    if (this.#phase === 'idle' || this.#phase === 'closed') {
      this.#state = 'idle';
      this.#failures = 0;
      this.#open('connect', now);
    }
  }

  /** The application is done: whatever waits fails, and the server forgets the session. */
  close(): void {
    if (this.#phase !== 'closed') {
      this.#end(new LongwireError('closed'), true);
    }
  }

  subscribe(channel: string, start: Start, now: number): void {
    if (!this.subscriptions.has(channel)) {
      this.subscriptions.add(channel, start);
      this.#flush(now);
    }
  }

  unsubscribe(channel: string, now: number): void {
    if (this.subscriptions.has(channel)) {
      this.subscriptions.remove(channel, 'client');
      if (this.#phase === 'attached') {
        this.#ask('unsubscribe', {channel});
        this.#flush(now);
      }
    }
  }

  /** Takes a request, to be sent as soon as that is possible. `body` has no id yet. */
  request(kind: RequestKind, body: Record<string, unknown>, expiresAt: number, done: Pending['done'], now: number): void {
    const id = this.#outbox.nextId();
    const {codec, messageBytes} = this.#options;
    const text = codec.encode({...body, id});
    const pending: Pending = {id, kind, text, expiresAt, sentAt: 0, done};
    if (this.#phase === 'closed') {
      this.#fail(pending, new LongwireError('closed'));
    } else if (text.length * 3 > messageBytes && codec.bytes(text).length > messageBytes - RETRY_BYTES) {
      // The server would close the connection over it.
      this.#fail(pending, new LongwireError('too_large', 108));
    } else if (!this.#outbox.hasRoom(text.length)) {
      this.#fail(pending, new LongwireError('outbox_full'));
    } else {
      this.#outbox.add(pending);
      this.#flush(now);
    }
  }

  /** The carrier of this turn is open. */
  opened(turn: number, token: string | undefined, now: number): void {
    if (turn !== this.#turn || !this.#go('opened')) {
      return;
    }
    this.#connectId = this.#outbox.nextId();
    const resume = {session: this.#session ?? undefined, turn, channels: this.subscriptions.resume()};
    const {agent, codec, secret} = this.#options;
    this.#send([codec.encode({type: 'connect', id: this.#connectId, token, agent, nonce: secret(), batch: true, resume})], now);
  }

  /** The carrier of this turn brought frames. */
  received(turn: number, frames: readonly ServerFrame[], now: number): void {
    if (turn === this.#turn) {
      this.#heart.seen(now);
      if (frames.length === 0) {
        // The empty answer to a poll: the next poll is a sign of life enough.
        this.#heart.sent(now);
      }
    }
    for (const frame of frames) {
      // Any of them may end the carrier; what follows it is not heard.
      if (turn === this.#turn && (this.#phase === 'attaching' || this.#phase === 'attached')) {
        this.#frame(frame, now);
      }
    }
    this.#flush(now);
  }

  /** The carrier of this turn is gone. */
  closed(turn: number, ending: Ending, now: number): void {
    if (turn !== this.#turn || this.#phase === 'idle' || this.#phase === 'waiting' || this.#phase === 'closed') {
      return;
    }
    const {code, reason, ...more} = ending;
    const explained = code >= 4000 || code === 0;
    const name = (explained && reason) || 'connection_lost';
    const error = new LongwireError(name, code, reason || name, more);
    const renewed = code === CLOSE_TOKEN_EXPIRED && this.#options.renewable;
    // Broken frames are the way's fault where there is another way.
    const detour = code === 1002 && this.#options.routes.length > 1;
    if (!renewed && !detour && (finalCloses.includes(code) || (code >= 4400 && code < 4600))) {
      this.#end(error, false);
    } else {
      if (code >= 4200 && code < 4400) {
        this.#session = null;
      }
      this.#lost(error, explained, now);
    }
  }

  /** The network or the page may have come back (`hopeful`) or gone: do not wait for timers to find out. */
  hint(hopeful: boolean, now: number): void {
    if (this.#phase === 'attached') {
      this.#heart.doubt(now);
      this.outputs.push({do: 'ping'});
      this.#routes.hurry(now);
    } else if (hopeful && this.#phase === 'waiting') {
      this.#phaseEndsAt = Math.min(this.#phaseEndsAt, Math.max(now, this.#notBefore));
      this.#due(now);
    }
  }

  /** Whether a WebSocket works beside the carrier in use. */
  probed(works: boolean, now: number): void {
    if (this.#phase === 'attached' && this.#routes.isDetour && this.#routes.probed(works, now)) {
      this.#moving = true;
      this.#open('move', now);
    }
  }

  /** Time has passed. `buffered` is how much the carrier still has to send. */
  tick(now: number, buffered = 0): void {
    this.#heart.took(buffered, now);
    for (const pending of this.#outbox.expired(now)) {
      this.#fail(pending, new LongwireError('timeout', 0, pending.sentAt ? 'no answer' : 'not sent'));
    }
    if (this.#phase === 'attached') {
      this.#beat(now);
    } else {
      this.#due(now);
    }
    this.#flush(now);
  }

  #beat(now: number): void {
    const {outputs} = this;
    const routes = this.#routes;
    const wanted = this.#heart.check(now);
    if (wanted === 'dead') {
      outputs.push({do: 'drop', goodbye: false});
      this.#lost(new LongwireError('silent', CLOSE_SILENT), false, now);
      return;
    }
    if (wanted === 'ping') {
      outputs.push({do: 'ping'});
    }
    if (now >= routes.provenAt) {
      routes.proven();
      if (!routes.isDetour) {
        outputs.push({do: 'remember', via: null});
      }
    }
    if (now >= routes.probeAt) {
      routes.probing();
      outputs.push({do: 'probe'});
    }
    for (const [id, at] of this.#repeats) {
      if (now >= at) {
        this.#repeats.delete(id);
        this.subscriptions.repeat(id);
      }
    }
  }

  #due(now: number): void {
    if (now < this.#phaseEndsAt) {
      return;
    }
    if (this.#phase === 'waiting') {
      this.#open('due', now);
    } else {
      this.outputs.push({do: 'drop', goodbye: false});
      this.#lost(new LongwireError('timeout'), false, now);
    }
  }

  #open(why: 'connect' | 'due' | 'move', now: number): void {
    this.#phaseEndsAt = now + this.#options.connectMillis;
    this.#go(why);
    this.outputs.push({do: 'open', turn: ++this.#turn, via: this.#routes.via, fresh: !this.#session});
  }

  #frame(frame: ServerFrame, now: number): void {
    switch (frame.type) {
      case 'connected':
        this.#connected(frame, now);
        break;
      case 'message':
      case 'reset':
      case 'subscribed':
      case 'unsubscribed':
        // Each has a method of its name.
        this.subscriptions[frame.type](frame as never);
        break;
      case 'error':
        this.#refused(frame, now);
        return;
      case 'disconnect':
        this.outputs.push({do: 'drop', goodbye: false});
        this.closed(this.#turn, {code: frame.code, reason: frame.reason, retryAfter: frame.retry_after}, now);
        return;
      case 'refresh':
      case 'presence':
        // The answer to a refresh has an id, and is no prompt.
        this.outputs.push({do: 'frame', frame});
    }
    const pending = this.#outbox.answered(frame.id);
    if (pending) {
      this.outputs.push({do: 'settle', pending, error: null, frame});
    }
  }

  #connected(frame: ConnectedFrame, now: number): void {
    if (frame.id !== this.#connectId || this.#phase !== 'attaching') {
      return;
    }
    const {via} = this.#routes;
    this.outputs.push({do: 'attached', frame, via});
    this.#go('connected');
    this.#phaseEndsAt = Infinity;
    this.#attachedAt = now;
    this.#moving = false;
    this.#routes.connected(now);
    this.#heart.start(frame.ping, now);
    if (this.#routes.isDetour) {
      this.outputs.push({do: 'remember', via});
    }
    if (!frame.resumed) {
      this.#freshSession(frame, now);
    }
    this.#session = frame.session;
    this.#turn = Math.max(this.#turn, frame.turn);
    this.#user = frame.user;
    this.#dedupeMillis = frame.dedupe;
    this.#repeats.clear();
    // The list has just said all of these anew.
    for (const pending of this.#outbox.remove((each) => each.kind === 'sub')) {
      this.outputs.push({do: 'settle', pending, error: null});
    }
    this.#send(this.#outbox.again(), now);
    this.subscriptions.attached();
  }

  /** The server does not know what it answered the old session: only what a key still protects is said again. */
  #freshSession(frame: ConnectedFrame, now: number): void {
    const safe = frame.user !== null && frame.user === this.#user;
    const lost = this.#outbox.remove(
      ({kind, sentAt}) => sentAt > 0 && (kind === 'call' || (kind === 'publish' && !(safe && now - sentAt < this.#dedupeMillis))),
    );
    for (const pending of lost) {
      this.#fail(pending, new LongwireError('outcome_unknown', 401));
    }
  }

  #refused(frame: ErrorFrame, now: number): void {
    const error = fromFrame(frame);
    const {id} = frame;
    if (id === this.#connectId && this.#phase === 'attaching') {
      // Limits and troubles of the server pass; anything else the application has to change.
      if (error.code >= 300 && error.code !== 400) {
        this.outputs.push({do: 'drop', goodbye: false});
        this.#lost(error, true, now);
      } else {
        this.#end(error, false);
      }
      return;
    }
    const pending = this.#outbox.answered(id);
    if (!pending) {
      if (id === undefined) {
        this.outputs.push({do: 'error', error});
        if (error.code === 301) {
          // The list of the attach was too long.
          this.subscriptions.refuseResumed(error);
        }
      }
    } else if (pending.kind === 'publish' && error.code === 300 && !this.#options.impatient) {
      this.#outbox.later(pending);
      this.#repeats.set(-3, now + this.#wait(1, error));
    } else if (pending.kind !== 'sub') {
      this.#fail(pending, error);
    } else if (error.retryAfter !== undefined || (error.code >= 300 && error.code !== 301)) {
      this.#repeats.set(pending.id, now + this.#wait(1, error));
    } else {
      this.subscriptions.refused(pending.id, error);
    }
  }

  /** `explained`: the server said why, so that the way to it is not to blame. */
  #lost(error: LongwireError, explained: boolean, now: number): void {
    if (this.#phase === 'attached' && now - this.#attachedAt >= STEADY_MILLIS) {
      this.#failures = 0;
    }
    let detour = false;
    if (explained) {
      this.#routes.ended();
    } else {
      detour = this.#routes.failed(now);
    }
    this.#notBefore = now + (error.retryAfter ?? 0);
    this.#phaseEndsAt = detour ? this.#notBefore : now + this.#wait(this.#failures++, error);
    this.#moving = false;
    this.#go('lost', error);
    this.outputs.push({do: 'error', error});
  }

  #wait(failures: number, {retryAfter}: LongwireError): number {
    return backoff(this.#options.backoff, failures, this.#options.random(), retryAfter);
  }

  /** For good, until the application says `connect` again. */
  #end(error: LongwireError, goodbye: boolean): void {
    this.#phaseEndsAt = Infinity;
    this.#session = null;
    this.#routes.ended();
    this.outputs.push({do: 'drop', goodbye});
    this.#go('close', error);
    for (const pending of this.#outbox.remove(() => true)) {
      this.#fail(pending, error);
    }
    if (!goodbye) {
      this.outputs.push({do: 'error', error});
    }
  }

  #ask(type: string, body: Record<string, unknown>): number {
    const id = this.#outbox.nextId();
    this.#outbox.add({id, kind: 'sub', text: this.#options.codec.encode({type, id, ...body}), expiresAt: Infinity, sentAt: 0, done: () => {}});
    return id;
  }

  #fail(pending: Pending, error: LongwireError): void {
    this.outputs.push({do: 'settle', pending, error});
  }

  #flush(now: number): void {
    if (this.#phase === 'attached') {
      this.#send(this.#outbox.take(now, this.#repeats.has(-3)), now);
    }
  }

  #send(texts: readonly Encoded[], now: number): void {
    if (texts.length > 0) {
      this.#heart.sent(now);
      this.outputs.push({do: 'send', texts});
    }
  }

  #go(happening: Happening, error?: LongwireError): boolean {
    const next = transitions[this.#phase][happening];
    if (!next) {
      return false;
    }
    this.#phase = next;
    const holds = next === 'attached' || (this.#moving && next !== 'closed');
    const away = this.#state === 'connected' || this.#state === 'reconnecting' ? 'reconnecting' : 'connecting';
    const state: State = holds ? 'connected' : next === 'closed' ? 'closed' : away;
    if (state !== this.#state) {
      this.#state = state;
      this.outputs.push({do: 'state', state, ...(error && {error})});
    }
    return true;
  }
}
