// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.websocket;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Comes to terms on permessage-deflate (RFC 7692, 7.1). */
final class Deflate {

    private static final String NAME = "permessage-deflate";
    private static final String TERMS = NAME + "; server_no_context_takeover; client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final Set<String> BARE = Set.of("server_no_context_takeover", "client_no_context_takeover");
    private static final int LARGEST_WINDOW = 15;

    /** Offers and parameters beyond this many are not read. */
    private static final int MOST = 16;

    private Deflate() {}

    /** The answer to the first offer that can be kept; null when there is none. */
    static @Nullable String answer(List<String> headers) {
        int seen = 0;
        for (String header : headers) {
            for (String offer : header.split(",", MOST)) {
                String terms = terms(offer);
                if (terms != null) {
                    return terms;
                }
                if (++seen >= MOST) {
                    return null;
                }
            }
        }
        return null;
    }

    private static @Nullable String terms(String offer) {
        String[] parts = offer.split(";", MOST);
        if (!parts[0].trim().equalsIgnoreCase(NAME)) {
            return null;
        }
        Set<String> seen = new HashSet<>();
        boolean window = false;
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].trim();
            int equals = part.indexOf('=');
            String name = (equals < 0 ? part : part.substring(0, equals)).trim().toLowerCase(Locale.ROOT);
            String value = equals < 0 ? null : part.substring(equals + 1).trim();
            if (!seen.add(name) || !keepable(name, value)) {
                return null;
            }
            window |= name.equals(SERVER_WINDOW);
        }
        return window ? TERMS + "; " + SERVER_WINDOW + "=" + LARGEST_WINDOW : TERMS;
    }

    /** The JDK's windows are of one size: one that must be smaller is an offer that can't be kept. */
    private static boolean keepable(String name, @Nullable String value) {
        if (BARE.contains(name)) {
            return value == null;
        }
        int bits = value == null ? -1 : bits(value);
        if (name.equals(SERVER_WINDOW)) {
            return bits == LARGEST_WINDOW;
        }
        return name.equals(CLIENT_WINDOW) && (value == null || bits > 0);
    }

    /** 8 to 15, which may stand in quotes; -1 for anything else. */
    private static int bits(String value) {
        boolean quoted = value.length() > 2 && value.startsWith("\"") && value.endsWith("\"");
        return switch (quoted ? value.substring(1, value.length() - 1) : value) {
            case "8" -> 8;
            case "9" -> 9;
            case "10" -> 10;
            case "11" -> 11;
            case "12" -> 12;
            case "13" -> 13;
            case "14" -> 14;
            case "15" -> LARGEST_WINDOW;
            default -> -1;
        };
    }
}
