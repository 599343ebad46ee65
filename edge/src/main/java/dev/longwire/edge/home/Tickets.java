// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.jspecify.annotations.Nullable;

/**
 * The strings that name sessions on the wire: a random id and a turn under a seal, so that only this home can have made them. A
 * session's id begins with the number of the hub that has it.
 */
final class Tickets {

    private final Secrets secrets;
    private final int hub;

    Tickets(Secrets secrets, int hub) {
        this.secrets = secrets;
        this.hub = hub;
    }

    /** What a genuine ticket says. */
    record Ticket(String session, long turn) {}

    String freshSession() {
        return hub + "~" + secrets.random(16);
    }

    String freshClient() {
        return "c-" + secrets.random(9);
    }

    String seal(String session, long turn) {
        String plain = session + "." + Long.toString(turn, 36);
        return plain + "." + secrets.seal(plain);
    }

    /** What the ticket says, or null when it is not one of ours. */
    @Nullable
    Ticket open(String ticket) {
        int second = ticket.lastIndexOf('.');
        int first = second < 0 ? -1 : ticket.lastIndexOf('.', second - 1);
        if (first < 1 || !same(secrets.seal(ticket.substring(0, second)), ticket.substring(second + 1))) {
            return null;
        }
        return new Ticket(ticket.substring(0, first), Long.parseLong(ticket.substring(first + 1, second), 36));
    }

    /** Takes as long wherever the difference is. */
    private static boolean same(String seal, String given) {
        int difference = seal.length() ^ given.length();
        for (int i = 0; i < seal.length() && i < given.length(); i++) {
            difference |= seal.charAt(i) ^ given.charAt(i);
        }
        return difference == 0;
    }
}
