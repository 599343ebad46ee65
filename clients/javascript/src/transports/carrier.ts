// SPDX-License-Identifier: Apache-2.0
import type {Codec, Encoded} from '../codec.js';
import type {ServerFrame} from '../frames.js';
import type {Ending} from '../machine/types.js';

/** One physical connection. It knows bytes and how they end, and no rules. */
export interface Carrier {
  send(texts: readonly Encoded[]): void;
  ping(): void;
  /** Lets go of it; nothing is heard of it afterwards. With `goodbye` the session ends too. */
  close(goodbye: boolean): void;
  /** Bytes that were sent but not yet taken. */
  buffered(): number;
}

/** What a carrier tells. `closed` is the last, and said once. */
export interface CarrierEvents {
  opened(): void;
  received(frames: readonly ServerFrame[]): void;
  closed(ending: Ending): void;
}

/** What went wrong when a message is none of this protocol. */
export const NOT_OURS = 'not of this protocol';
export const PING = '{"type":"ping"}';
export const DISCONNECT = {type: 'disconnect'};

/** What the server takes at least in one message: frames, and characters of three bytes each. */
const MESSAGE_FRAMES = 100;
const MESSAGE_CHARACTERS = 20_000;

/** Puts frames together into few messages, none of them larger than it has to be. */
export const batches = (texts: readonly Encoded[]): Encoded[][] => {
  const all: Encoded[][] = [];
  let batch: Encoded[] = [];
  let characters = 0;
  for (const text of texts) {
    if (batch.length === 0 || batch.length >= MESSAGE_FRAMES || characters + text.length > MESSAGE_CHARACTERS) {
      all.push((batch = []));
      characters = 0;
    }
    batch.push(text);
    characters += text.length;
  }
  return all;
};

/** The frames of a message or, with their name, of the answer to a poll; null when it is not what this protocol sends. */
export const parse = ({decode}: Codec, data: unknown, name?: 'frames'): ServerFrame[] | null => {
  try {
    const value = decode(data as never) as Record<string, unknown>;
    const frames = [name ? value[name] : value].flat() as ServerFrame[];
    return frames.every(({type}) => typeof type === 'string') ? frames : null;
  } catch {
    return null;
  }
};
