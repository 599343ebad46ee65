// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a principal may do, by channel pattern. In a pattern {@code *} stands for any characters, colons included, but
 * never for the {@code $} that the server's own channels start with. A channel that several patterns match has the
 * operations of all of them; one that none matches has none.
 */
public final class Capabilities {

    /** Everything, on every channel that a client may name. */
    public static final Capabilities ALL = new Capabilities(Map.of("*", everything()));

    public static final Capabilities NONE = new Capabilities(Map.of());

    private final Map<String, Integer> masks;

    private Capabilities(Map<String, Integer> masks) {
        this.masks = masks;
    }

    /** Operations by pattern, in an order that is kept. */
    public static Capabilities of(Map<String, Set<Operation>> operations) {
        Map<String, Integer> masks = new LinkedHashMap<>();
        operations.forEach((pattern, set) -> masks.put(pattern, mask(set)));
        return new Capabilities(masks);
    }

    public boolean allows(Operation operation, String channel) {
        for (Map.Entry<String, Integer> each : masks.entrySet()) {
            if ((each.getValue() & operation.bit()) != 0 && matches(each.getKey(), channel)) {
                return true;
            }
        }
        return false;
    }

    /** Each pattern with a bit per operation, by {@link Operation#ordinal}. */
    public Map<String, Integer> masks() {
        return new LinkedHashMap<>(masks);
    }

    public static Capabilities ofMasks(Map<String, Integer> masks) {
        return new Capabilities(new LinkedHashMap<>(masks));
    }

    private static int everything() {
        return (1 << Operation.values().length) - 1;
    }

    private static int mask(Set<Operation> set) {
        int mask = 0;
        for (Operation each : set) {
            mask |= each.bit();
        }
        return mask;
    }

    /** Whether a name is meant. Greedy, with one place to come back to: linear in the name for each star. */
    public static boolean matches(String pattern, String name) {
        if (name.startsWith("$")) {
            return false;
        }
        int p = 0;
        int n = 0;
        int star = -1;
        int mark = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Capabilities that && masks.equals(that.masks);
    }

    @Override
    public int hashCode() {
        return masks.hashCode();
    }

    @Override
    public String toString() {
        return masks.toString();
    }
}
