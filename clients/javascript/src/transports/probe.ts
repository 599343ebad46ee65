// SPDX-License-Identifier: Apache-2.0
import type {WebSocketConstructor} from './websocket.js';
import {openWebSocket} from './websocket.js';

const GIVE_UP_MILLIS = 10_000;
/** It has to live a while: some ways open a WebSocket, then kill it. */
const AGAIN_MILLIS = 3_000;

/** Whether a WebSocket works here now. It pings twice, and touches no session. Answers how to stop looking. */
export const probe = (Socket: WebSocketConstructor, url: string, done: (works: boolean) => void): (() => void) => {
  let pongs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = setTimeout(() => end(false), GIVE_UP_MILLIS);
  const stop = (): void => {
    clearTimeout(limit);
    clearTimeout(timer);
    carrier.close(false);
  };
  const end = (works: boolean): void => {
    stop();
    done(works);
  };
  const carrier = openWebSocket(Socket, url, {
    opened: () => carrier.ping(),
    received: () => {
      if (++pongs === 2) {
        end(true);
      } else {
        timer = setTimeout(() => carrier.ping(), AGAIN_MILLIS);
      }
    },
    closed: () => end(false),
  });
  return stop;
};
