// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.bridge;

import dev.longwire.protocol.codec.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** The greatest integer that every language can hold. */
    private static final long MOST = (1L << 53) - 1;

    private static final int DEPTH = 8;
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);

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

    /** What a map in JSON says, or null when it is none. A member of another kind than expected says nothing. */
    static @Nullable ClientHead read(byte[] utf8) {
        Map<String, byte[]> members = StrictJson.members(utf8, DEPTH);
        if (members == null) {
            return null;
        }
        byte[] said = members.get("open");
        boolean open = said != null && Arrays.equals(said, TRUE);
        return new ClientHead(
                text(members, "session"),
                number(members, "turn", 0),
                number(members, "seq", 0),
                number(members, "ack", 0),
                number(members, "from", 0),
                number(members, "wait", MOST_WAIT),
                number(members, "ping", 0),
                new Opening(open, text(members, "protocols"), text(members, "query"), text(members, "token")));
    }

    private static String text(Map<String, byte[]> members, String name) {
        byte[] value = members.get(name);
        String text = value == null ? null : StrictJson.text(value);
        return text == null ? "" : text;
    }

    /** A whole number from 0 to 2^53 - 1; otherwise, or when there is none, the other value. */
    private static long number(Map<String, byte[]> members, String name, long otherwise) {
        byte[] value = members.get(name);
        Long number = value == null ? null : StrictJson.integer(value);
        return number == null || number < 0 || number > MOST ? otherwise : number;
    }

    /** Says nothing: a record would show its secrets. */
    @Override
    public String toString() {
        return "ClientHead[turn=" + turn + ", seq=" + seq + ", ack=" + ack + ", from=" + from + "]";
    }
}
