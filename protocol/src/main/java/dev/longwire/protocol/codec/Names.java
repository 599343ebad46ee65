// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names seen so far in each open map, to find one that comes twice.
 *
 * <p>Most maps are small: their names are compared one by one. A large map's go to a tree and not to a hash table,
 * because names whose hashes collide can be made by the thousand.
 */
final class Names {

    private static final int SMALL = 12;

    private @Nullable String[] seen = new @Nullable String[32];
    private int size;
    private final int[] starts;
    private final @Nullable Set<String>[] large;
    private int level = -1;
    private long comparisons;

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of generic type can't be made otherwise
    Names(int maxLevels) {
        starts = new int[maxLevels];
        large = new Set[maxLevels];
    }

    void open() {
        starts[++level] = size;
        large[level] = null;
    }

    void close() {
        size = starts[level--];
    }

    /** False when the innermost open map has this name already. */
    boolean add(String name) {
        Set<String> tree = large[level];
        if (tree != null) {
            return tree.add(name);
        }
        for (int i = starts[level]; i < size; i++) {
            comparisons++;
            if (name.equals(seen[i])) {
                return false;
            }
        }
        if (size - starts[level] == SMALL) {
            large[level] = grown(name);
            return true;
        }
        if (size == seen.length) {
            seen = Arrays.copyOf(seen, size * 2);
        }
        seen[size++] = name;
        return true;
    }

    /** How often two names were compared; the tests bound it. */
    long comparisons() {
        return comparisons;
    }

    private Set<String> grown(String name) {
        Set<String> tree = new TreeSet<>((a, b) -> {
            comparisons++;
            return a.compareTo(b);
        });
        for (int i = starts[level]; i < size; i++) {
            String earlier = seen[i];
            if (earlier != null) {
                tree.add(earlier);
            }
        }
        tree.add(name);
        return tree;
    }
}
