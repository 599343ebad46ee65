// SPDX-License-Identifier: Apache-2.0
import {type Codec, type Encoded, json} from '../codec.js';
import {CLOSE_MOVED, CLOSE_TOO_BIG} from '../codes.js';
import type {ServerFrame} from '../frames.js';
import type {EventStreamReader} from './stream.js';
import {batches, type Carrier, type CarrierEvents, DISCONNECT, NOT_OURS, parse} from './carrier.js';

/** How long the server may hold a request that it has nothing to say to. */
const WAIT_MILLIS = 20_000;
/** Longer than that, and the request was lost. */
const LOST_MILLIS = WAIT_MILLIS + 8_000;
/** A lost request is said again so often, after these waits. */
const AGAIN_MILLIS = [0, 500, 2_000];
/** How many requests may overlap. */
const OVERLAP = 2;

export type Fetch = typeof globalThis.fetch;

export interface PollOptions {
  readonly codec: Codec;
  readonly fetch: Fetch;
  readonly url: string;
  /** There is no session yet: its first request is known by a nonce. One that resumes is not said again: its turn is over. */
  readonly fresh: boolean;
  /** The first answer is to be a stream. */
  readonly stream: EventStreamReader | undefined;
}

/**
 * A session drained by requests. One is always held by the server; a second may bring what there is to send. Each has a
 * number and is said again with it until it is answered: the server runs it once and gives the same answer.
 */
export const openPoll = ({codec, fetch, url, fresh, stream}: PollOptions, events: CarrierEvents): Carrier => {
  const queue: Encoded[] = [];
  const answers = new Map<number, ServerFrame[] | null>();
  const requests = new Set<AbortController>();
  let session: string | undefined;
  let seq = 0;
  let ack = 0;
  let open = true;

  const drop = (): void => requests.forEach((request) => request.abort());

  const end = (code: number, reason: string, retryAfter?: number): void => {
    if (open) {
      open = false;
      drop();
      events.closed({code, reason, retryAfter});
    }
  };

  const hear = (frames: ServerFrame[] | null): void => {
    if (!frames) {
      end(1006, NOT_OURS);
      return;
    }
    for (const frame of frames) {
      if (frame.type === 'connected') {
        session = frame.session;
      }
    }
    if (open) {
      events.received(frames);
    }
  };

  /** What an answer means that is no 200: the codes say whether and how to come back. */
  const refused = async (response: Response): Promise<void> => {
    const {name = '', retry_after} = ((await response.json().catch(() => ({}))) ?? {}) as {name?: string; retry_after?: number};
    const seconds = parseFloat(response.headers.get('retry-after')!);
    const codes: Record<number, number> = {404: CLOSE_MOVED, 409: CLOSE_MOVED, 413: CLOSE_TOO_BIG};
    end(codes[response.status] ?? 1006, name || `HTTP ${response.status}`, retry_after ?? (seconds >= 0 ? seconds * 1000 : undefined));
  };

  const body = (seq: number, frames: readonly Encoded[], wait: number): Encoded =>
    codec.add(
      codec.encode({seq, wait, session, ack: session && ack, stream: stream && seq === 1 ? true : undefined}),
      'frames',
      codec.list(frames),
    );

  // A text without a declared type is text/plain, which spares pages of other origins a question before each request.
  const post = (text: Encoded, signal: AbortSignal | null, keepalive = false): Promise<Response> =>
    fetch(url, {method: 'POST', body: text as string, signal, keepalive, headers: codec.headers!});

  const ask = async (number: number, frames: readonly Encoded[], attempt = 0): Promise<void> => {
    const request = new AbortController();
    requests.add(request);
    const flowing = number === 1 && stream;
    const late = setTimeout(() => request.abort(), LOST_MILLIS);
    try {
      const response = await post(body(number, frames, WAIT_MILLIS), request.signal);
      if (response.ok && flowing) {
        clearTimeout(late);
        ack = 1;
        await flowing(response, (text) => text && hear(parse(json, text)));
        end(1006, 'the stream ended');
      } else if (response.ok) {
        answered(number, parse(codec, await codec.body(response), 'frames'));
      } else if (response.status !== 408) {
        await refused(response);
      } else {
        throw response;
      }
    } catch {
      const wait = AGAIN_MILLIS[attempt];
      if (wait === undefined || flowing || (number === 1 && !fresh)) {
        end(1006, 'unreachable');
      } else if (open) {
        setTimeout(() => open && void ask(number, frames, attempt + 1), wait);
      }
    } finally {
      clearTimeout(late);
      requests.delete(request);
    }
  };

  /** Answers are heard in the order of their requests, whichever comes first. */
  const answered = (number: number, frames: ServerFrame[] | null): void => {
    answers.set(number, frames);
    for (let next = answers.get(ack + 1); open && next !== undefined; next = answers.get(ack + 1)) {
      answers.delete(++ack);
      hear(next);
    }
    pump();
  };

  const pump = (): void => {
    const unanswered = seq - ack;
    // Without a session there is nothing but the first request.
    const room = session ? OVERLAP : seq === 0 ? 1 : 0;
    const hold = session && !stream && unanswered === 0;
    if (open && unanswered < room && (queue.length > 0 || hold)) {
      const [frames = []] = batches(queue);
      queue.splice(0, frames.length);
      void ask(++seq, frames);
    }
  };
  const send = (texts: readonly Encoded[]): void => {
    queue.push(...texts);
    // What is said in one turn goes in one request.
    queueMicrotask(pump);
  };

  queueMicrotask(() => open && events.opened());
  return {
    send,
    ping: () => send([codec.encode({type: 'ping'})]),
    close: (goodbye) => {
      if (open) {
        open = false;
        if (goodbye && session) {
          // What is on its way comes before it in order: without that the goodbye would wait there for ever.
          post(body(++seq, [codec.encode(DISCONNECT)], 0), null, true).then(drop, drop);
        } else {
          drop();
        }
      }
    },
    buffered: () => 0,
  };
};
