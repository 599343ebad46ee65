// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What the two directions of a connection must know of each other to be understood. */
final class Talk {

    /** What is spoken now. */
    enum Tongue {
        HTTP,

        /** A client has asked to upgrade: what it says next depends on the answer. */
        UPGRADING,
        WEBSOCKET,
        BYTES
    }

    /** A request that has not been answered. */
    static final class Asked {
        final String method;
        final Carriage carriage;

        /** Whether the client is not to see the answer. */
        boolean discard;

        Asked(String method, Carriage carriage) {
            this.method = method;
            this.carriage = carriage;
        }
    }

    private final ArrayDeque<Asked> asked = new ArrayDeque<>(2);
    Tongue tongue = Tongue.HTTP;

    void asks(Asked request) {
        asked.add(request);
    }

    /** The request that will be answered next. */
    @Nullable
    Asked awaiting() {
        return asked.peek();
    }

    /** The request that came last. */
    @Nullable
    Asked latest() {
        return asked.peekLast();
    }

    void answered() {
        asked.poll();
    }

    /** The last request never reaches the server. */
    void withdraw() {
        asked.pollLast();
        if (tongue == Tongue.UPGRADING) {
            tongue = Tongue.HTTP;
        }
    }
}
