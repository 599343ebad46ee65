// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How many different names somebody has used lately. One that was used before costs nothing. */
public final class Variety {

    /** So many names are remembered however few may be new. */
    private static final int LEAST = 256;

    private final Bucket bucket = new Bucket();
    private final Set<String> names = new LinkedHashSet<>();

    /** Counts a name if it is new, and if so many new ones may be used. */
    public boolean take(Rate rate, String name, long nowMillis) {
        if (rate.unlimited()) {
            return true;
        }
        // Forgetting costs nothing for whoever uses few, and what is kept has a bound.
        if (names.size() >= Math.max(LEAST, 2 * rate.burst()) || !names.isEmpty() && bucket.rested(rate, nowMillis)) {
            names.clear();
        }
        if (names.contains(name)) {
            return true;
        }
        boolean taken = bucket.take(rate, 1, nowMillis);
        if (taken) {
            names.add(name);
        }
        return taken;
    }

    /** Counts those names that are new, all or none: where any new one may be used, all may, and are paid for later. */
    public boolean takeAll(Rate rate, List<String> all, long nowMillis) {
        for (int i = 0; i < all.size(); i++) {
            if (!names.contains(all.get(i))) {
                if (!take(rate, all.get(i), nowMillis)) {
                    return false;
                }
                oweFor(rate, all.subList(i + 1, all.size()), nowMillis);
                return true;
            }
        }
        return true;
    }

    private void oweFor(Rate rate, List<String> rest, long nowMillis) {
        for (String name : rest) {
            if (!rate.unlimited() && names.add(name)) {
                bucket.owe(rate, 1, nowMillis);
            }
        }
    }

    /** After how long a new name may be used again. */
    public long waitMillis(long nowMillis) {
        return bucket.waitMillis(nowMillis);
    }

    /** Whether it is as good as new. */
    public boolean rested(Rate rate, long nowMillis) {
        return bucket.rested(rate, nowMillis);
    }

    public void write(StateWriter out, Rate rate, long nowMillis) {
        bucket.write(out, rate, nowMillis);
        out.number(names.size());
        names.forEach(out::text);
    }

    public static Variety read(StateReader in, long nowMillis) {
        Variety variety = new Variety();
        variety.bucket.read(in, nowMillis);
        for (int left = in.count(); left > 0; left--) {
            variety.names.add(in.text());
        }
        return variety;
    }
}
