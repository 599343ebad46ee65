// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of channel names: 1 to 128 ASCII characters of {@code A-Za-z0-9_-=@,.;:~/}. Names that start with {@code $}
 * are the server's own; the only ones of them that may be named are users' channels, {@code $user:} and the user.
 */
public final class ChannelName {

    public static final int MAX_LENGTH = 128;

    private ChannelName() {}

    private static final String USER = "$user:";
    private static final String HEX = "0123456789ABCDEF";

    /** Whether it may be named at all. */
    public static boolean valid(String name) {
        int length = name.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        if (name.startsWith(USER)) {
            return length > USER.length() && name.equals(own(decoded(name)));
        }
        for (int i = 0; i < length; i++) {
            if (!allowed(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whose own channel this is, or null. */
    public static @Nullable String userOf(String name) {
        return name.startsWith(USER) ? decoded(name) : null;
    }

    /** The name of a user's own channel: every byte of the id that can't stand in a name is written {@code %XX}. */
    public static String own(String user) {
        StringBuilder name = new StringBuilder(USER);
        for (byte each : user.getBytes(StandardCharsets.UTF_8)) {
            if (allowed((char) (each & 0xFF))) {
                name.append((char) each);
            } else {
                name.append('%').append(HEX.charAt(each >> 4 & 0xF)).append(HEX.charAt(each & 0xF));
            }
        }
        return name.toString();
    }

    /** What stands behind {@code $user:}; what isn't written as {@link #own} writes it, anyhow. */
    private static String decoded(String name) {
        byte[] bytes = new byte[name.length()];
        int count = 0;
        for (int i = USER.length(); i < name.length(); i++) {
            int high = name.charAt(i) == '%' && i + 2 < name.length() ? HEX.indexOf(name.charAt(i + 1)) : -1;
            int low = high < 0 ? -1 : HEX.indexOf(name.charAt(i + 2));
            if (low < 0) {
                bytes[count++] = (byte) name.charAt(i);
            } else {
                bytes[count++] = (byte) (high << 4 | low);
                i += 2;
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
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
