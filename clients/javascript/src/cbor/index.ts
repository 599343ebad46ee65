// SPDX-License-Identifier: Apache-2.0
// Frames as CBOR (RFC 8949): what docs/protocol.md says of it under F14 to F16 and M4, and no more of that format.
import type {Codec, Encoded} from '../codec.js';
import {bytesOf, pack} from '../payload.js';

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const SIMPLE = 7;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const FLOAT = 0xfb;
/** A map that ends with a break: so one more field can be put before that. */
const OPEN_MAP = 0xbf;
const BREAK = 0xff;
/** The low bits of a head that has no length. */
const INDEFINITE = 31;
/** A frame is less deep; what is deeper is none. */
const DEPTH = 40;

const utf8 = new TextEncoder();
/** What begins with a byte order mark keeps it. */
const fromUtf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** A major type and its number, in the fewest bytes. */
const head = (major: number, value: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(9));
  const size = value < 24 ? 0 : value < 2 ** 8 ? 1 : value < 2 ** 16 ? 2 : value < 2 ** 32 ? 4 : 8;
  view.setUint8(0, (major << 5) | (size === 0 ? value : 24 + Math.log2(size)));
  if (size === 1) {
    view.setUint8(1, value);
  } else if (size === 2) {
    view.setUint16(1, value);
  } else if (size === 4) {
    view.setUint32(1, value);
  } else if (size === 8) {
    view.setBigUint64(1, BigInt(value));
  }
  return new Uint8Array(view.buffer, 0, 1 + size);
};

const text = (value: string): Uint8Array[] => {
  const bytes = utf8.encode(value);
  return [head(TEXT, bytes.length), bytes];
};

const number = (value: number): Uint8Array => {
  if (Number.isSafeInteger(value)) {
    return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value);
  }
  const view = new DataView(new ArrayBuffer(9));
  view.setUint8(0, FLOAT);
  view.setFloat64(1, value);
  return new Uint8Array(view.buffer);
};

const fieldsOf = (value: object): [string, unknown][] => Object.entries(value).filter(([, each]) => each !== undefined);

const write = (value: unknown): Uint8Array[] => {
  const bytes = bytesOf(value);
  if (bytes) {
    return [head(BYTES, bytes.length), bytes];
  }
  if (Array.isArray(value)) {
    return [head(LIST, value.length), ...value.flatMap(write)];
  }
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'number':
      return [number(value)];
    case 'boolean':
      return [Uint8Array.of(value ? TRUE : FALSE)];
    case 'object': {
      if (value === null) {
        return [Uint8Array.of(NULL)];
      }
      const fields = fieldsOf(value);
      return [head(MAP, fields.length), ...fields.flatMap(([name, each]) => [...text(name), ...write(each)])];
    }
    default:
      throw new TypeError(`no ${typeof value} in a frame`);
  }
};

/** A payload is bytes, or JSON as a text (M4). */
const payload = (data: unknown): unknown => bytesOf(data) ?? JSON.stringify(pack(data)['data']);

const encode = (frame: Record<string, unknown>): Uint8Array => {
  const whole = 'data' in frame ? {...frame, data: payload(frame['data'])} : frame;
  const fields = fieldsOf(whole).flatMap(([name, value]) => [...text(name), ...write(value)]);
  return concat([Uint8Array.of(OPEN_MAP), ...fields, Uint8Array.of(BREAK)]);
};

class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: ArrayBuffer) {
    this.#view = new DataView(bytes);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#view.byteLength;
  }

  /** `named` is false inside maps whose names are not the protocol's: headers. */
  read(named = true, depth = 0): unknown {
    if (depth > DEPTH) {
      throw new RangeError('too deep');
    }
    const first = this.#next(1).getUint8(0);
    const major = first >> 5;
    switch (major) {
      case UNSIGNED:
        return this.#length(first);
      case NEGATIVE:
        return -1 - this.#length(first);
      case BYTES: {
        const {buffer, byteOffset, byteLength} = this.#next(this.#length(first));
        return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
      }
      case TEXT:
        return fromUtf8.decode(this.#next(this.#length(first)));
      case LIST: {
        const list: unknown[] = [];
        this.#each(first, () => list.push(this.read(named, depth + 1)));
        return list;
      }
      case MAP: {
        const fields: [string, unknown][] = [];
        this.#each(first, () => fields.push(this.#field(named, depth + 1)));
        // Unlike an assignment this makes a field of any name, __proto__ too.
        return Object.fromEntries(fields);
      }
      case SIMPLE:
        return this.#simple(first);
      default:
        throw new TypeError('a tag');
    }
  }

  #field(named: boolean, depth: number): [string, unknown] {
    const name = this.read(named, depth);
    if (typeof name !== 'string') {
      throw new TypeError('a name that is no text');
    }
    const value = this.read(named && name !== 'headers', depth);
    // What applications say of themselves is a text that holds JSON, or bytes (M4, X3).
    const isJson = named && (name === 'data' || name === 'info') && typeof value === 'string';
    return [name, isJson ? JSON.parse(value) : value];
  }

  #each(first: number, read: () => unknown): void {
    if ((first & 31) === INDEFINITE) {
      while (this.#view.getUint8(this.#at) !== BREAK) {
        read();
      }
      this.#at++;
    } else {
      for (let left = this.#length(first); left > 0; left--) {
        read();
      }
    }
  }

  #simple(first: number): unknown {
    switch (first) {
      case FALSE:
      case TRUE:
        return first === TRUE;
      case NULL:
      case UNDEFINED:
        return null;
      case FLOAT - 1:
        return this.#next(4).getFloat32(0);
      case FLOAT:
        return this.#next(8).getFloat64(0);
      default:
        throw new TypeError('a simple value');
    }
  }

  #length(first: number): number {
    switch (first & 31) {
      case 24:
        return this.#next(1).getUint8(0);
      case 25:
        return this.#next(2).getUint16(0);
      case 26:
        return this.#next(4).getUint32(0);
      case 27: {
        const value = Number(this.#next(8).getBigUint64(0));
        if (!Number.isSafeInteger(value)) {
          throw new RangeError('a number of 2^53 or more');
        }
        return value;
      }
      default:
        if ((first & 31) > 24) {
          throw new TypeError('no length');
        }
        return first & 31;
    }
  }

  /** The next so many bytes; throws where there are fewer. */
  #next(bytes: number): DataView<ArrayBuffer> {
    const part = new DataView(this.#view.buffer as ArrayBuffer, this.#at, bytes);
    this.#at += bytes;
    return part;
  }
}

const decode = (data: string | ArrayBuffer): unknown => {
  // The heartbeat is text in this format too (B1).
  if (typeof data === 'string') {
    return JSON.parse(data);
  }
  const reader = new Reader(data);
  const value = reader.read();
  if (!reader.isAtEnd) {
    throw new RangeError('more than one value');
  }
  return value;
};

/** Binary frames: `new Client(url, {codec: cbor})`. Bytes travel as bytes, a third shorter than in JSON; JSON payloads gain nothing. */
export const cbor: Codec = {
  protocol: 'longwire.v1.cbor',
  socket: {binaryType: 'arraybuffer'},
  headers: {'Content-Type': 'application/cbor'},
  encode,
  add: (frame: Encoded, name: string, value: Encoded = Uint8Array.of(TRUE)) =>
    concat([(frame as Uint8Array).subarray(0, -1), ...text(name), value as Uint8Array, Uint8Array.of(BREAK)]),
  list: (frames) => concat([head(LIST, frames.length), ...(frames as Uint8Array[])]),
  bytes: (frame) => frame as Uint8Array,
  body: (response) => response.arrayBuffer(),
  decode,
};
