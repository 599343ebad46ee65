// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.Namespaces;

/**
 * What an owner of channels may hold.
 *
 * @param namespaces how long logs keep messages, by channel name
 * @param dedupeMillis how long an idempotency key is recognised
 * @param dedupeEntries keys remembered at once; beyond it the oldest go early and acks state a shorter window
 * @param budgetBytes all logs of this owner together, with what each of them costs beside its messages; beyond it whoever is furthest above a fair share is trimmed, and
 *     when nothing is left to trim a publish is {@code overloaded}
 * @param spareMillis messages younger than this are never trimmed for the budget
 */
public record ChannelSettings(
        Namespaces namespaces, long dedupeMillis, int dedupeEntries, long budgetBytes, long spareMillis) {

    public static final ChannelSettings DEFAULT =
            new ChannelSettings(Namespaces.DEFAULT, 300_000, 1_000_000, 256L * 1024 * 1024, 5_000);

    public ChannelSettings {
        if (dedupeMillis <= 0 || dedupeEntries <= 0 || budgetBytes <= 0 || spareMillis < 0) {
            throw new IllegalArgumentException("channel settings out of range");
        }
    }
}
