// SPDX-License-Identifier: Apache-2.0
// The two ways to a bridge: a WebSocket, and polls. They know bytes, and what is a sign of trouble.
import {decode, type Body} from './body.js';
import type {Talk} from './talk.js';

/** Why a carrier is over: an HTTP status or a close code, 0 for neither. */
export interface Loss {
  readonly code: number;
  /** Whether anything came by it. */
  readonly worked: boolean;
}

export interface Carrier {
  /** There is something to say. */
  wake(): void;
  /** Lets go of it. What came last is confirmed on the way out, as far as that is possible at once. */
  stop(): void;
}

/** What a carrier tells. `lost` is the last, and said once; nothing is said after `stop`. */
export interface CarrierEvents {
  body(body: Body): boolean;
  lost(loss: Loss): void;
}

export const SUBPROTOCOL = 'longwire.bridge.v1';

/** How long a WebSocket may take until something came by it. */
const TRIAL_MILLIS = 4_000;
/** How long the answer to a ping may take. */
const PONG_MILLIS = 8_000;
/** Beyond what it is held for. */
const POLL_PATIENCE_MILLIS = 10_000;
const ACK_BYTES = 128 * 1024;
const ACK_MILLIS = 50;
const OPEN = 1;

/** One WebSocket whose messages are bodies. */
export const overSocket = (talk: Talk, socket: WebSocket, events: CarrierEvents): Carrier => {
  let over = false;
  let worked = false;
  let pings = 0;
  let ack: ReturnType<typeof setTimeout> | undefined;
  const end = (code: number): void => {
    if (!over) {
      finish();
      events.lost({code, worked});
    }
  };
  const finish = (): void => {
    over = true;
    clearTimeout(watch);
    clearTimeout(ack);
    try {
      socket.close();
    } catch {
      // It never opened.
    }
  };
  let watch = setTimeout(() => end(0), TRIAL_MILLIS);
  const say = (more: object): void => socket.send(talk.compose(more));
  const acknowledge = (): void => {
    ack = undefined;
    if (!over && talk.unsaid > 0 && socket.readyState === OPEN) {
      say({});
    }
  };
  const heard = (): void => {
    worked = true;
    clearTimeout(watch);
    watch = setTimeout(() => {
      say({ping: ++pings});
      watch = setTimeout(() => end(0), PONG_MILLIS);
    }, talk.limits.ping);
  };
  const wake = (): void => {
    while (!over && worked && socket.readyState === OPEN && talk.hasMore()) {
      say({});
    }
  };
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => socket.send(talk.compose({session: talk.session, turn: talk.turn}, true));
  socket.onerror = () => {};
  socket.onclose = ({code}) => end(code);
  socket.onmessage = ({data}) => {
    if (over) {
      return;
    }
    const body = data instanceof ArrayBuffer ? decode(data) : null;
    heard();
    if (!body || !events.body(body)) {
      end(0);
      return;
    }
    wake();
    if (talk.unsaid >= ACK_BYTES) {
      acknowledge();
    } else if (talk.unsaid > 0 && !over) {
      ack ??= setTimeout(acknowledge, ACK_MILLIS);
    }
  };
  return {
    wake,
    stop: () => {
      if (!over) {
        if (socket.readyState === OPEN) {
          say({});
        }
        finish();
      }
    },
  };
};

/** Polls: one is held for what comes, and one more at a time brings what is to be sent. */
export const overPolls = (talk: Talk, url: string, fetcher: typeof fetch, events: CarrierEvents): Carrier => {
  const controller = new AbortController();
  let early: Body[] = [];
  let seq = 0;
  let open = 0;
  let over = false;
  let worked = false;
  const end = (code: number): void => {
    if (!over) {
      over = true;
      controller.abort();
      events.lost({code, worked});
    }
  };
  const post = (bytes: BodyInit, signal: AbortSignal | null): Promise<Response> =>
    fetcher(url, {method: 'POST', body: bytes, cache: 'no-store', signal});
  const head = (): object => ({session: talk.session, turn: talk.turn, seq: ++seq});
  const deliver = (body: Body): boolean => {
    // Of two answers on two connections the later one may come first.
    early.push(body);
    early.sort((one, other) => one.head.from - other.head.from);
    early = early.filter((each) => over || !events.body(each));
    return early.length === 0 || open > 0;
  };
  const poll = async (carrying: boolean): Promise<void> => {
    const bytes = talk.compose({...head(), wait: talk.limits.wait}, !carrying);
    open++;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), talk.limits.wait + POLL_PATIENCE_MILLIS);
    const abort = (): void => patience.abort();
    controller.signal.addEventListener('abort', abort, {once: true});
    try {
      const response = await post(bytes, patience.signal);
      if (!response.ok) {
        end(response.status);
        return;
      }
      const body = decode(await response.arrayBuffer());
      open--;
      if (over) {
        return;
      }
      worked = true;
      if (!body || !deliver(body)) {
        end(0);
        return;
      }
      wake();
    } catch {
      end(0);
    } finally {
      clearTimeout(timer);
      controller.signal.removeEventListener('abort', abort);
    }
  };
  const wake = (): void => {
    while (!over && open < 2) {
      // The one that brings pieces is not to be overtaken by another that does.
      const carrying = talk.hasMore() && !talk.waits();
      if (!carrying && open > 0) {
        return;
      }
      void poll(carrying);
    }
  };
  return {
    wake,
    stop: () => {
      if (!over) {
        over = true;
        controller.abort();
        // The last word: what was got, and a close that nobody waits for.
        post(talk.compose({...head(), wait: 1}), null).catch(() => {});
      }
    },
  };
};
