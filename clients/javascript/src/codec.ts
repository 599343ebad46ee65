// SPDX-License-Identifier: Apache-2.0
import {pack} from './payload.js';

/** A frame as it travels. Whoever made it can read it; to everybody else it has a length, and is passed on. */
export type Encoded = string | Uint8Array;

/** How frames are written and read: `json`, or `cbor` of this package's entry of that name. */
export interface Codec {
  /** The subprotocol of WebSockets. */
  readonly protocol: string;
  /** What a WebSocket has to be told. */
  readonly socket?: object;
  /** What polls have to say of their bodies. */
  readonly headers?: Record<string, string>;
  /** `data` in it is a payload: anything that is JSON, or bytes. Throws when it is neither. */
  encode(frame: Record<string, unknown>): Encoded;
  /** The same with one more field, whose value is encoded already; `true` if not said. */
  add(frame: Encoded, name: string, value?: Encoded): Encoded;
  list(frames: readonly Encoded[]): Encoded;
  bytes(frame: Encoded): Uint8Array;
  body(response: Response): Promise<unknown>;
  /** Throws when it is not well-formed. */
  decode(data: never): unknown;
}

export const json: Codec = {
  protocol: 'longwire.v1.json',
  encode: (frame) => JSON.stringify('data' in frame ? {...frame, data: undefined, ...pack(frame['data'])} : frame),
  add: (frame, name, value: Encoded = 'true') => `${frame.slice(0, -1)},"${name}":${value}}`,
  list: (frames) => `[${frames.join()}]`,
  bytes: (frame) => new TextEncoder().encode(frame as string),
  body: (response) => response.text(),
  decode: JSON.parse,
};
