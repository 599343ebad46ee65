// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSByRef;
import org.teavm.jso.JSExport;

/** What the Worker can call: makers of machines. Nothing static changes, since all objects of an isolate share it. */
public final class Home {

    private Home() {}

    /**
     * A hub.
     *
     * @param number which of the home's hubs it is
     * @param life tells it from others that had its number
     * @param open whether everybody is let in, anonymous
     */
    @JSExport
    public static HubPort hub(int number, double life, boolean open, Secrets secrets) {
        return new HubMachine(number, (long) life, open, secrets);
    }

    /** A hub that was written out when it was so late. */
    @JSExport
    public static HubPort hubFrom(int number, boolean open, Secrets secrets, @JSByRef byte[] state, double thenMillis) {
        HubMachine hub = new HubMachine(number, 0, open, secrets);
        hub.read(state, (long) thenMillis);
        return hub;
    }

    /**
     * A channel's owner.
     *
     * @param boot names this log's life
     * @param seed secret randomness
     */
    @JSExport
    public static ChannelPort channel(String boot, double seed) {
        return new ChannelMachine(boot, (long) seed, null, 0);
    }

    /** A channel's owner that was written out when it was so late. */
    @JSExport
    public static ChannelPort channelFrom(String boot, double seed, @JSByRef byte[] state, double thenMillis) {
        return new ChannelMachine(boot, (long) seed, state, (long) thenMillis);
    }

    /** A refusal as problem details (RFC 9457), by a code's name. */
    @JSExport
    public static @Nullable String problem(String code) {
        return Problems.of(code);
    }

    /** The status that goes with it. */
    @JSExport
    public static int status(String code) {
        return Problems.status(code);
    }

    /** Unused: a program needs a beginning. */
    public static void main(String[] arguments) {}
}
