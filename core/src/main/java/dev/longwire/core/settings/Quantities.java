// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.settings;

import java.util.Map;

/** Times and sizes as people write them: a whole number and a unit. */
public final class Quantities {

    /** What is no quantity. */
    public static final long WRONG = -1;

    private static final Map<String, Long> TIMES =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Map<String, Long> SIZES =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "kB", 1_000L, "MB", 1_000_000L);
    private static final int DIGITS = 12;

    private Quantities() {}

    /** {@code 500ms}, {@code 25s}, {@code 2m}, {@code 1h}, {@code 1d}; nothing without a unit but 0. */
    public static long millis(String text) {
        return text.equals("0") ? 0 : quantity(text, TIMES);
    }

    /** {@code 512}, {@code 64KiB}, {@code 1MiB}, {@code 2GiB}, {@code 10kB}, {@code 10MB}. */
    public static long bytes(String text) {
        return quantity(text, SIZES);
    }

    private static long quantity(String text, Map<String, Long> units) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        Long unit = units.get(text.substring(digits).trim());
        if (digits == 0 || digits > DIGITS || unit == null) {
            return WRONG;
        }
        long value = Long.parseLong(text.substring(0, digits));
        return value > Long.MAX_VALUE / unit ? WRONG : value * unit;
    }
}
