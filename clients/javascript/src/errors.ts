// SPDX-License-Identifier: Apache-2.0
import type {CloseName, ErrorName} from './codes.js';
import type {ErrorFrame, Position} from './frames.js';

/** Failures that this side finds by itself; their code is 0. */
export type LocalName =
  /** No answer in time. A publish that had been sent may have happened. */
  | 'timeout'
  /** The client was closed, by the application or for good by the server. */
  | 'closed'
  /** More waits to be sent than may wait. */
  | 'outbox_full'
  /** Messages came faster than the iterator was read; `position` is where to go on. */
  | 'overflow'
  /** `token` is a function, and it failed; its error is the `cause`. */
  | 'token_failed'
  /** The connection could not be made or broke; the client tries again by itself. */
  | 'connection_lost';

/** Everything that this client rejects with or reports. `code` and `name` are stable, `message` is for people. */
export class LongwireError extends Error {
  /** The server's code, an error's or a close's; 0 when this side found the fault. */
  readonly code: number;
  /** The field of the request that is at fault. */
  declare readonly field?: string | undefined;
  /** Try again after so many milliseconds. */
  declare readonly retryAfter?: number | undefined;
  /** Where an iterator stopped. */
  declare readonly position?: Position | undefined;

  constructor(
    name: ErrorName | CloseName | LocalName | (string & {}),
    code = 0,
    message: string = name,
    more: {field?: string | undefined; retryAfter?: number | undefined; position?: Position | undefined; cause?: unknown} = {},
  ) {
    super(message);
    Object.assign(this, more);
    this.name = name;
    this.code = code;
  }
}

export const fromFrame = (frame: ErrorFrame): LongwireError =>
  new LongwireError(frame.name, frame.code, frame.reason ?? frame.name, {field: frame.field, retryAfter: frame.retry_after});
