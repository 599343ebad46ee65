// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** Names of channels, and names that nobody else chooses. */
final class Names {
    private static final Pattern CHANNEL = Pattern.compile("[$A-Za-z0-9_\\-=@,.;:~/]{1,128}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Names() {}

    static String random() {
        byte[] bytes = new byte[15];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String channel(String name) {
        if (!CHANNEL.matcher(name).matches()) {
            throw new IllegalArgumentException("a channel's name has 1 to 128 characters of A-Za-z0-9_-=@,.;:~/");
        }
        return name;
    }
}
