// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.bridge;

import dev.longwire.protocol.codec.PlainMap;

/**
 * What a client says about the pieces in a body, and about those it got.
 *
 * @param session the secret name that the client made up; empty where the carrier has said it before
 * @param turn the attempt to attach, higher than all before; 0 where the carrier has said it
 * @param seq the number of a poll within its turn
 * @param ack the highest piece that the client has, with all before it
 * @param from the number of the first piece in this body; 0 when it goes on where the last body ended
 * @param waitMillis how long a poll may be held
 * @param ping to be answered with the same number; 0 for none
 * @param opening how to open the upstream
 */
public record ClientHead(
        String session, long turn, long seq, long ack, long from, long waitMillis, long ping, Opening opening) {

    /** Of a body that has none. */
    public static final ClientHead NONE = new ClientHead("", 0, 0, 0, 0, 0, 0, new Opening(false, "", "", ""));

    /** What a wait is when the client doesn't say. */
    private static final long MOST_WAIT = 20_000;

    /**
     * What is said as long as the client has had no piece.
     *
     * @param wanted whether a session is to begin if there is none of this name
     * @param protocols the subprotocols that the application offers, with commas between
     * @param query of the URL, for the upstream
     * @param token who asks
     */
    public record Opening(boolean wanted, String protocols, String query, String token) {
        /** Says nothing: a record would show its secrets. */
        @Override
        public String toString() {
            return "Opening";
        }
    }

    static ClientHead of(PlainMap map) {
        return new ClientHead(
                map.text("session"),
                map.number("turn", 0),
                map.number("seq", 0),
                map.number("ack", 0),
                map.number("from", 0),
                map.number("wait", MOST_WAIT),
                map.number("ping", 0),
                new Opening(map.flag("open"), map.text("protocols"), map.text("query"), map.text("token")));
    }

    /** Says nothing: a record would show its secrets. */
    @Override
    public String toString() {
        return "ClientHead[turn=" + turn + ", seq=" + seq + ", ack=" + ack + ", from=" + from + "]";
    }
}
