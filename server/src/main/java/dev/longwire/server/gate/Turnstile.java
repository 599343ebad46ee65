// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.gate;

import dev.longwire.server.config.AddressRange;
import dev.longwire.server.config.GateLimits;
import dev.longwire.server.metrics.Metrics;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts who is inside, and says who is one too many.
 *
 * <p>Threads: any.
 */
public final class Turnstile {

    /** What somebody was one too many of. */
    enum Limit {
        CONNECTIONS("connections"),
        PER_ADDRESS("connections_per_address"),
        PER_SECOND("connections_per_second");

        private final String wire;

        Limit(String wire) {
            this.wire = wire;
        }
    }

    /** Whoever is turned away is told so, while there are no more of them than this; beyond it they are just cut. */
    private static final int TOLD = 256;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Who counts as one: an IPv4 address, or what is given to one customer of IPv6, a /64. */
    private record Block(boolean six, long bits) {
        static Block of(InetAddress address) {
            ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
            return address instanceof Inet6Address
                    ? new Block(true, bytes.getLong())
                    : new Block(false, bytes.getInt());
        }
    }

    private final GateLimits limits;
    private final Metrics metrics;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final ConcurrentHashMap<Block, Integer> blocks = new ConcurrentHashMap<>();

    /** When the next connection would be due if they came evenly, in nanoseconds. */
    private final AtomicLong due = new AtomicLong(System.nanoTime() - SECOND);

    public Turnstile(GateLimits limits, Metrics metrics) {
        this.limits = limits;
        this.metrics = metrics;
        metrics.gauge("longwire.connections", "Connections of any kind, except those turned away.", inside::get);
        metrics.gauge("longwire.addresses", "Addresses of clients that are counted.", blocks::size);
    }

    boolean trusted(InetAddress address) {
        for (AddressRange range : limits.trusted()) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    boolean proxyProtocol() {
        return limits.proxyProtocol();
    }

    /** One more, unless that is too many; then nothing has been counted. */
    @Nullable
    Limit enter(long nowNanos) {
        if (limits.perSecond() > 0 && !dueBy(nowNanos)) {
            return hit(Limit.PER_SECOND);
        }
        if (inside.incrementAndGet() > limits.connections() && limits.connections() > 0) {
            inside.decrementAndGet();
            return hit(Limit.CONNECTIONS);
        }
        return null;
    }

    void leave() {
        inside.decrementAndGet();
    }

    /** A bucket of tokens as one number: by how much those who came are ahead of an even flow. */
    private boolean dueBy(long now) {
        long each = SECOND / limits.perSecond();
        while (true) {
            long was = due.get();
            long from = was - now > 0 ? was : now;
            if (from - now > SECOND - each) {
                return false;
            }
            if (due.compareAndSet(was, from + each)) {
                return true;
            }
        }
    }

    /** One more of this address, unless that is too many; then nothing has been counted. */
    @Nullable
    Limit enter(InetAddress address) {
        int most = limits.perAddress() == 0 ? Integer.MAX_VALUE : limits.perAddress();
        boolean[] counted = new boolean[1];
        blocks.compute(Block.of(address), (block, count) -> {
            int now = count == null ? 0 : count;
            counted[0] = now < most;
            return counted[0] ? Integer.valueOf(now + 1) : count;
        });
        return counted[0] ? null : hit(Limit.PER_ADDRESS);
    }

    void leave(InetAddress address) {
        blocks.computeIfPresent(Block.of(address), (block, count) -> count == 1 ? null : count - 1);
    }

    private Limit hit(Limit limit) {
        metrics.limitHit(limit.wire);
        return limit;
    }

    /** Whether there is room for one more who is only told to go. */
    boolean mayBeTold() {
        if (told.incrementAndGet() <= TOLD) {
            return true;
        }
        told.decrementAndGet();
        return false;
    }

    void wasTold() {
        told.decrementAndGet();
    }
}
