// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.codec.StrictJson;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that print what a server has, one line of JSON for each. */
final class ListCommands {

    /** As deep as a server reads. */
    private static final int DEEPEST = 32;

    private ListCommands() {}

    /** What they have in common. */
    abstract static class Listing implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private Api api = new Api();

        abstract void list(Api from);

        final void print(String line) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(line);
        }

        @Override
        public final Integer call() {
            list(api);
            return Exit.DONE;
        }
    }

    @Command(
            name = "sessions",
            mixinStandardHelpOptions = true,
            description = "Prints the sessions of a server: who, since when, over what, and how far behind.",
            footer = {"", "Examples:", "  longwire sessions --user ann", "  longwire sessions | jq 'select(.lag > 100)'"
            })
    static final class Sessions extends Listing {
        @Option(names = "--user", paramLabel = "USER", description = "Of this user.")
        private @Nullable String user;

        @Option(names = "--client", paramLabel = "ID", description = "The one with this public id.")
        private @Nullable String client;

        @Option(names = "--channel", paramLabel = "CHANNEL", description = "Those subscribed to this channel.")
        private @Nullable String channel;

        @Option(names = "--carrier", paramLabel = "KIND", description = "websocket, poll, stream or none.")
        private @Nullable String carrier;

        @Override
        void list(Api from) {
            String route = Api.query(
                    "/v1/admin/connections", "user", user, "client", client, "channel", channel, "carrier", carrier);
            from.pages(route, "connections", "cursor", null, this::print);
        }
    }

    @Command(
            name = "channels",
            mixinStandardHelpOptions = true,
            description = "Prints the channels of a server that have a log or a subscriber.",
            footer = {"", "Examples:", "  longwire channels --prefix chat: --occupied"})
    static final class Channels extends Listing {
        @Option(names = "--prefix", paramLabel = "TEXT", description = "Whose names begin so.")
        private @Nullable String prefix;

        @Option(names = "--occupied", description = "Only those with a subscriber.")
        private boolean occupied;

        @Override
        void list(Api from) {
            String route = Api.query("/v1/admin/channels", "prefix", prefix, "occupied", occupied ? "true" : null);
            from.pages(route, "channels", "cursor", null, this::print);
        }
    }

    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "Prints the messages that a channel's log has, oldest first.",
            footer = {
                "",
                "Examples:",
                "  longwire history chat:1 | jq -r .data.text",
                "  longwire history --after k3:41 chat:1"
            })
    static final class History extends Listing {
        @Parameters(paramLabel = "CHANNEL", description = "Whose log.")
        private String channel = "";

        @Option(names = "--after", paramLabel = "EPOCH:OFFSET", description = "Those after this position.")
        private @Nullable String after;

        @Override
        void list(Api from) {
            from.pages(Api.query("/v1/history", "channel", channel), "messages", "after", after, this::print);
        }
    }

    @Command(
            name = "presence",
            mixinStandardHelpOptions = true,
            description = "Prints who is in a channel.",
            footer = {"", "Examples:", "  longwire presence chat:1 | jq -r .user", "  longwire presence --count chat:1"
            })
    static final class Presence extends Listing {
        @Parameters(paramLabel = "CHANNEL", description = "Of which channel.")
        private String channel = "";

        @Option(names = "--count", description = "Only how many: {channel, epoch, version, count}.")
        private boolean count;

        @Override
        void list(Api from) {
            String route = Api.query("/v1/presence", "channel", channel, "count", count ? "true" : null);
            if (count) {
                print(from.get(route));
            } else {
                from.pages(route, "members", "cursor", null, this::print);
            }
        }
    }

    @Command(
            name = "users",
            mixinStandardHelpOptions = true,
            description = "Prints the users who have a session, and how many each has.",
            footer = {"", "Examples:", "  longwire users", "  longwire users --prefix shop- | jq -r .user"})
    static final class Users extends Listing {
        @Option(names = "--prefix", paramLabel = "TEXT", description = "Whose names begin so.")
        private @Nullable String prefix;

        @Override
        void list(Api from) {
            from.pages(Api.query("/v1/users", "prefix", prefix), "users", "cursor", null, this::print);
        }
    }

    @Command(
            name = "subscriptions",
            mixinStandardHelpOptions = true,
            description = "Prints what a session, or each session of a user, is subscribed to, and how far behind.",
            footer = {
                "",
                "Examples:",
                "  longwire subscriptions --user ann",
                "  longwire subscriptions --client c-9yQ0bZ1xTnE7 | jq 'select(.lag > 0)'"
            })
    static final class Subscriptions extends Listing {
        @Option(names = "--user", paramLabel = "USER", description = "Each session of this user.")
        private @Nullable String user;

        @Option(names = "--client", paramLabel = "ID", description = "The session with this public id.")
        private @Nullable String client;

        @Override
        void list(Api from) {
            if ((user == null) == (client == null)) {
                throw new Exit(Exit.USAGE, "one of --user and --client says whose");
            }
            String route = Api.query("/v1/subscriptions", "user", user, "client", client);
            from.pages(route, "subscriptions", "cursor", null, this::print);
        }
    }

    @Command(
            name = "stats",
            mixinStandardHelpOptions = true,
            description = "Prints a server's figures: sessions, carriers, channels, messages and bytes so far.",
            footer = {"", "Examples:", "  longwire stats | jq .sessions"})
    static final class Stats extends Listing {
        @Override
        void list(Api from) {
            print(from.get("/v1/admin/stats"));
        }
    }

    /** What is said of a user and a channel. */
    abstract static class Assigning extends Listing {
        @Parameters(index = "0", paramLabel = "USER", description = "Whose sessions.")
        private String user = "";

        @Parameters(index = "1", paramLabel = "CHANNEL", description = "The channel's name.")
        private String channel = "";

        final void assign(Api from, String path) {
            print(from.post(Api.query(path, "user", user, "channel", channel)));
        }
    }

    @Command(
            name = "assign",
            mixinStandardHelpOptions = true,
            description = "Subscribes a user to a channel, in all sessions they have and will have.",
            footer = {"", "Examples:", "  longwire assign ann news"})
    static final class Assign extends Assigning {
        @Override
        void list(Api from) {
            assign(from, "/v1/subscribe");
        }
    }

    @Command(
            name = "unassign",
            mixinStandardHelpOptions = true,
            description = "Ends a user's subscriptions to a channel, whoever made them.",
            footer = {"", "Examples:", "  longwire unassign ann news"})
    static final class Unassign extends Assigning {
        @Override
        void list(Api from) {
            assign(from, "/v1/unsubscribe");
        }
    }

    @Command(
            name = "send",
            mixinStandardHelpOptions = true,
            description = "Says something to a user, on whatever they are connected with.",
            footer = {"", "Examples:", "  longwire send ann '{\"text\":\"hello\"}'"})
    static final class Send extends Listing {
        @Parameters(index = "0", paramLabel = "USER", description = "To whom.")
        private String user = "";

        @Parameters(index = "1", paramLabel = "JSON", description = "What.")
        private String json = "";

        @Override
        void list(Api from) {
            String channel = ChannelName.own(user);
            if (!ChannelName.valid(channel)) {
                throw new Exit(Exit.USAGE, "that name is too long for a channel of its own");
            }
            if (StrictJson.elements(("[" + json + "]").getBytes(StandardCharsets.UTF_8), DEEPEST) == null) {
                throw new Exit(Exit.USAGE, "that is no JSON");
            }
            print(from.post("/v1/publish", "{\"channel\":\"" + channel + "\",\"data\":" + json + "}"));
        }
    }

    @Command(
            name = "close",
            mixinStandardHelpOptions = true,
            description = "Closes one session, or all of a user; they may come back.",
            footer = {"", "Examples:", "  longwire close --user ann", "  longwire close --client c-9yQ0bZ1xTnE7"})
    static final class Close extends Listing {
        @Option(names = "--user", paramLabel = "USER", description = "All of this user.")
        private @Nullable String user;

        @Option(names = "--client", paramLabel = "ID", description = "The one with this public id.")
        private @Nullable String client;

        @Override
        void list(Api from) {
            if ((user == null) == (client == null)) {
                throw new Exit(Exit.USAGE, "one of --user and --client says whom");
            }
            print(from.post(Api.query("/v1/admin/close", "user", user, "client", client)));
        }
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Takes back the tokens of a user, of a session, or one token, and closes what they opened.",
            footer = {"", "Examples:", "  longwire revoke --user ann", "  longwire revoke --jti 4f1c"})
    static final class Revoke extends Listing {
        @Option(names = "--user", paramLabel = "USER", description = "All that this user has now.")
        private @Nullable String user;

        @Option(names = "--client", paramLabel = "ID", description = "That of the session with this public id.")
        private @Nullable String client;

        @Option(names = "--jti", paramLabel = "ID", description = "The one with this id.")
        private @Nullable String jti;

        @Option(
                names = "--lasts",
                paramLabel = "SECONDS",
                description = "How long to remember it: until the last such token has ended. Default: a day.")
        private @Nullable Long seconds;

        @Override
        void list(Api from) {
            String lasts = seconds == null ? null : Long.toString(seconds * 1_000);
            print(from.post(Api.query("/v1/admin/revoke", "user", user, "client", client, "jti", jti, "lasts", lasts)));
        }
    }
}
