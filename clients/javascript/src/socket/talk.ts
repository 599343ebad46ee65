// SPDX-License-Identifier: Apache-2.0
// What is counted, confirmed and sent again: one end of a bridge, without a connection and without a clock.
import {BINARY, type Body, type Bytes, CLOSE, costOf, encode, MORE, OPENED, type Piece, TEXT} from './body.js';

/** What the other end says, in order and once. */
export interface Listener {
  opened(subprotocol: string): void;
  message(binary: boolean, bytes: Bytes): void;
  /** The upstream took so many more bytes of what was sent. */
  taken(bytes: number): void;
  closed(code: number, reason: string): void;
}

/** What the server allows, until it says so itself. */
const LIMITS = {window: 120_000, unconfirmed: 1 << 20, wait: 20_000, ping: 25_000, body: 1 << 20};

/** More is another body. */
const BODY_BYTES = 256 * 1024;
/** Room for the head in a body. */
const HEAD_BYTES = 32 * 1024;
const NO_CODE = 1005;

const decoder = new TextDecoder();

/** So much of its secret name nobody guesses. */
const freshName = (): string => {
  const random = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...random)).replaceAll('+', '-').replaceAll('/', '_');
};

export class Talk {
  readonly session = freshName();
  readonly limits = {...LIMITS};
  turn = 0;
  /** The last piece that came. */
  got = 0;
  /** Bytes that came since something was last said. */
  unsaid = 0;
  private readonly up: Piece[] = [];
  private confirmed = 0;
  private sent = 0;
  private outstanding = 0;
  private message: Bytes[] = [];

  /** @param opening what to tell as long as nothing has come */
  constructor(
    private readonly listener: Listener,
    private readonly opening: object,
  ) {}

  push(pieces: readonly Piece[]): void {
    this.up.push(...pieces);
  }

  /** Another attempt: whatever is not confirmed is sent again. */
  begin(): void {
    this.turn++;
    this.sent = this.confirmed;
    this.outstanding = 0;
  }

  /** Whether there is a piece that may be sent now. */
  hasMore(): boolean {
    const next = this.up[this.sent - this.confirmed];
    return next !== undefined && (this.outstanding === 0 || this.outstanding + costOf(next) <= this.limits.unconfirmed);
  }

  /** Whether pieces of this turn are on their way, and not confirmed. */
  waits(): boolean {
    return this.outstanding > 0;
  }

  /** The next body; pieces in it count as sent. */
  compose(more: object, bare = false): Bytes {
    const pieces: Piece[] = [];
    const from = this.sent + 1;
    const budget = Math.min(BODY_BYTES, this.limits.body - HEAD_BYTES);
    let size = 0;
    while (!bare && this.hasMore()) {
      const piece = this.up[this.sent - this.confirmed]!;
      if (pieces.length > 0 && size + piece.bytes.length > budget) {
        break;
      }
      size += costOf(piece);
      this.outstanding += costOf(piece);
      this.sent++;
      pieces.push(piece);
    }
    this.unsaid = 0;
    return encode({...more, ack: this.got, from, ...(this.got === 0 && this.opening)}, pieces);
  }

  /** Takes what is new in a body. False when there is a hole before it; then nothing of it counts but what it confirms. */
  receive({head, pieces}: Body): boolean {
    this.confirm(head.ack);
    for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
      const value = head[name];
      if (typeof value === 'number' && value > 0) {
        this.limits[name] = value;
      }
    }
    if (head.from > this.got + 1) {
      return false;
    }
    let number = head.from;
    for (const piece of pieces) {
      if (number++ > this.got) {
        this.got++;
        this.unsaid += costOf(piece);
        this.take(piece);
      }
    }
    return true;
  }

  private confirm(ack: number): void {
    let bytes = 0;
    const pieces = this.up.splice(0, Math.max(0, ack - this.confirmed));
    for (const piece of pieces) {
      // What an earlier turn has sent counts too.
      if (++this.confirmed > this.sent) {
        this.sent++;
      } else {
        this.outstanding -= costOf(piece);
      }
      bytes += piece.kind === CLOSE ? 0 : piece.bytes.length;
    }
    if (bytes > 0) {
      this.listener.taken(bytes);
    }
  }

  private take({kind, bytes}: Piece): void {
    if (kind === OPENED) {
      this.listener.opened(decoder.decode(bytes));
    } else if (kind === CLOSE) {
      const code = bytes.length < 2 ? NO_CODE : (bytes[0]! << 8) | bytes[1]!;
      this.listener.closed(code, decoder.decode(bytes.subarray(2)));
    } else if (kind === TEXT || kind === BINARY || kind === TEXT + MORE || kind === BINARY + MORE) {
      this.message.push(bytes);
      if (kind < MORE) {
        const parts = this.message;
        this.message = [];
        this.listener.message(kind === BINARY, joined(parts));
      }
    }
  }
}

const joined = (parts: readonly Bytes[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
