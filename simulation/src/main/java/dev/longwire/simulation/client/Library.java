// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.simulation.ground.Dice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was published with a key, by publisher: to be published once more, from any of the publisher's sessions. */
public final class Library {

    record Shelved(String channel, String payload, String key) {}

    private final Map<String, List<Shelved>> byPublisher = new LinkedHashMap<>();

    void shelve(String publisher, Shelved publish) {
        byPublisher.computeIfAbsent(publisher, name -> new ArrayList<>()).add(publish);
    }

    /** One of the latest, or null. */
    @Nullable
    Shelved pick(String publisher, Dice dice) {
        List<Shelved> all = byPublisher.get(publisher);
        return all == null ? null : all.get(all.size() - 1 - dice.below(Math.min(all.size(), 6)));
    }
}
