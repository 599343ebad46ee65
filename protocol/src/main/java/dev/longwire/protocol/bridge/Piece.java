// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.bridge;

/** What is counted on a bridge, in either direction: the unit that is sent, confirmed and sent again. */
public sealed interface Piece {

    /** What a piece costs beside its bytes, so that many small ones are not free. */
    int OVERHEAD = 64;

    /** Roughly what it takes to keep. */
    int cost();

    /**
     * The upstream has accepted: the first piece that goes down.
     *
     * @param subprotocol that it chose; empty for none
     */
    record Opened(String subprotocol) implements Piece {
        @Override
        public int cost() {
            return OVERHEAD + subprotocol.length();
        }
    }

    /**
     * A message, or a part of one.
     *
     * @param binary whether the message is; the same for all its parts
     * @param last whether the message ends with it
     * @param bytes not to be changed by anybody
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Part(boolean binary, boolean last, byte[] bytes) implements Piece {
        @Override
        public int cost() {
            return OVERHEAD + bytes.length;
        }
    }

    /**
     * The last piece of its direction.
     *
     * @param code as RFC 6455 has it; 1005 for none, and downwards 1006 for an upstream that never opened or broke off its
     *     close
     */
    record Close(int code, String reason) implements Piece {
        /** No code was given. */
        public static final int NONE = 1005;

        /** There was no proper close. */
        public static final int ABNORMAL = 1006;

        /** Something was lost; whoever opens anew, begins anew. */
        public static final int LOST = 1012;

        @Override
        public int cost() {
            return OVERHEAD + reason.length();
        }
    }
}
