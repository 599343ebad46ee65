// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.Event.SessionSubscribed;
import dev.longwire.core.event.EventLog.Entry;
import dev.longwire.core.event.EventType;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.event.EventListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a server tells of what happens in it: to listeners in its process, and to those who watch. */
final class EventsTest {

    /** A position that no log ever had: what matters here is that it is named. */
    private static final String AT = "{\"epoch\":\"none\",\"offset\":0}";

    private final BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    private LongwireServer server;

    @BeforeEach
    void start() throws IOException {
        server = Longwire.builder()
                .config(ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(2).withDrainMillis(0))
                .listen(entry -> told.add(entry.event()), EventType.SESSION_OPENED, EventType.values())
                .start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private Event next() throws InterruptedException {
        Event event = told.poll(Peer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(event).isNotNull();
        return event;
    }

    private static String text(Event event) {
        return event.type().label() + (event.channel() == null ? "" : " " + event.channel());
    }

    /** The next so many, of which those of channels may come before or after those of sessions. */
    private List<String> next(int count) throws InterruptedException {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(text(next()));
        }
        return found;
    }

    @Test
    void aLifeOfASession() throws Exception {
        String ticket;
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.send("{\"type\":\"connect\",\"id\":1,\"agent\":\"test/1\"}");
            Map<String, Object> connected = peer.expect("connected");
            ticket = Documents.text(connected, "session");
            Event.SessionOpened opened = (Event.SessionOpened) next();
            assertThat(opened.client()).isEqualTo(connected.get("client"));
            assertThat(opened.agent()).isEqualTo("test/1");

            peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"a\"}");
            peer.expect("subscribed");
            assertThat(next(2)).containsExactlyInAnyOrder("session.subscribed a", "channel.occupied a");
            peer.send("{\"type\":\"subscribe\",\"id\":3,\"channel\":\"b\"}");
            peer.expect("subscribed");
            assertThat(next(2)).containsExactlyInAnyOrder("session.subscribed b", "channel.occupied b");
            peer.send("{\"type\":\"subscribe\",\"id\":4,\"channel\":\"b\"}");
            peer.expect("error");
            assertThat(((Event.SessionError) next()).code().wire()).isEqualTo("already_subscribed");
            peer.send("{\"type\":\"publish\",\"id\":5,\"channel\":\"c\",\"data\":[1, 2]}");
            peer.expect("published");
            Event.MessagePublished published = (Event.MessagePublished) next();
            assertThat(published.client()).isEqualTo(opened.client());
            assertThat(published.message().payload().bytes()).asString().isEqualTo("[1, 2]");
        }
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            // On the other loop; one subscription comes back, one is not wanted any more, and one is new.
            peer.send("{\"type\":\"connect\",\"id\":1,\"resume\":{\"session\":\"" + ticket
                    + "\",\"turn\":2,\"channels\":{\"a\":" + AT + ",\"d\":" + AT + "}}}");
            assertThat(peer.expect("connected")).containsEntry("resumed", true);
            peer.expect("subscribed");
            peer.expect("subscribed");
            assertThat(next()).isInstanceOf(Event.SessionResumed.class);
            assertThat(next(4))
                    .containsExactlyInAnyOrder(
                            "session.unsubscribed b",
                            "channel.vacated b",
                            "session.subscribed d",
                            "channel.occupied d");
            peer.send("{\"type\":\"unsubscribe\",\"id\":2,\"channel\":\"d\"}");
            peer.expect("unsubscribed");
            assertThat(next(2)).containsExactlyInAnyOrder("session.unsubscribed d", "channel.vacated d");
            peer.send("{\"type\":\"disconnect\"}");
            assertThat(peer.closed()).isEqualTo(1000);
        }
        List<String> end = next(3);
        assertThat(end).containsExactlyInAnyOrder("session.unsubscribed a", "session.closed", "channel.vacated a");
        assertThat(end.indexOf("session.unsubscribed a")).isLessThan(end.indexOf("session.closed"));
    }

    @Test
    void membersAndTheirVersions() throws Exception {
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            next();
            peer.send("{\"type\":\"presence\",\"id\":2,\"action\":\"enter\",\"channel\":\"room\",\"data\":{\"x\":1}}");
            peer.expect("presence");
            Event.MemberJoined joined = (Event.MemberJoined) next();
            peer.send("{\"type\":\"presence\",\"id\":3,\"action\":\"update\",\"channel\":\"room\",\"data\":{\"x\":2}}");
            peer.expect("presence");
            Event.MemberUpdated updated = (Event.MemberUpdated) next();
            peer.send("{\"type\":\"presence\",\"id\":4,\"action\":\"leave\",\"channel\":\"room\"}");
            peer.expect("presence");
            Event.MemberLeft left = (Event.MemberLeft) next();
            assertThat(joined.channel()).isEqualTo("room");
            assertThat(joined.count()).isEqualTo(1);
            assertThat(left.count()).isZero();
            assertThat(List.of(
                            joined.member().version(),
                            updated.member().version(),
                            left.member().version()))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aProgramPublishes() throws Exception {
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"news\"}");
            peer.expect("subscribed");
            assertThat(server.publish("news", "{\"a\": 1}").get().offset()).isEqualTo(1);
            assertThat(peer.expect("message")).containsEntry("data", Map.of("a", 1L));
        }
        for (String wrong : List.of("", "{", "1,2", "1,\"x\":2", "[".repeat(40))) {
            assertThatThrownBy(() -> server.publish("news", wrong).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> server.publish("$news", "1").get()).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void listenersHarmNobody() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        BlockingQueue<String> slow = new LinkedBlockingQueue<>();
        server.listen(
                new EventListener() {
                    @Override
                    public void event(Entry entry) {
                        slow.add(text(entry.event()));
                        try {
                            hold.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }

                    @Override
                    public void missed(long count) {
                        slow.add("missed " + count);
                    }
                },
                EnumSet.of(EventType.MESSAGE_PUBLISHED));
        server.listen(
                entry -> {
                    throw new IllegalStateException("it fails on purpose");
                },
                EnumSet.of(EventType.MESSAGE_PUBLISHED));
        int count = 11_000;
        for (int i = 0; i < count; i++) {
            server.publish("busy", "1").get();
            assertThat(text(next())).isEqualTo("message.published busy");
        }
        hold.countDown();
        List<String> came = new ArrayList<>();
        long missed = 0;
        while (came.size() + missed < count) {
            String each = slow.poll(Peer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(each).isNotNull();
            if (each.startsWith("missed ")) {
                missed += Long.parseLong(each.substring(7));
            } else {
                came.add(each);
            }
        }
        assertThat(missed).isBetween(1L, 11_000L - 10_000L);
        assertThat(came).containsOnly("message.published busy");
    }

    /** The next event of a stream: its lines without the comments. */
    private static List<String> event(Watcher watcher) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = watcher.line(); !line.isEmpty() || lines.isEmpty(); line = watcher.line()) {
            if (!line.isEmpty() && !line.startsWith(":")) {
                lines.add(line);
            }
        }
        return lines;
    }

    @Test
    void whoeverWatchesSeesTheSame() throws Exception {
        try (Peer peer = Peer.session(server.port(), Peer.JSON);
                Watcher all = new Watcher(server.port(), "/v1/admin/events?after=0");
                Watcher messages = new Watcher(server.port(), "/v1/admin/events?types=message.*&channel=chat:*")) {
            List<String> opened = event(all);
            assertThat(opened.get(0)).matches("id: [A-Za-z0-9_-]+:1");
            assertThat(opened.get(1)).isEqualTo("event: session.opened");
            assertThat(opened.get(2)).contains("\"position\":1", "\"type\":\"session.opened\"", "\"client\":\"c-");
            peer.send("{\"type\":\"publish\",\"id\":2,\"channel\":\"other\",\"data\":1}");
            peer.expect("published");
            peer.send("{\"type\":\"publish\",\"id\":3,\"channel\":\"chat:1\",\"data\":{\"a\":\n\"\\u0041\"}}");
            peer.expect("published");
            List<String> message = event(messages);
            assertThat(message.get(1)).isEqualTo("event: message.published");
            assertThat(String.join("\n", message)).contains("\"channel\":\"chat:1\"", "\\u0041");
            peer.send("{\"type\":\"subscribe\",\"id\":4,\"channel\":\"x\"}");
            peer.expect("subscribed");
            List<String> both = List.of(event(all).get(1), event(all).get(1));
            assertThat(both).containsExactlyInAnyOrder("event: session.subscribed", "event: channel.occupied");

            // Whoever comes back goes on where it was; a position of another life is none of this one.
            String id = opened.get(0).substring(4);
            try (Watcher later = new Watcher(server.port(), "/v1/admin/events?types=message.published&after=" + id);
                    Watcher stranger = new Watcher(server.port(), "/v1/admin/events?after=elsewhere:7")) {
                assertThat(event(later).get(2)).contains("\"channel\":\"other\"");
                assertThat(event(stranger).get(0)).isEqualTo(opened.get(0));
            }
            server.stop();
            assertThat(all.untilEnd()).isTrue();
        }
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        try (Peer peer = new Peer(server.port())) {
            for (String query : List.of("types=", "types=session.opened,nothing", "after=-1", "after=x", "after=1e9")) {
                Peer.Answer answer = peer.get("/v1/admin/events?" + query);
                assertThat(answer.status()).as(query).isEqualTo(400);
                assertThat(answer.body()).contains("invalid_field", query.substring(0, query.indexOf('=')));
            }
        }
    }

    @Test
    void subscriptionsAreToldOnceHoweverOftenTheyComeBack() throws Exception {
        String ticket = "";
        for (int turn = 1; turn <= 12; turn++) {
            try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
                String resume = ticket.isEmpty()
                        ? ""
                        : ",\"resume\":{\"session\":\"" + ticket + "\",\"turn\":" + turn
                                + ",\"channels\":{\"a\":"
                                + AT + "}}";
                peer.send("{\"type\":\"connect\",\"id\":1" + resume + "}");
                ticket = Documents.text(peer.expect("connected"), "session");
                if (turn == 1) {
                    peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"a\"}");
                }
                if (turn % 3 > 0) {
                    // Else the connection goes before the subscription is confirmed again.
                    peer.expect("subscribed");
                }
            }
        }
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.send("{\"type\":\"connect\",\"id\":1,\"resume\":{\"session\":\"" + ticket
                    + "\",\"turn\":99,\"channels\":{}}}");
            peer.expect("connected");
            List<Event> seen = new ArrayList<>();
            for (Event each = next(); each.type() != EventType.SESSION_UNSUBSCRIBED; each = next()) {
                seen.add(each);
            }
            assertThat(seen.stream().filter(SessionSubscribed.class::isInstance))
                    .hasSize(1);
            assertThat(seen.stream().filter(Event.SessionOpened.class::isInstance))
                    .hasSize(1);
            assertThat(seen.stream().filter(Event.SessionResumed.class::isInstance))
                    .hasSize(12);
            assertThat(seen.stream().filter(Event.SessionUnsubscribed.class::isInstance))
                    .isEmpty();
        }
    }
}
