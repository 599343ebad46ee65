// SPDX-License-Identifier: Apache-2.0
// What the platform tells and keeps beside time and sockets.
import type {Via} from './machine/routes.js';

/** Where verdicts about the network are kept, such as `localStorage`. */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const texts = new Map<string, string>();
const inMemory: Memory = {
  getItem: (key) => texts.get(key) ?? null,
  setItem: (key, value) => void texts.set(key, value),
  removeItem: (key) => void texts.delete(key),
};

/** `localStorage` in pages that may use it. */
export const defaultMemory = (): Memory => {
  try {
    // Node has one too, but warns when it is looked at.
    return globalThis.document ? globalThis.localStorage : inMemory;
  } catch {
    return inMemory;
  }
};

/** How long it is remembered that WebSockets do not work here. */
const VERDICT_MILLIS = 3_600_000;
const keyOf = (origin: string): string => `longwire ${origin}`;

/** What was found out about the way to this server not long ago. A memory may be forbidden, or full: then nothing. */
export const recall = (memory: Memory, origin: string): Via | undefined => {
  try {
    const [via, until] = (memory.getItem(keyOf(origin)) ?? '').split(' ');
    return Number(until) > Date.now() ? (via as Via) : undefined;
  } catch {
    return undefined;
  }
};

/** `null` forgets. */
export const remember = (memory: Memory, origin: string, via: Via | null): void => {
  try {
    if (via) {
      memory.setItem(keyOf(origin), `${via} ${Date.now() + VERDICT_MILLIS}`);
    } else {
      memory.removeItem(keyOf(origin));
    }
  } catch {
    // It costs a detour at the next start, no more.
  }
};

/** Tells when the network, or the page, has come back (`true`) or may have gone (`false`). Answers how to stop. */
export const watchPage = (hint: (hopeful: boolean) => void): (() => void) => {
  const page = globalThis.document as Document | undefined;
  if (!page) {
    return () => {};
  }
  const back = (): void => hint(true);
  const gone = (): void => hint(false);
  const seen = (): void => {
    if (page.visibilityState === 'visible') {
      back();
    }
  };
  const stop = new AbortController();
  const {signal} = stop;
  addEventListener('online', back, {signal});
  addEventListener('pageshow', back, {signal});
  addEventListener('offline', gone, {signal});
  page.addEventListener('visibilitychange', seen, {signal});
  return () => stop.abort();
};
