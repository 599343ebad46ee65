// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.hub.Carrier;

/** Something for JavaScript to do; see {@link HubPort}. */
record Effect(int kind, int[] carriers, byte[] bytes, String text, int number) {

    private static final byte[] NOTHING = {};

    static final Effect NONE = new Effect(0, new int[0], NOTHING, "", 0);

    static Effect bytes(int kind, Carrier carrier, byte[] bytes) {
        return new Effect(kind, to(carrier), bytes, "", 0);
    }

    static Effect text(int kind, Carrier carrier, String text, int number) {
        return new Effect(kind, to(carrier), NOTHING, text, number);
    }

    /** A question about who somebody is, by the number of the job that waits for the answer. */
    static Effect job(int number, String token) {
        return new Effect(HubPort.VERIFY, new int[0], NOTHING, token, number);
    }

    private static int[] to(Carrier carrier) {
        return new int[] {(int) carrier.id()};
    }
}
