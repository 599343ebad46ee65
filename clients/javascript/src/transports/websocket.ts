// SPDX-License-Identifier: Apache-2.0
import {batches, type Carrier, type CarrierEvents, DISCONNECT, NOT_OURS, parse, PING} from './carrier.js';

/** What this client uses of a WebSocket: that of browsers and Node 22, or the `ws` package's. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
  /** Of `ws`: lets go at once, where `close` waits for the other side. */
  terminate?(): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;
const ABNORMAL = 1006;

export const openWebSocket = (Socket: WebSocketConstructor, url: string, events: CarrierEvents): Carrier => {
  let socket: WebSocketLike | undefined;

  const letGo = (): void => {
    const old = socket;
    socket = undefined;
    if (old) {
      old.onopen = old.onmessage = old.onclose = null;
      // Letting go before it is open is an error to some; nobody has to hear of it.
      old.onerror = () => {};
      if (old.terminate) {
        old.terminate();
      } else {
        old.close();
      }
    }
  };
  const closed = (code: number, reason: string): void => {
    letGo();
    events.closed({code, reason});
  };

  try {
    socket = new Socket(url, ['longwire.v1.json']);
    socket.onopen = () => events.opened();
    socket.onmessage = ({data}: {data: unknown}) => {
      const frames = typeof data === 'string' ? parse(data) : null;
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

  const send = (text: string): void => {
    if (socket?.readyState === OPEN) {
      socket.send(text);
    }
  };
  return {
    send: (texts) => batches(texts).forEach((batch) => send(batch.length === 1 ? batch[0]! : `[${batch.join()}]`)),
    ping: () => send(PING),
    close: (goodbye) => {
      if (goodbye && socket?.readyState === OPEN) {
        send(DISCONNECT);
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close(1000);
        socket = undefined;
      } else {
        letGo();
      }
    },
    buffered: () => socket?.bufferedAmount ?? 0,
  };
};
