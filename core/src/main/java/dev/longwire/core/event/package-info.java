// SPDX-License-Identifier: Apache-2.0
/**
 * What happened, for whoever wants to know: the set of events, the queue in which a machine leaves them for its home, and
 * a bounded log that everybody reads at a pace of their own. Knows names, codes and positions. Must never know who reads,
 * a clock, or anything secret: no event has a session's id or a token.
 */
@NullMarked
package dev.longwire.core.event;

import org.jspecify.annotations.NullMarked;
