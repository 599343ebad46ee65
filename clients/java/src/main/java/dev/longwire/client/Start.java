// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import org.jspecify.annotations.Nullable;

/** Where a subscription begins. */
public final class Start {
    private static final Start NOW = new Start(null, 0);

    private final @Nullable Position since;
    private final long last;

    private Start(@Nullable Position since, long last) {
        this.since = since;
        this.last = last;
    }

    /** With the next message. */
    public static Start now() {
        return NOW;
    }

    /** With the message after this position; what was missed comes first. */
    public static Start since(Position position) {
        return new Start(position, 0);
    }

    /**
     * With the newest messages there are.
     *
     * @param count how many, from 1
     */
    public static Start last(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a count is at least 1");
        }
        return new Start(null, count);
    }

    @Nullable
    Position since() {
        return since;
    }

    long last() {
        return last;
    }
}
