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
     * @param settings as for {@link #wrongSetting}
     */
    @JSExport
    public static HubPort hub(int number, double life, boolean open, String settings, Secrets secrets) {
        return new HubMachine(number, (long) life, open, new HomeSettings(settings), secrets);
    }

    /**
     * A channel's owner.
     *
     * @param boot names this log's life
     * @param seed secret randomness
     */
    @JSExport
    public static ChannelPort channel(String boot, double seed, String settings) {
        return new ChannelMachine(boot, (long) seed, new HomeSettings(settings).channels, null, 0);
    }

    /** A channel's owner that was written out when it was so late. */
    @JSExport
    public static ChannelPort channelFrom(
            String boot, double seed, String settings, @JSByRef byte[] state, double thenMillis) {
        return new ChannelMachine(boot, (long) seed, new HomeSettings(settings).channels, state, (long) thenMillis);
    }

    /**
     * The path of a setting that is wrong, or of one that isn't any; empty when all are right.
     *
     * @param settings paths and values by turns, each in a line
     */
    @JSExport
    public static String wrongSetting(String settings) {
        try {
            HomeSettings read = new HomeSettings(settings);
            return read.messageBytes > 0 ? "" : "limits.message";
        } catch (HomeSettings.Wrong wrong) {
            return wrong.path;
        }
    }

    /** What a backend wants to have published. */
    @JSExport
    public static ApiPort publish(@JSByRef byte[] body, String settings) {
        return ApiCall.publish(body, new HomeSettings(settings).messageBytes);
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
