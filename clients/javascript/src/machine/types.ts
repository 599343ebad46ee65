// SPDX-License-Identifier: Apache-2.0
import type {Codec, Encoded} from '../codec.js';
import type {LongwireError} from '../errors.js';
import type {ConnectedFrame, ServerFrame} from '../frames.js';
import type {BackoffOptions} from './backoff.js';
import type {OutboxLimits, Pending} from './outbox.js';
import type {State} from './phases.js';
import type {Via} from './routes.js';
import type {ChannelEvent} from './subscriptions.js';

/** What the machine wants done, in order. */
export type Output =
  | {readonly do: 'open'; readonly turn: number; readonly via: Via; readonly fresh: boolean}
  | {readonly do: 'send'; readonly texts: readonly Encoded[]}
  | {readonly do: 'ping'}
  | {readonly do: 'drop'; readonly goodbye: boolean}
  | {readonly do: 'probe'}
  | {readonly do: 'remember'; readonly via: Via | null}
  | {readonly do: 'state'; readonly state: State; readonly error?: LongwireError}
  | {readonly do: 'attached'; readonly frame: ConnectedFrame; readonly via: Via}
  | {readonly do: 'frame'; readonly frame: ServerFrame}
  | {readonly do: 'error'; readonly error: LongwireError}
  | {readonly do: 'channel'; readonly event: ChannelEvent}
  | {readonly do: 'settle'; readonly pending: Pending; readonly error: LongwireError | null; readonly frame?: ServerFrame};

export interface MachineOptions {
  readonly agent: string;
  readonly codec: Codec;
  /** The ways to connect, the best first. */
  readonly routes: readonly Via[];
  readonly probeMillis: number;
  readonly messageBytes: number;
  readonly backoff: BackoffOptions;
  readonly outbox: OutboxLimits;
  /** Publishes that are too much now reject, instead of waiting. */
  readonly impatient?: boolean | undefined;
  /** An attempt that is not `connected` after this long has failed. */
  readonly connectMillis: number;
  /** A new token can be had by asking: an expired one is no reason to stay away. */
  readonly renewable: boolean;
  readonly random: () => number;
  /** A text that nobody can guess. */
  readonly secret: () => string;
}

/** How a carrier ended. */
export interface Ending {
  /** The close code; 0 when this side has ended it for a reason that is not the way's. */
  readonly code: number;
  readonly cause?: unknown;
  readonly reason?: string;
  readonly retryAfter?: number | undefined;
}
