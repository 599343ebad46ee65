// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.Event.UserOffline;
import dev.longwire.core.event.Event.UserOnline;
import dev.longwire.core.event.EventType;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user is online from the first of their sessions to the last, whatever these connect with and on whatever loop they are. */
final class OnlineTest {

    @TempDir
    private Path folder;

    private final BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    private LongwireServer server;

    @BeforeEach
    void start() throws IOException {
        server = Longwire.builder()
                .config(ServerConfig.DEFAULT
                        .at("127.0.0.1", 0)
                        .withLoops(2)
                        .withDrainMillis(0)
                        .withTokens(List.of(new Issuers().config(folder, null))))
                .listen(
                        entry -> told.add(entry.event()),
                        EventType.SESSION_OPENED,
                        EventType.SESSION_RESUMED,
                        EventType.SESSION_CLOSED,
                        EventType.USER_ONLINE,
                        EventType.USER_OFFLINE)
                .start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private Event next(EventType type) throws InterruptedException {
        Event event = told.poll(Peer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(event).isNotNull();
        assertThat(event.type()).isEqualTo(type);
        assertThat(event.user()).isEqualTo("ann");
        return event;
    }

    @Test
    void fromTheFirstSessionToTheLast() throws Exception {
        String token = Issuers.token("ann");
        try (Bearer socket = Bearer.of(Bearer.Way.WEBSOCKET, server.port());
                Bearer poller = Bearer.of(Bearer.Way.POLLING, server.port())) {
            Map<String, Object> first = socket.connect(token, "");
            next(EventType.SESSION_OPENED);
            UserOnline online = (UserOnline) next(EventType.USER_ONLINE);

            poller.connect(token, "");
            next(EventType.SESSION_OPENED);
            for (int turn = 2; turn < 5; turn++) {
                // Away for a moment, and back on either loop.
                socket.cut();
                String resume = "{\"session\":\"" + first.get("session") + "\",\"turn\":" + turn + ",\"channels\":{}}";
                assertThat(socket.connect(token, resume)).containsEntry("resumed", true);
                next(EventType.SESSION_RESUMED);
            }
            socket.send("{\"type\":\"disconnect\"}");
            next(EventType.SESSION_CLOSED);
            poller.send("{\"type\":\"disconnect\"}");
            next(EventType.SESSION_CLOSED);
            UserOffline offline = (UserOffline) next(EventType.USER_OFFLINE);
            assertThat(offline.version()).isGreaterThan(online.version());

            socket.connect(token, "");
            next(EventType.SESSION_OPENED);
            assertThat(((UserOnline) next(EventType.USER_ONLINE)).version()).isGreaterThan(offline.version());
        }
    }
}
