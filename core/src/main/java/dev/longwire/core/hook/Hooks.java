// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who is asked, in order: the first whose pattern fits is the one.
 *
 * @param all none asks nobody
 */
public record Hooks(List<Hook> all) {

    public static final Hooks NONE = new Hooks(List.of());

    public Hooks {
        all = List.copyOf(all);
    }

    /**
     * Who is asked, or null for nobody.
     *
     * @param what the channel or the method; nothing of meaning for a connect
     */
    public @Nullable Hook find(Hook.Kind kind, String what) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).asks(kind, what)) {
                return all.get(i);
            }
        }
        return null;
    }
}
