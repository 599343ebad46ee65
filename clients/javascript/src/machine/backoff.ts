// SPDX-License-Identifier: Apache-2.0

/** How long to wait between attempts. */
export interface BackoffOptions {
  /** The first wait is at most this long. */
  readonly minMillis: number;
  /** No wait is longer, unless the server asks for it. */
  readonly maxMillis: number;
}

/**
 * Full jitter: anything from 0 to a bound that doubles with each failure. Clients that lost the same server spread over
 * the whole of it. What the server asked for is a floor, because it has spread its clients already.
 */
export const backoff = (options: BackoffOptions, failures: number, random: number, retryAfterMillis = 0): number =>
  Math.max(retryAfterMillis, random * Math.min(options.maxMillis, options.minMillis * 2 ** Math.min(failures, 30)));
