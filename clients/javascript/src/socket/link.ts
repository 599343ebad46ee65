// SPDX-License-Identifier: Apache-2.0
// Keeps a talk going: which way, when again, and when to give up.
import {type Body, type Bytes, closing, type Piece} from './body.js';
import {type Carrier, type Loss, overPolls, overSocket, SUBPROTOCOL} from './carriers.js';
import {type Listener, Talk} from './talk.js';

/** How a bridge is reached. */
export interface Ways {
  /** `ws:` or `wss:`, without a query. */
  readonly socket: string;
  /** `http:` or `https:`. */
  readonly poll: string;
  /** Absent where there is none, or none is wanted. */
  readonly WebSocket?: typeof WebSocket | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly token?: (() => string | Promise<string>) | undefined;
}

/** The connection was lost for longer than the server keeps it: what was on the way is lost. */
const LOST = 1012;
/** There never was a connection, or it ended without a proper close. */
const ABNORMAL = 1006;

const FIRST_BACKOFF_MILLIS = 100;
const LONGEST_BACKOFF_MILLIS = 5_000;
/** So often it is tried to open, by each way that there is. */
const TRIALS = 3;
/** How long the other end may take to answer a close. */
const CLOSE_MILLIS = 20_000;
/** What worked for so long and broke is tried again at once; a WebSocket that dies twice before this age is not. */
const OLD_MILLIS = 1_000;
const VERDICT_MILLIS = 3_600_000;

/** Where WebSockets do not work, and until when that is believed. */
const verdicts = new Map<string, number>();

/** Refusals that trying again does not change: HTTP statuses, and our close codes. */
const FINAL = new Set([400, 401, 403, 404, 405, 413, 415, 1003, 1007, 1009, 4201, 4401]);
const GONE = new Set([404, 4201]);

export class Link {
  private readonly talk: Talk;
  private carrier: Carrier | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private heardAt = Date.now();
  private startedAt = 0;
  private failures = 0;
  private deaths = 0;
  private opened = false;
  private over = false;
  /** Whether polls are tried because a WebSocket failed, and have not worked yet. */
  private fell = false;
  private viaSocket: boolean;

  constructor(
    private readonly ways: Ways,
    private readonly listener: Listener,
    private readonly opening: {protocols: string; query: string; token?: string},
  ) {
    this.talk = new Talk(
      {
        opened: (subprotocol) => {
          this.opened = true;
          listener.opened(subprotocol);
        },
        message: (binary, bytes) => listener.message(binary, bytes),
        taken: (bytes) => listener.taken(bytes),
        closed: (code, reason) => this.finish(code, reason),
      },
      Object.assign(opening, {open: true}),
    );
    this.viaSocket = !!ways.WebSocket && (!ways.fetch || (verdicts.get(ways.socket) ?? 0) < Date.now());
    void this.start();
  }

  push(pieces: readonly Piece[]): void {
    if (!this.over) {
      this.talk.push(pieces);
      this.carrier?.wake();
    }
  }

  /** Closes; what was pushed before is sent first. */
  close(code: number | undefined, reason: Bytes): void {
    this.push([closing(code, reason)]);
    this.patience ??= setTimeout(() => this.finish(ABNORMAL, ''), CLOSE_MILLIS);
  }

  /** Nobody waits for it any more: the other end is told, if that is possible at once. */
  abandon(): void {
    if (!this.over) {
      this.talk.push([closing(undefined, new Uint8Array())]);
      this.end();
    }
  }

  private async start(): Promise<void> {
    this.talk.begin();
    this.startedAt = Date.now();
    if (this.ways.token && !this.opened) {
      try {
        this.opening.token = await this.ways.token();
      } catch {
        this.lost({code: 0, worked: false});
        return;
      }
    }
    if (this.over) {
      return;
    }
    const events = {
      body: (body: Body): boolean => {
        this.heardAt = Date.now();
        this.failures = 0;
        if (this.fell) {
          this.fell = false;
          verdicts.set(this.ways.socket, Date.now() + VERDICT_MILLIS);
        }
        return this.talk.receive(body);
      },
      lost: (loss: Loss): void => this.lost(loss),
    };
    const {WebSocket: Socket, fetch: fetcher} = this.ways;
    try {
      this.carrier =
        this.viaSocket && Socket
          ? overSocket(this.talk, new Socket(this.ways.socket, [SUBPROTOCOL]), events)
          : overPolls(this.talk, this.ways.poll, fetcher!, events);
      this.carrier.wake();
    } catch {
      // A page may be forbidden to open one.
      this.lost({code: 0, worked: false});
    }
  }

  private lost({code, worked}: Loss): void {
    this.carrier = null;
    if (this.over) {
      return;
    }
    if (this.viaSocket && this.ways.fetch && this.doubtful(worked)) {
      // Polls will tell what it was, and go where WebSockets do not.
      this.viaSocket = false;
      this.fell = true;
      void this.start();
      return;
    }
    if (FINAL.has(code)) {
      this.finish(this.opened && GONE.has(code) ? LOST : ABNORMAL, '');
      return;
    }
    if (this.fell) {
      // It was not the WebSocket's fault.
      this.fell = false;
      this.viaSocket = true;
    }
    this.failures++;
    const away = Date.now() - this.heardAt;
    if (this.opened ? away > this.talk.limits.window : this.failures >= TRIALS) {
      this.finish(this.opened ? LOST : ABNORMAL, '');
      return;
    }
    const longest = Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS * 2 ** (this.failures - 1));
    // Spread, so that not all clients of a server that was away come back at once.
    this.timer = setTimeout(() => void this.start(), worked && this.old() ? 0 : longest * (0.5 + Math.random() / 2));
  }

  /** Whether WebSockets seem not to work here: this one never did, or it is the second that died young. */
  private doubtful(worked: boolean): boolean {
    this.deaths = worked && this.old() ? 0 : this.deaths + 1;
    return !worked || this.deaths > 1;
  }

  private old(): boolean {
    return Date.now() - this.startedAt > OLD_MILLIS;
  }

  private finish(code: number, reason: string): void {
    if (!this.over) {
      this.end();
      this.listener.closed(code, reason);
    }
  }

  private end(): void {
    this.over = true;
    clearTimeout(this.timer);
    clearTimeout(this.patience);
    this.carrier?.stop();
    this.carrier = null;
  }
}
