// SPDX-License-Identifier: Apache-2.0
import {type Codec, type Encoded, json} from '../codec.js';
import {batches, type Carrier, type CarrierEvents, DISCONNECT, NOT_OURS, parse, PING} from './carrier.js';

/** What this client uses of a WebSocket: that of browsers and Node 22, or the `ws` package's. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  /** Of `ws`: lets go at once, where `close` waits for the other side. */
  terminate?(): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;
const ABNORMAL = 1006;

export const openWebSocket = (Socket: WebSocketConstructor, url: string, events: CarrierEvents, codec: Codec = json): Carrier => {
  let socket: WebSocketLike | undefined;

  const letGo = (code?: number): void => {
    const old = socket;
    socket = undefined;
    if (old) {
      old.onopen = old.onmessage = old.onclose = null;
      // Letting go before it is open is an error to some; nobody has to hear of it.
      old.onerror = () => {};
      if (old.terminate && !code) {
        old.terminate();
      } else {
        old.close(code);
      }
    }
  };
  const closed = (code: number, reason: string): void => {
    letGo();
    events.closed({code, reason});
  };

  try {
    socket = new Socket(url, [codec.protocol]);
    Object.assign(socket, codec.socket);
    socket.onopen = () => events.opened();
    socket.onmessage = ({data}: {data: unknown}) => {
      const frames = parse(codec, data);
      if (frames) {
        events.received(frames);
      } else {
        closed(ABNORMAL, NOT_OURS);
      }
    };
    socket.onerror = () => {};
    socket.onclose = ({code, reason}: {code: number; reason: string}) => closed(code, reason);
  } catch {
    // A page that may not open it, for one. The events are never called before this function has returned.
    queueMicrotask(() => events.closed({code: ABNORMAL, reason: 'no WebSocket'}));
  }

  const send = (text: Encoded): void => {
    if (socket?.readyState === OPEN) {
      socket.send(text as string);
    }
  };
  return {
    send: (texts) => batches(texts).forEach((batch) => send(batch.length === 1 ? batch[0]! : codec.list(batch))),
    ping: () => send(PING),
    close: (goodbye) => {
      const polite = goodbye && socket?.readyState === OPEN;
      if (polite) {
        send(codec.encode(DISCONNECT));
      }
      letGo(polite ? 1000 : undefined);
    },
    buffered: () => socket?.bufferedAmount ?? 0,
  };
};
