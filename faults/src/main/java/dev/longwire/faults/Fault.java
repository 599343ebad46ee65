// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

/** What the proxy does when something passes. */
public sealed interface Fault {

    /** How logs and counters call it. */
    String label();

    /** Whether the connection is gone afterwards, at least for one of its sides. */
    default boolean cuts() {
        return false;
    }

    /** How a connection ends. */
    enum How {
        /** Orderly: the peer reads the end of the stream. */
        FIN,

        /** Abruptly: the peer's next call fails. */
        RST
    }

    /** Where a connection ends, seen from the frame. */
    enum Where {
        BEFORE,

        /** After half of its bytes. */
        WITHIN,

        AFTER
    }

    /** Who notices. To the other side the connection stays open, and silent. */
    enum Side {
        BOTH,
        CLIENT,
        SERVER
    }

    /** It never arrives. */
    record Drop() implements Fault {
        @Override
        public String label() {
            return "drop";
        }
    }

    /** It, and whatever follows in its direction, arrives later. */
    record Delay(long millis) implements Fault {
        @Override
        public String label() {
            return "delay";
        }
    }

    /**
     * It arrives twice. A WebSocket frame is written twice. A request is copied to a connection of its own.
     *
     * @param afterMillis how long after the first the second one leaves
     * @param answerFromCopy whether the client gets the answer of the copy, and the first one's is thrown away;
     *     otherwise it is the other way round. For requests only.
     */
    record Duplicate(long afterMillis, boolean answerFromCopy) implements Fault {
        @Override
        public String label() {
            return "duplicate";
        }
    }

    /**
     * It arrives; and later whatever the client had sent on this connection up to here arrives once more, on a connection
     * of its own: a stale upgrade, connect and all.
     */
    record Replay(long afterMillis) implements Fault {
        @Override
        public String label() {
            return "replay";
        }
    }

    /** The connection ends here. */
    record Cut(Where where, How how, Side side) implements Fault {
        public Cut(Where where, How how) {
            this(where, how, Side.BOTH);
        }

        @Override
        public String label() {
            return "cut";
        }

        @Override
        public boolean cuts() {
            return true;
        }
    }

    /** From here on everything is swallowed, both ways, and nobody is told. */
    record HalfOpen() implements Fault {
        @Override
        public String label() {
            return "half_open";
        }

        @Override
        public boolean cuts() {
            return true;
        }
    }

    /** From here on this direction trickles. */
    record Throttle(int bytesPerSecond) implements Fault {
        public Throttle {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("bytesPerSecond must be at least 1");
            }
        }

        @Override
        public String label() {
            return "throttle";
        }
    }

    /** The request does not reach the server; the proxy answers with this status and closes. */
    record Refuse(int status) implements Fault {
        @Override
        public String label() {
            return "refuse";
        }
    }

    /** It arrives, and some time later the connection ends. */
    record KillAfter(long millis, How how) implements Fault {
        @Override
        public String label() {
            return "kill_after";
        }

        @Override
        public boolean cuts() {
            return true;
        }
    }

    /**
     * It arrives, and then nothing more is read from its sender, so that its writes pile up.
     *
     * @param millis for how long; 0 is for ever
     */
    record StopReading(long millis) implements Fault {
        @Override
        public String label() {
            return "stop_reading";
        }
    }
}
