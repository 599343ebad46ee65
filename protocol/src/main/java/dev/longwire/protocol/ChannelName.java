// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The grammar of channel names: 1 to 128 ASCII characters of {@code A-Za-z0-9_-=@,.;:~/}. Names that start with {@code $}
 * are the server's own; the only ones of them that may be named are users' channels, {@code $user:} and the user.
 */
public final class ChannelName {

    public static final int MAX_LENGTH = 128;

    private ChannelName() {}

    private static final String USER = "$user:";

    /** Whether it may be named at all. */
    public static boolean valid(String name) {
        int length = name.length();
        int start = name.startsWith(USER) ? USER.length() : 0;
        if (length == start || length > MAX_LENGTH) {
            return false;
        }
        for (int i = start; i < length; i++) {
            if (!allowed(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whose own channel this is, or null. */
    public static @Nullable String userOf(String name) {
        return name.startsWith(USER) ? name.substring(USER.length()) : null;
    }

    /** The text before the first colon, else {@code default}. */
    public static String namespace(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? "default" : name.substring(0, colon);
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "_-=@,.;:~/".indexOf(c) >= 0;
    }
}
