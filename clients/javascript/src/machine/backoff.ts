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
 * the whole of it. What the server asked for is added: it may have said the same to all of them.
 */
export const backoff = (options: BackoffOptions, failures: number, random: number, retryAfterMillis = 0): number =>
  retryAfterMillis + random * Math.min(options.maxMillis, options.minMillis * 2 ** Math.min(failures, 30));
