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

    /** What a backend wants to have published. */
    @JSExport
    public static ApiPort publish(@JSByRef byte[] body) {
        return ApiCall.publish(body);
    }

    /**
     * A page of a channel's log, or what became of a publish.
     *
     * @param query names and values by turns, each in a line
     */
    @JSExport
    public static ApiPort history(String query) {
        return ApiCall.history(query);
    }

    /** Who is in a channel; the query as for {@link #history}. */
    @JSExport
    public static ApiPort presence(String query) {
        return ApiCall.presence(query);
    }

    /**
     * A refusal as problem details (RFC 9457), by a code's name.
     *
     * @param field at fault, or empty
     * @param retryAfterMillis when to try again; 0 when that is no help
     */
    @JSExport
    public static @Nullable String problem(String code, String field, int retryAfterMillis) {
        return Problems.of(code, field, retryAfterMillis);
    }

    /** The status that goes with it. */
    @JSExport
    public static int status(String code) {
        return Problems.status(code);
    }

    /** Unused: a program needs a beginning. */
    public static void main(String[] arguments) {}
}
