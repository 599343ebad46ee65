// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventType;
import dev.longwire.server.config.PrivateTargets;
import dev.longwire.server.config.WebhookConfig;
import dev.longwire.server.config.WebhookConfig.Pace;
import dev.longwire.server.config.WebhookConfig.Secret;
import dev.longwire.server.event.Journal;
import dev.longwire.server.metrics.Metrics;
import dev.longwire.server.outgoing.Sender;
import dev.longwire.server.webhook.Health;
import dev.longwire.server.webhook.Health.State;
import dev.longwire.server.webhook.Webhooks;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What receivers get of a log of events, whatever they do; each verifies with the library of the Standard Webhooks. */
@Timeout(120)
final class WebhooksTest {

    private static final Secret CURRENT = secret('c');
    private static final Secret PREVIOUS = secret('p');
    private static final Pace QUICK = new Pace(200, 5, 20);
    private static final Pace PATIENT = new Pace(10_000, 3_600_000, 3_600_000);
    private static final PrivateTargets LOOPBACK = PrivateTargets.of(List.of("127.0.0.0/8"));

    private EventLoopGroup group;
    private Receiver receiver;
    private Deliveries deliveries;
    private Journal journal;
    private Metrics metrics;
    private Webhooks webhooks;

    private static Secret secret(char letter) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) letter);
        return new Secret(bytes);
    }

    /** As operators and receivers write it. */
    private static String text(Secret secret) {
        return "whsec_" + Base64.getEncoder().encodeToString(secret.bytes());
    }

    @BeforeEach
    void start() throws IOException {
        group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        receiver = new Receiver(Receiver.says(200));
        deliveries = new Deliveries(text(CURRENT), Receiver.says(200));
        receiver.mood(deliveries);
        journal = new Journal("b-1", types -> {});
        metrics = new Metrics();
        webhooks = new Webhooks(List.of(), journal, new Sender(group), metrics);
    }

    @AfterEach
    void stop() throws Exception {
        webhooks.stop(0);
        receiver.close();
        group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).sync();
        assertThat(deliveries.wrong()).isEmpty();
    }

    private WebhookConfig config(Set<EventType> events, List<String> channels, Pace pace) {
        return config("http://127.0.0.1:" + receiver.port() + "/hooks", events, channels, pace);
    }

    private static WebhookConfig config(String to, Set<EventType> events, List<String> channels, Pace pace) {
        URI url = URI.create(to);
        return new WebhookConfig("a", url, List.of(CURRENT, PREVIOUS), events, channels, LOOPBACK, 100, pace);
    }

    private void tell(WebhookConfig... configs) {
        webhooks = new Webhooks(List.of(configs), journal, new Sender(group), metrics);
        webhooks.start();
    }

    private void tell(Pace pace) {
        tell(config(EnumSet.allOf(EventType.class), List.of(), pace));
    }

    private void happens(int first, int last) {
        for (int i = first; i <= last; i++) {
            journal.append(List.of(new Event.ChannelOccupied("n" + i)), 1_790_000_000_000L + i);
        }
    }

    private static List<String> names(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> "n" + i).toList();
    }

    private Health health() {
        return webhooks.health().get(0);
    }

    private int again(String name, @Nullable String after) {
        return webhooks.redeliver(name, after).orElseThrow().join();
    }

    private void arrive(int count) {
        Eventually.holds(() -> deliveries.events().size() >= count);
    }

    @Test // [O30], [O31]
    void aRequestIsABatchOfCloudEvents() {
        tell(QUICK);
        happens(1, 1);
        arrive(1);
        Receiver.Request request = receiver.requests().get(0);
        assertThat(request.line()).isEqualTo("POST /hooks HTTP/1.1");
        assertThat(request.headers())
                .containsEntry("content-type", "application/cloudevents-batch+json; charset=utf-8");
        assertThat(request.headers().get("webhook-id")).doesNotContain(".");
        assertThat(request.text())
                .isEqualTo(
                        "[{\"specversion\":\"1.0\",\"id\":\"b-1:1\",\"source\":\"/longwire\","
                                + "\"type\":\"dev.longwire.channel.occupied\",\"time\":\"2026-09-21T14:13:20.001Z\","
                                + "\"subject\":\"n1\",\"datacontenttype\":\"application/json\",\"data\":{\"channel\":\"n1\"}}]");
        Eventually.holds(() -> health().totals().delivered() == 1);
        assertThat(health().state()).isEqualTo(State.OK);
        assertThat(health().waiting()).isZero();
    }

    @Test // [O31]
    void whoKnowsOneOfTheSecretsCanVerifyAndNobodyElse() throws Exception {
        Deliveries old = new Deliveries(text(PREVIOUS), Receiver.says(200));
        Deliveries stranger = new Deliveries(text(secret('s')), Receiver.says(200));
        receiver.mood((request, out) -> {
            deliveries.answer(request, OutputStream.nullOutputStream());
            stranger.answer(request, OutputStream.nullOutputStream());
            return old.answer(request, out);
        });
        tell(QUICK);
        happens(1, 3);
        arrive(3);
        Eventually.holds(() -> old.events().size() == 3);
        assertThat(old.wrong()).isEmpty();
        assertThat(stranger.events()).isEmpty();
        assertThat(stranger.wrong()).isNotEmpty();
    }

    @Test // [O33]
    void manyEventsArriveInTheirOrderOnOneConnection() {
        tell(QUICK);
        happens(1, 3_000);
        arrive(3_000);
        assertThat(deliveries.subjects()).isEqualTo(names(1, 3_000));
        assertThat(receiver.connections()).isOne();
    }

    @Test // [O32], [O33], [O35], [O36]
    void whateverTheReceiverDoesForAWhileNothingIsLostAndOrderHolds() throws Exception {
        try (Receiver elsewhere = new Receiver(Receiver.says(200))) {
            String away = "HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:" + elsewhere.port()
                    + "/\r\nContent-Length: 0\r\n\r\n";
            List<Receiver.Mood> moods = List.of(
                    Receiver.says(500),
                    receiver.hangs,
                    Receiver.writes(away),
                    (request, out) -> false,
                    Receiver.writes("nonsense\r\n\r\n"),
                    Receiver.says(404),
                    // It takes what comes, and dies before it can say so.
                    new Deliveries(text(CURRENT), (request, out) -> false));
            tell(QUICK);
            int last = 0;
            for (Receiver.Mood mood : moods) {
                receiver.mood(mood);
                long failed = health().totals().failed();
                happens(last + 1, last + 150);
                last += 150;
                Eventually.holds(() -> health().totals().failed() >= failed + 3);
                int all = last + 50;
                receiver.mood(deliveries);
                happens(last + 1, all);
                last = all;
                arrive(all);
            }
            assertThat(deliveries.subjects()).isEqualTo(names(1, last));
            assertThat(elsewhere.connections()).isZero();
            long sum = last;
            Eventually.holds(() -> health().totals().delivered() == sum);
            assertThat(health().totals().missed()).isZero();
            assertThat(health().state()).isEqualTo(State.OK);
        }
    }

    @Test
    void aReceiverThatIsNotThereIsToldWhenItIsBack() throws Exception {
        receiver.close();
        int port;
        // The port is taken, and nobody listens there.
        try (Socket taken = new Socket()) {
            taken.setReuseAddress(true);
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            port = taken.getLocalPort();
            tell(config("http://127.0.0.1:" + port + "/hooks", EnumSet.allOf(EventType.class), List.of(), QUICK));
            happens(1, 500);
            Eventually.holds(() -> health().failures() >= 3);
            assertThat(health().lastError()).isEqualTo("unreachable");
        }
        ServerSocket again = new ServerSocket(port, 10, InetAddress.getLoopbackAddress());
        receiver = new Receiver(again, deliveries);
        arrive(500);
        assertThat(deliveries.subjects()).isEqualTo(names(1, 500));
    }

    @Test // [O32]
    void aRequestWhoseConfirmationIsLostComesAgainAsItWas() {
        Deliveries forgetful = new Deliveries(text(CURRENT), (request, out) -> false);
        deliveries = forgetful;
        receiver.mood(forgetful);
        tell(QUICK);
        happens(1, 3);
        Eventually.holds(() -> forgetful.repeats() >= 3);
        assertThat(forgetful.subjects()).isEqualTo(names(1, forgetful.subjects().size()));
        assertThat(receiver.requests())
                .extracting(each -> each.headers().get("webhook-id"))
                .containsOnly(receiver.requests().get(0).headers().get("webhook-id"));
    }

    @Test // [O32], [O34]
    void whatFallsOutIsCountedAndSaid() {
        receiver.mood(Receiver.says(503));
        tell(QUICK);
        happens(1, 10_250);
        Eventually.holds(
                () -> health().totals().missed() > 0 && health().totals().failed() > 0);
        Eventually.holds(() -> health().waiting() + health().totals().missed() == 10_250);
        receiver.mood(deliveries);
        Eventually.holds(() -> health().waiting() == 0 && health().state() == State.OK);
        long missed = health().totals().missed();
        List<Map<?, ?>> events = deliveries.events();
        assertThat(missed).isGreaterThanOrEqualTo(150).isLessThanOrEqualTo(350);
        assertThat(health().totals().delivered()).isEqualTo(10_250 - missed);
        List<Map<?, ?>> gaps = events.stream()
                .filter(each -> Documents.text(each, "type").equals("dev.longwire.events.missed"))
                .toList();
        assertThat(gaps.stream()
                        .mapToLong(each -> Documents.number((Map<?, ?>) Documents.get(each, "data"), "missed"))
                        .sum())
                .isEqualTo(missed);
        // What came is in order, and the newest ten thousand are there.
        List<String> rest = events.stream()
                .filter(each -> !gaps.contains(each))
                .map(each -> String.valueOf(each.get("subject")))
                .toList();
        assertThat(rest).endsWith(names(251, 10_250).toArray(String[]::new));
        assertThat(metrics.scrape())
                .contains("longwire_webhooks_missed_total{webhook=\"a\"} " + missed + ".0")
                .contains("longwire_webhooks_waiting{webhook=\"a\"} 0.0");
    }

    @Test
    void aTargetThatAlwaysFailsIsTriedRarelyAndShownAsOpen() {
        receiver.mood(Receiver.says(500));
        tell(QUICK);
        happens(1, 1);
        Eventually.holds(() -> health().state() == State.OPEN);
        assertThat(health().failures()).isGreaterThanOrEqualTo(5);
        assertThat(health().lastError()).isEqualTo("status_500");
        assertThat(health().lastErrorMillis()).isPositive();
        receiver.mood(deliveries);
        arrive(1);
        Eventually.holds(() -> health().state() == State.OK);
        assertThat(health().failures()).isZero();
    }

    @Test // [O36]
    void aTargetThatSaysWhenIsNotAskedBefore() {
        receiver.mood(Receiver.writes("HTTP/1.1 429 x\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n"));
        Pace pace = new Pace(10_000, 1, 3_600_000);
        tell(config(EnumSet.allOf(EventType.class), List.of(), pace));
        happens(1, 1);
        Eventually.holds(() -> health().nextAttemptMillis() > 0);
        assertThat(health().nextAttemptMillis() - health().lastErrorMillis()).isGreaterThanOrEqualTo(600_000);
        // An operator may know better.
        receiver.mood(deliveries);
        assertThat(again("a", null)).isZero();
        arrive(1);
    }

    @Test // [O36]
    void aTargetThatIsGoneIsLeftAloneUntilAnOperatorSaysSo() {
        receiver.mood(Receiver.says(410));
        tell(QUICK);
        happens(1, 1);
        Eventually.holds(() -> health().state() == State.DISABLED);
        happens(2, 300);
        Eventually.holds(() -> health().waiting() == 300);
        assertThat(receiver.requests()).hasSize(1);
        receiver.mood(deliveries);
        again("a", null);
        arrive(300);
        assertThat(deliveries.subjects()).isEqualTo(names(1, 300));
    }

    @Test // [O30]
    void whatWasDeliveredIsDeliveredAgainWhenAsked() {
        tell(QUICK);
        happens(1, 200);
        arrive(200);
        Eventually.holds(() -> health().waiting() == 0);
        Deliveries second = new Deliveries(text(CURRENT), Receiver.says(200));
        receiver.mood(second);
        assertThat(again("a", "b-1:150")).isEqualTo(50);
        // What is on its way just now would not be delivered again.
        Eventually.holds(() -> health().totals().delivered() == 250);
        assertThat(second.subjects()).isEqualTo(names(151, 200));
        // The same events have the same ids.
        assertThat(second.events()).isEqualTo(deliveries.events().subList(150, 200));
        assertThat(again("a", "another-life:3")).isEqualTo(200);
        Eventually.holds(() -> second.events().size() == 250);
        assertThat(webhooks.redeliver("nobody", null)).isEmpty();
        assertThat(second.wrong()).isEmpty();
    }

    @Test
    void whatIsDeliveredAgainStandsBeforeWhatWaits() {
        tell(PATIENT);
        happens(1, 100);
        arrive(100);
        receiver.mood(Receiver.says(410));
        happens(101, 101);
        Eventually.holds(() -> health().state() == State.DISABLED);
        happens(102, 120);
        Deliveries second = new Deliveries(text(CURRENT), Receiver.says(200));
        receiver.mood(second);
        again("a", "b-1:90");
        Eventually.holds(() -> second.events().size() == 30);
        // The request that failed is repeated first, as it was.
        List<String> expected = new ArrayList<>(names(101, 101));
        expected.addAll(names(91, 100));
        expected.addAll(names(102, 120));
        assertThat(second.subjects()).isEqualTo(expected);
    }

    @Test
    void onlyWhatWasAskedForIsTold() {
        tell(config(Set.of(EventType.CHANNEL_OCCUPIED, EventType.SESSION_OPENED), List.of("n1*", "x"), QUICK));
        Event.Who who = new Event.Who("c-1", "ann");
        journal.append(
                List.of(
                        new Event.ChannelOccupied("n1"),
                        new Event.ChannelOccupied("n2"),
                        new Event.ChannelVacated("n1"),
                        new Event.SessionOpened(who, null),
                        new Event.ChannelOccupied("n17"),
                        new Event.ChannelOccupied("x"),
                        new Event.ChannelOccupied("xy")),
                1);
        arrive(4);
        Eventually.holds(() -> health().waiting() == 0);
        assertThat(deliveries.subjects()).containsExactly("n1", "c-1", "n17", "x");
    }

    @Test // [O35]
    void aTargetInsideIsNotReachedUnlessAllowed() {
        WebhookConfig open = config(EnumSet.allOf(EventType.class), List.of(), QUICK);
        tell(new WebhookConfig(
                "a",
                open.url(),
                open.secrets(),
                open.events(),
                open.channels(),
                PrivateTargets.NONE,
                open.batch(),
                QUICK));
        happens(1, 1);
        Eventually.holds(() -> health().failures() >= 3);
        assertThat(health().lastError()).isEqualTo("address_refused");
        assertThat(receiver.connections()).isZero();
    }

    @Test // [O37]
    void whoStopsDeliversWhatIsThere() {
        receiver.mood(Receiver.says(500));
        tell(PATIENT);
        happens(1, 250);
        Eventually.holds(() -> health().failures() == 1);
        receiver.mood(deliveries);
        webhooks.stop(60_000);
        assertThat(deliveries.subjects()).isEqualTo(names(1, 250));
    }

    @Test // [O37]
    void whoStopsDoesNotWaitForThoseWhoFailOrHang() {
        receiver.mood(Receiver.says(500));
        tell(PATIENT);
        happens(1, 250);
        Eventually.holds(() -> health().failures() == 1);
        webhooks.stop(60_000);
        assertThat(health().failures()).isEqualTo(2);
        receiver.mood(receiver.hangs);
        tell(PATIENT);
        happens(251, 260);
        webhooks.stop(1);
        // It returns before the loop has looked, maybe; nothing is confirmed, whenever that is.
        Eventually.holds(() -> health().waiting() == 10);
        assertThat(health().totals().delivered()).isZero();
    }
}
