// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever is over a limit is told which, and, where waiting helps, for how long: over every carrier the same. The table that
 * operators read is in {@code docs/operations.md}.
 */
final class RefusalsTest {

    private static final Rates RATES =
            new Rates(new Rate(1, 1_000, 80), new Rate(1_000, 1_000, 30_000), new Rate(1, 60_000, 20));
    private static final String MUCH = "x".repeat(1_000);
    private static final Pattern ERROR = Pattern.compile(
            "\"name\":\"(\\w+)\",\"reason\":\"[^\"]*\"(?:,\"field\":\"[^\"]*\")?(,\"retry_after\":[1-9]\\d*)?");

    private static LongwireServer server;

    /** A limit, what goes over it (%d is a number, another for each), the error, and whether waiting helps. */
    enum Over {
        FRAMES_IN_A_TIME("\"type\":\"subscriptions\"", 100, "rate_limited", true),
        BYTES_IN_A_TIME("\"type\":\"publish\",\"channel\":\"b\",\"data\":\"" + MUCH + "\"", 50, "rate_limited", true),
        MESSAGES_OF_A_CHANNEL("\"type\":\"publish\",\"channel\":\"few:%1$s\",\"data\":1", 30, "rate_limited", true),
        NEW_NAMES("\"type\":\"publish\",\"channel\":\"new:%d:%1$s\",\"data\":1", 40, "rate_limited", true),
        SUBSCRIPTIONS("\"type\":\"subscribe\",\"channel\":\"s:%d\"", 15, "too_many_subscriptions", false),
        WAITING_REQUESTS("\"type\":\"history\",\"channel\":\"w:%1$s\"", 75, "too_many_requests", true);

        private final String frame;
        private final int count;
        private final String name;
        private final boolean passes;

        Over(String frame, int count, String name, boolean passes) {
            this.frame = frame;
            this.count = count;
            this.name = name;
            this.passes = passes;
        }

        /** Frames with ids from 10 on. */
        String list(Carrier carrier) {
            StringJoiner list = new StringJoiner(",", "[", "]");
            for (int i = 0; i < count; i++) {
                String fields = frame.replace("%1$s", carrier.name()).replace("%d", Integer.toString(i));
                list.add("{\"id\":" + (10 + i) + "," + fields + "}");
            }
            return list.toString();
        }

        int lastId() {
            return 9 + count;
        }
    }

    /** How the frames get there, and the answers back. */
    enum Carrier {
        WEBSOCKET {
            @Override
            String answers(Over over) throws IOException {
                try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
                    peer.text(over.list(this));
                    StringBuilder all = new StringBuilder();
                    for (int i = 0; i < over.count; i++) {
                        all.append(new String(peer.next().payload(), StandardCharsets.UTF_8));
                    }
                    return all.toString();
                }
            }
        },
        POLLS {
            @Override
            String answers(Over over) throws IOException {
                return Peer.poll(
                                server.port(),
                                "{\"session\":\"" + Peer.poller(server.port()) + "\",\"seq\":2,\"wait\":0,\"frames\":"
                                        + over.list(this) + "}")
                        .body();
            }
        },
        STREAM {
            @Override
            String answers(Over over) throws IOException {
                try (Peer peer = new Peer(server.port())) {
                    peer.raw(Peer.pollRequest(
                            server.port(),
                            "{\"session\":\"" + Peer.poller(server.port()) + "\",\"seq\":2,\"stream\":true,\"frames\":"
                                    + over.list(this) + "}"));
                    assertThat(peer.head()).contains("text/event-stream");
                    return peer.untilItSays("\"id\":" + over.lastId() + ",") + peer.untilItSays("\n\n");
                }
            }
        };

        abstract String answers(Over over) throws IOException;
    }

    @BeforeAll
    static void start() throws IOException {
        Namespaces.Settings few = new Namespaces.Settings(
                Retention.DEFAULT, SlowPolicy.CATCH_UP, PresenceSettings.DEFAULT, Set.of(), new Rate(1, 1_000, 10));
        Limits standard = Limits.DEFAULT;
        Limits session = new Limits(
                standard.firstFrameMillis(),
                standard.pingMillis(),
                standard.pongMillis(),
                standard.windowMillis(),
                60,
                standard.replies(),
                10,
                standard.sliceBytes(),
                standard.dedupeMillis(),
                standard.pollWaitMillis(),
                standard.pollRequests(),
                standard.answerBytes(),
                standard.graceMillis(),
                RATES);
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withSession(session)
                .withNamespaces(new Namespaces(Namespaces.Settings.DEFAULT, Map.of("few", few)), 0)
                .withDrainMillis(0));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    static Stream<Arguments> everyLimitSaysWhetherWaitingHelps() {
        return Stream.of(Over.values())
                .flatMap(over -> Stream.of(Carrier.values()).map(carrier -> Arguments.of(over, carrier)));
    }

    @ParameterizedTest
    @MethodSource
    void everyLimitSaysWhetherWaitingHelps(Over over, Carrier carrier) throws IOException {
        Matcher error = ERROR.matcher(carrier.answers(over));
        int refused = 0;
        while (error.find()) {
            assertThat(error.group(1)).isEqualTo(over.name);
            assertThat(error.group(2) != null).as(error.group()).isEqualTo(over.passes);
            refused++;
        }
        assertThat(refused).isBetween(1, over.count - 1);
    }
}
