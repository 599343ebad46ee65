// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

/**
 * A channel's presence is a log of its own, of the changes of who is there, under a name that no client can give a
 * channel: so everything that moves messages moves presence too.
 */
public final class PresenceName {

    private static final String PREFIX = "$presence:";

    private PresenceName() {}

    /** The name of the log of a channel's presence. */
    public static String of(String channel) {
        return PREFIX + channel;
    }

    public static boolean is(String name) {
        return name.startsWith(PREFIX);
    }

    /** The channel whose presence this is, or the channel itself. */
    public static String channel(String name) {
        return is(name) ? name.substring(PREFIX.length()) : name;
    }
}
