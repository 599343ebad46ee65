// SPDX-License-Identifier: Apache-2.0
import type {MessageBody, Payload, Position} from './frames.js';

/** A message of a channel. */
export interface Message<T = unknown> {
  readonly channel: string;
  /** Which message it is: no other has the same epoch and offset. */
  readonly epoch: string;
  readonly offset: number;
  /** When the server took it, in ms since 1970. Clocks step back at times: order is in `offset`. */
  readonly time: number;
  /** The user that published it; null for anonymous ones. */
  readonly from: string | null;
  /** The public id of the session that published it: one's own is `client.id`. */
  readonly client: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** What was published: any JSON value, or bytes. */
  readonly data: T;
}

const decode = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

export const base64 = (bytes: Uint8Array): string => btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));

/** What is bytes, as bytes; undefined for everything else. */
export const bytesOf = (data: unknown): Uint8Array | undefined =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;

/** The fields of a frame that carry a payload. */
export const pack = (data: unknown): Record<string, unknown> => {
  const bytes = bytesOf(data);
  if (bytes) {
    return {data64: base64(bytes)};
  }
  if (data === undefined || typeof data === 'function' || typeof data === 'symbol') {
    throw new TypeError('neither JSON nor bytes');
  }
  return {data};
};

export const unpackData = ({data, data64}: Payload): unknown => (data64 === undefined ? data : decode(data64));

export const unpack = <T>(channel: string, epoch: Position['epoch'], body: MessageBody): Message<T> => ({
  channel,
  epoch,
  offset: body.offset,
  time: body.time,
  from: body.from ?? null,
  client: body.client ?? null,
  headers: body.headers ?? {},
  data: unpackData(body) as T,
});
