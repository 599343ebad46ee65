// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.deadline.Timed;
import dev.longwire.core.log.MemoryLog;
import java.util.Arrays;

/** One channel at its owner: the log and the hubs that want to hear of it. */
final class Channel extends Timed {

    final String name;
    final MemoryLog log;

    /** Per hub the generation of its interest: even is none, odd is interested (see {@link #attach}). */
    private long[] interest = {};

    private int interested;

    /** Whether the channel stands in its owner's list of those that grew in this turn. */
    boolean grew;

    Channel(String name, MemoryLog log) {
        this.name = name;
        this.log = log;
    }

    boolean wanted() {
        return interested > 0;
    }

    int interestedHubs() {
        return interested;
    }

    /** One more than the highest hub number that ever asked. */
    int hubs() {
        return interest.length;
    }

    boolean wanted(int hub) {
        return hub < interest.length && (interest[hub] & 1) == 1;
    }

    /** Generations only rise, so an attach that was overtaken by a later detach changes nothing. */
    void attach(int hub, long generation) {
        set(hub, generation * 2 + 1);
    }

    void detach(int hub, long generation) {
        set(hub, generation * 2);
    }

    private void set(int hub, long value) {
        if (hub >= interest.length) {
            interest = Arrays.copyOf(interest, hub + 1);
        }
        long old = interest[hub];
        if (value / 2 < old / 2) {
            return;
        }
        interested += (int) (value & 1) - (int) (old & 1);
        interest[hub] = value;
    }

    long interest(int hub) {
        return interest[hub];
    }

    void restoreInterest(int hub, long value) {
        set(hub, value);
    }
}
