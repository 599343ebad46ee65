// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/** What happens on a subscription: messages, and what must be known to read them rightly. */
public sealed interface ChannelEvent permits Message, Reset, Attached {
    /** The channel it happened on. */
    String channel();
}
