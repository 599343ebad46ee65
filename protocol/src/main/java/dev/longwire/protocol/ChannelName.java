// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

/** The grammar of channel names: 1 to 128 ASCII characters of {@code A-Za-z0-9_-=@,.;:~/}. */
public final class ChannelName {

    public static final int MAX_LENGTH = 128;

    private ChannelName() {}

    /** Whether a client may name this channel. Names that start with {@code $} are the server's own: not here. */
    public static boolean valid(String name) {
        int length = name.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!allowed(name.charAt(i))) {
                return false;
            }
        }
        return true;
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
