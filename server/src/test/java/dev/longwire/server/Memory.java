// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;

/**
 * What this process holds: the heap that is still reachable, and what Netty has taken outside of it.
 *
 * @param heap bytes of live objects
 * @param direct bytes of Netty's buffers outside of the heap, those that wait to be used again included
 */
record Memory(long heap, long direct) {

    /** Rounds of collection after which what is still there is taken to be alive. */
    private static final int ROUNDS = 3;

    static Memory now() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        ByteBufAllocatorMetricProvider netty = (ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT;
        return new Memory(least, netty.metric().usedDirectMemory());
    }

    /** How much more this is than there was; what there is less of the one makes no room for the other. */
    long beyond(Memory before) {
        return Math.max(0, heap - before.heap) + Math.max(0, direct - before.direct);
    }
}
