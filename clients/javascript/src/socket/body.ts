// SPDX-License-Identifier: Apache-2.0
// What travels at once: a head and pieces, each with its kind and its length.

export const TEXT = 1;
export const BINARY = 2;
export const OPENED = 3;
export const CLOSE = 8;
/** Added to the kind of a piece whose message goes on in the next one. */
export const MORE = 128;

export type Bytes = Uint8Array<ArrayBuffer>;

export interface Piece {
  readonly kind: number;
  readonly bytes: Bytes;
}

/** What the server says about the pieces it sends and those it got; the limits come in the first body of a turn. */
export interface Head {
  readonly ack: number;
  readonly from: number;
  readonly window?: number;
  readonly unconfirmed?: number;
  readonly wait?: number;
  readonly ping?: number;
  readonly body?: number;
  readonly pong?: number;
}

export interface Body {
  readonly head: Head;
  readonly pieces: readonly Piece[];
}

/** Bytes before those of a record. */
const BEFORE = 5;
const HEAD = 0;
const LONGEST_PIECE = 65_536;
/** What a piece counts beside its bytes. */
const OVERHEAD = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const costOf = (piece: Piece): number => OVERHEAD + piece.bytes.length;

export const encode = (head: object, pieces: readonly Piece[]): Bytes => {
  const records = [{kind: HEAD, bytes: encoder.encode(JSON.stringify(head)) as Bytes}, ...pieces];
  const out = new Uint8Array(records.reduce((sum, {bytes}) => sum + BEFORE + bytes.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const {kind, bytes} of records) {
    view.setUint8(at, kind);
    view.setUint32(at + 1, bytes.length);
    out.set(bytes, at + BEFORE);
    at += BEFORE + bytes.length;
  }
  return out;
};

/** Null when it is not what a server sends. */
export const decode = (data: ArrayBuffer): Body | null => {
  const view = new DataView(data);
  const pieces: Piece[] = [];
  let head: Head | undefined;
  let at = 0;
  while (at < data.byteLength) {
    const left = data.byteLength - at - BEFORE;
    const length = left < 0 ? Infinity : view.getUint32(at + 1);
    if (length > left) {
      return null;
    }
    const kind = view.getUint8(at);
    const bytes = new Uint8Array(data, at + BEFORE, length);
    if (kind !== HEAD) {
      pieces.push({kind, bytes});
    } else {
      try {
        head = JSON.parse(decoder.decode(bytes)) as Head;
      } catch {
        return null;
      }
    }
    at += BEFORE + length;
  }
  return typeof head?.ack === 'number' && typeof head.from === 'number' ? {head, pieces} : null;
};

/** A message as pieces. */
export const cut = (kind: number, bytes: Bytes): Piece[] => {
  const pieces: Piece[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += LONGEST_PIECE) {
    const end = at + LONGEST_PIECE;
    pieces.push({kind: end < bytes.length ? kind + MORE : kind, bytes: bytes.subarray(at, end)});
  }
  return pieces;
};

/** @param code undefined for a close that says nothing */
export const closing = (code: number | undefined, reason: Bytes): Piece => {
  const bytes = new Uint8Array(code === undefined ? 0 : 2 + reason.length);
  if (code !== undefined) {
    bytes.set([code >> 8, code & 255]);
    bytes.set(reason, 2);
  }
  return {kind: CLOSE, bytes};
};
