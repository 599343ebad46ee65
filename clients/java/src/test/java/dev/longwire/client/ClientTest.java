// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.client.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client says, and what it makes of what it hears, on a real socket. */
@Timeout(90)
final class ClientTest {
    private final Peer peer = new Peer();
    private final Notes notes = new Notes();
    private final Notes states = new Notes();
    private final Client client = Client.builder(peer.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
            .onState(change -> states.note(change.state().name()))
            .build();

    @AfterEach
    void end() {
        client.closeAsync();
        peer.close();
    }

    @Test
    void connectsAndSaysGoodbye() throws Exception {
        CompletableFuture<?> ready = client.connect();
        try (Peer.Connection server = peer.accept()) {
            JsonObject connect = server.welcome();
            assertThat(connect.raw("batch")).isEqualTo("true");
            assertThat(connect.text("nonce")).hasSize(20);
            assertThat(connect.raw("resume")).isNull();
            ready.get(30, TimeUnit.SECONDS);
            assertThat(client.id()).isEqualTo("c-1");
            CompletableFuture<?> done = client.closeAsync();
            server.frame("disconnect");
            server.close(1000);
            done.get(30, TimeUnit.SECONDS);
            assertThat(states.next(3)).containsExactly("CONNECTING", "CONNECTED", "CLOSED");
        }
    }

    @Test
    void payloadsTravelAsTheyAre() throws Exception {
        client.connect();
        String odd = "{ \"n\" : 1.0e+2,\"t\":\"\\u00e9 é\" }";
        CompletableFuture<Published> first = client.channel("chat:1").publish(odd);
        CompletableFuture<Published> second = client.channel("chat:1")
                .publish(Publication.of(Payload.bytes(new byte[] {0, -1}))
                        .withKey("k1")
                        .withHeader("trace", "x")
                        .withSlot("price"));
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            JsonObject publish = server.frame("publish");
            assertThat(publish.raw("data")).isEqualTo(odd);
            assertThat(publish.text("key")).isNotEmpty();
            server.published(publish, 45);
            assertThat(first.get(30, TimeUnit.SECONDS))
                    .isEqualTo(new Published("chat:1", new Position("e1", 45), "memory", false));
            JsonObject bytes = server.frame("publish");
            assertThat(bytes.text("data64")).isEqualTo("AP8=");
            assertThat(bytes.text("key")).isEqualTo("k1");
            assertThat(bytes.raw("headers")).isEqualTo("{\"trace\":\"x\"}");
            assertThat(bytes.text("slot")).isEqualTo("price");
            server.say("{'type':'error','id':" + bytes.number("id", 0)
                    + ",'code':302,'name':'overloaded','reason':'Slowly.','retry_after':250,'field':'key'}");
            assertThatThrownBy(() -> second.get(30, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(LongwireException.class, refusal -> {
                        assertThat(refusal.name()).isEqualTo("overloaded");
                        assertThat(refusal.code()).isEqualTo(302);
                        assertThat(refusal.retryAfterMillis()).isEqualTo(250);
                        assertThat(refusal.field()).isEqualTo("key");
                    });
        }
    }

    @Test
    void whatIsNoJsonIsNotSent() {
        Channel channel = client.channel("chat:1");
        assertThatThrownBy(() -> channel.publish("1},{\"type\":\"disconnect\""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.publish("[".repeat(32) + "]".repeat(32)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> channel.publish("\"" + "é".repeat(33_000) + "\"").join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("too_large");
        assertThatThrownBy(() -> client.channel("no spaces")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deliversInOrderOnceAndFillsHoles() throws Exception {
        client.connect();
        client.channel("chat:1").subscribe(notes);
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(41);
            server.message("chat:1", 42);
            server.message("chat:1", 42);
            server.message("elsewhere", 43);
            server.message("chat:1", 41);
            server.message("chat:1", 43);
            assertThat(notes.next(3)).containsExactly("attached e1:41", "e1:42 42", "e1:43 43");

            // 44 is missing and nobody said so: nothing is handed on, the log is asked.
            server.message("chat:1", 45);
            assertThat(server.frame("unsubscribe").text("channel")).isEqualTo("chat:1");
            server.message("chat:1", 46);
            JsonObject again = server.frame("subscribe");
            assertThat(again.raw("since")).isEqualTo("{\"epoch\":\"e1\",\"offset\":43}");
            server.say("{'type':'subscribed','id':" + again.number("id", 0)
                    + ",'channel':'chat:1','epoch':'e1','offset':46,'recovered':true,'replay':3}");
            server.say("[{'type':'message','channel':'chat:1','offset':44,'time':1,'from':null,'client':'c','data':44},"
                    + "{'type':'message','channel':'chat:1','offset':45,'time':1,'from':null,'client':'c','data':45}]");
            server.message("chat:1", 46);
            assertThat(notes.next(4)).containsExactly("attached e1:43 recovered", "e1:44 44", "e1:45 45", "e1:46 46");
        }
    }

    @Test
    void aResetSaysWhatIsLost() throws Exception {
        client.connect();
        client.channel("chat:1").subscribe(notes);
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(45);
            server.say("{'type':'reset','channel':'chat:1','epoch':'e1','from':46,'to':90,'reason':'too_slow'}");
            server.message("chat:1", 91);
            server.say("{'type':'reset','channel':'chat:1','epoch':'e1','from':92,'to':100,'reason':'conflated'}");
            server.message("chat:1", 95);
            server.message("chat:1", 101);
            server.say(
                    "{'type':'reset','channel':'chat:1','old':'e1','epoch':'e2','offset':3,'reason':'epoch_changed'}");
            server.message("chat:1", 4);
            assertThat(notes.next(8))
                    .containsExactly(
                            "attached e1:45",
                            "too_slow e1:45 e1:90",
                            "e1:91 91",
                            "conflated e1:91 e1:100",
                            "e1:95 95",
                            "e1:101 101",
                            "epoch_changed e1:101 e2:3",
                            "e2:4 4");
        }
    }

    @Test
    void comesBackToItsSessionAfterACut() throws Exception {
        client.connect();
        client.channel("chat:1").subscribe(notes);
        client.channel("chat:2").subscribe(Start.last(3), notes);
        CompletableFuture<Published> published;
        JsonObject first;
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(41);
            server.frame("subscribe");
            server.message("chat:1", 42);
            assertThat(notes.next(2)).containsExactly("attached e1:41", "e1:42 42");
            published = client.channel("chat:1").publish("1");
            first = server.frame("publish");
            server.cut();
        }
        try (Peer.Connection server = peer.accept()) {
            JsonObject connect = server.welcome("'resumed':true,'turn':2,'user':null");
            assertThat(connect.raw("resume"))
                    .isEqualTo("{\"session\":\"s1\",\"turn\":2,\"channels\":"
                            + "{\"chat:1\":{\"epoch\":\"e1\",\"offset\":42},\"chat:2\":{\"last\":3}}}");
            server.say("{'type':'subscribed','channel':'chat:1','epoch':'e1','offset':43,'recovered':true,'replay':1}");
            server.say("{'type':'subscribed','channel':'chat:2','epoch':'e9','offset':7,'recovered':false,'replay':3}");
            server.message("chat:1", 43);
            JsonObject again = server.frame("publish");
            assertThat(again.number("id", 0)).isEqualTo(first.number("id", 0));
            assertThat(again.text("key")).isEqualTo(first.text("key"));
            assertThat(again.flag("retry")).isTrue();
            server.published(again, 43);
            published.get(30, TimeUnit.SECONDS);
            assertThat(notes.next(3)).containsExactly("attached e1:42 recovered", "attached e9:4", "e1:43 43");
            assertThat(states.next(4)).containsExactly("CONNECTING", "CONNECTED", "RECONNECTING", "CONNECTED");
        }
    }

    @Test
    void aLostSessionLosesNothingSilently() throws Exception {
        client.connect();
        client.channel("chat:1").subscribe(notes);
        CompletableFuture<Published> sent;
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(41);
            notes.next(1);
            sent = client.channel("chat:1").publish("1");
            server.frame("publish");
            server.close(4201);
            assertThat(states.next(3)).containsExactly("CONNECTING", "CONNECTED", "RECONNECTING");
        }
        CompletableFuture<Published> waited = client.channel("chat:1").publish("2");
        try (Peer.Connection server = peer.accept()) {
            // 4200 and up: a fresh session, and the channels go on where they were.
            JsonObject connect = server.welcome();
            assertThat(connect.raw("resume")).isNull();
            // Under another name the repeat could count twice; what had not been sent goes out.
            assertThatThrownBy(() -> sent.get(30, TimeUnit.SECONDS)).hasMessageContaining("outcome_unknown");
            JsonObject publish = server.frame();
            JsonObject subscribe = server.frame();
            if ("subscribe".equals(publish.text("type"))) {
                JsonObject swap = publish;
                publish = subscribe;
                subscribe = swap;
            }
            assertThat(publish.raw("data")).isEqualTo("2");
            assertThat(publish.flag("retry")).isFalse();
            server.published(publish, 60);
            waited.get(30, TimeUnit.SECONDS);
            assertThat(subscribe.raw("since")).isEqualTo("{\"epoch\":\"e1\",\"offset\":41}");
            server.say("{'type':'subscribed','id':" + subscribe.number("id", 0)
                    + ",'channel':'chat:1','epoch':'e1','offset':60,'recovered':false,'replay':0,'reason':'too_old'}");
            server.message("chat:1", 61);
            assertThat(notes.next(3)).containsExactly("too_old e1:41 e1:60", "attached e1:60", "e1:61 61");
        }
    }

    @Test
    void theSameUserRepeatsByKey() throws Exception {
        client.connect();
        CompletableFuture<Published> published = client.channel("chat:1").publish("1");
        try (Peer.Connection server = peer.accept()) {
            server.welcome("'resumed':false,'turn':1,'user':'ann'");
            server.frame("publish");
            server.cut();
        }
        try (Peer.Connection server = peer.accept()) {
            server.welcome("'resumed':false,'turn':2,'user':'ann'");
            JsonObject again = server.frame("publish");
            assertThat(again.flag("retry")).isTrue();
            server.published(again, 1);
            assertThat(published.get(30, TimeUnit.SECONDS).position().offset()).isEqualTo(1);
        }
    }

    @Test
    void whatIsTooMuchGoesOutAgainInItsOldOrder() throws Exception {
        client.connect();
        Channel channel = client.channel("chat:1");
        List<CompletableFuture<Published>> all = new ArrayList<>();
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            for (int i = 1; i <= 3; i++) {
                all.add(channel.publish(Integer.toString(i)));
            }
            List<JsonObject> first = List.of(server.frame("publish"), server.frame("publish"), server.frame("publish"));
            server.published(first.get(0), 1);
            limited(server, first.get(1));
            all.get(0).get(30, TimeUnit.SECONDS);
            // The refusal may come before or after this one; either way it is to arrive behind.
            all.add(channel.publish("4"));
            limited(server, first.get(2));
            List<String> data = new ArrayList<>();
            for (long offset = 2; offset <= 4; ) {
                JsonObject publish = server.frame("publish");
                if (data.isEmpty() && "4".equals(publish.raw("data"))) {
                    limited(server, publish);
                    continue;
                }
                data.add(publish.raw("data"));
                assertThat(publish.flag("retry")).isFalse();
                server.published(publish, offset++);
            }
            assertThat(data).containsExactly("2", "3", "4");
            for (int i = 0; i < 4; i++) {
                assertThat(all.get(i).get(30, TimeUnit.SECONDS).position().offset())
                        .isEqualTo(i + 1);
            }
        }
    }

    @Test
    void whoIsImpatientHearsOfItAtOnce() throws Exception {
        Client impatient = Client.builder(peer.url()).impatient(true).build();
        impatient.connect();
        CompletableFuture<Published> published = impatient.channel("chat:1").publish("1");
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            limited(server, server.frame("publish"));
            assertThatThrownBy(() -> published.get(30, TimeUnit.SECONDS)).hasMessageContaining("rate_limited");
        } finally {
            impatient.closeAsync();
        }
    }

    private static void limited(Peer.Connection server, JsonObject request) {
        server.say("{'type':'error','id':" + request.number("id", 0)
                + ",'code':300,'name':'rate_limited','reason':'Slowly.','retry_after':20}");
    }

    @Test
    void closeCodesSayWhetherToComeBack() throws Exception {
        client.connect();
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.say("{'type':'disconnect','code':4000,'reason':'shutdown','reconnect':true,'retry_after':5}");
            server.close(4000);
        }
        CompletableFuture<Published> waiting;
        try (Peer.Connection server = peer.accept()) {
            assertThat(server.welcome("'resumed':true,'turn':2,'user':null").raw("resume"))
                    .isNotNull();
            waiting = client.channel("chat:1").publish("1");
            server.frame("publish");
            server.close(4403);
            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).hasMessageContaining("4403");
            assertThat(client.state()).isEqualTo(State.CLOSED);
            assertThatThrownBy(() -> client.channel("chat:1").publish("2").get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void aRefusedTokenEndsTheClient() {
        CompletableFuture<?> ready = client.connect();
        try (Peer.Connection server = peer.accept()) {
            long id = server.frame("connect").number("id", 0);
            server.say("{'type':'error','id':" + id + ",'code':200,'name':'unauthorized','reason':'No.'}");
            server.close(4401);
            assertThatThrownBy(() -> ready.get(30, TimeUnit.SECONDS)).hasMessageContaining("unauthorized");
        }
    }

    /** Shows [CS20]. */
    @Test
    void aRefusedHandshakeEndsTheClientAnOverloadedServerDoesNot() {
        CompletableFuture<?> ready = client.connect();
        peer.refuse("503 Service Unavailable");
        peer.refuse("403 Forbidden");
        assertThatThrownBy(() -> ready.get(30, TimeUnit.SECONDS)).hasMessageContaining("403");
    }

    @Test
    void aQuietClientPingsAndLeavesADeadServer() throws Exception {
        client.connect();
        try (Peer.Connection server = peer.accept()) {
            JsonObject connect = server.frame("connect");
            server.say("{'type':'connected','id':" + connect.number("id", 0)
                    + ",'session':'s1','client':'c-1','resumed':false,'turn':1,'user':null,'ping':50}");
            assertThat(server.text()).isEqualTo("{\"type\":\"ping\"}").hasSize(15);
            server.say("{'type':'pong'}");
            assertThat(server.text()).isEqualTo("{\"type\":\"ping\"}");
            server.awaitEnd();
        }
        try (Peer.Connection server = peer.accept()) {
            assertThat(server.welcome("'resumed':true,'turn':2,'user':null").raw("resume"))
                    .contains("\"turn\":2");
        }
    }

    @Test
    void partsMakeOneMessage() throws Exception {
        client.connect();
        client.channel("chat:1").subscribe(notes);
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(0);
            String text = "x".repeat(100_000);
            server.sayInParts("{'type':'message','chan", "nel':'chat:1','offset':1,'data':'", text, "'", "}");
            assertThat(notes.next(2)).containsExactly("attached e1:0", "e1:1 \"" + text + "\"");
        }
    }

    @Test
    void aMessageWithoutEndEndsTheClient() throws Exception {
        Client careful = Client.builder(peer.url()).receiveChars(10_000).build();
        CompletableFuture<?> ready = careful.connect();
        try (Peer.Connection server = peer.accept()) {
            server.frame("connect");
            String part = " ".repeat(4_000);
            server.sayInParts(part, part, part, part);
            assertThatThrownBy(() -> ready.get(30, TimeUnit.SECONDS)).hasMessageContaining("1009");
            server.awaitEnd();
        }
    }

    @Test
    void aWindowIsOnItsWayAndTheOutboxIsBounded() throws Exception {
        Client narrow = Client.builder(peer.url())
                .window(4)
                .outbox(6, 1 << 20)
                .messageBytes(1000)
                .build();
        narrow.connect();
        Channel channel = narrow.channel("chat:1");
        List<CompletableFuture<Published>> all = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            all.add(channel.publish(Integer.toString(i)));
        }
        assertThatThrownBy(() -> channel.publish("7").join()).hasMessageContaining("outbox_full");
        CompletableFuture<?> room = narrow.room();
        assertThat(room).isNotDone();
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            for (int i = 1; i <= 6; i++) {
                // The first four come at once; each answer lets one more through.
                JsonObject publish = server.frame("publish");
                assertThat(publish.raw("data")).isEqualTo(Integer.toString(i));
                if (i >= 4) {
                    server.say("{'type':'published','id':" + (publish.number("id", 0) - 3)
                            + ",'channel':'chat:1','epoch':'e1','offset':" + (i - 3) + ",'stored':'memory'}");
                    assertThat(all.get(i - 4)
                                    .get(30, TimeUnit.SECONDS)
                                    .position()
                                    .offset())
                            .isEqualTo(i - 3);
                }
            }
            room.get(30, TimeUnit.SECONDS);
            CompletableFuture<Published> seventh = channel.publish("7");
            assertThat(server.frame("publish").raw("data")).isEqualTo("7");
            assertThat(seventh).isNotDone();
        } finally {
            narrow.closeAsync();
        }
    }

    @Test
    void aSubscriberGetsWhatItAsksFor() throws Exception {
        client.connect();
        LinkedBlockingQueue<Message> got = new LinkedBlockingQueue<>();
        CompletableFuture<Flow.Subscription> asked = new CompletableFuture<>();
        client.channel("chat:1").messages(Start.since(new Position("e1", 10))).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                asked.complete(subscription);
            }

            @Override
            public void onNext(Message message) {
                got.add(message);
            }

            @Override
            public void onError(Throwable cause) {
                asked.completeExceptionally(cause);
            }

            @Override
            public void onComplete() {}
        });
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            JsonObject subscribe = server.frame("subscribe");
            assertThat(subscribe.raw("since")).isEqualTo("{\"epoch\":\"e1\",\"offset\":10}");
            server.say("{'type':'subscribed','id':" + subscribe.number("id", 0)
                    + ",'channel':'chat:1','epoch':'e1','offset':12,'recovered':true,'replay':2}");
            server.message("chat:1", 11);
            server.message("chat:1", 12);
            Flow.Subscription subscription = asked.get(30, TimeUnit.SECONDS);
            subscription.request(1);
            assertThat(next(got).position().offset()).isEqualTo(11);
            subscription.request(1);
            Message second = next(got);
            assertThat(second.from()).isEqualTo("ann");
            assertThat(second.toJson())
                    .isEqualTo("{\"channel\":\"chat:1\",\"epoch\":\"e1\",\"offset\":12,\"time\":1790000000000,"
                            + "\"from\":\"ann\",\"client\":\"c-7f\",\"headers\":{},\"data\":12}");
            subscription.cancel();
            assertThat(server.frame("unsubscribe").text("channel")).isEqualTo("chat:1");
        }
    }

    @Test
    void aSlowApplicationSlowsTheServerDown() throws Exception {
        client.connect();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        client.channel("chat:1").subscribe(message -> {
            gate.join();
            notes.onMessage(message);
        });
        int count = 2_000;
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(0);
            String padding = "x".repeat(10_000);
            // 20 MB: more than sockets hold, so this writer must be held up until the application goes on.
            CompletableFuture<Void> writer = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 1; i <= count; i++) {
                            server.say("{'type':'message','channel':'chat:1','offset':" + i + ",'client':'" + padding
                                    + "','data':" + i + "}");
                        }
                    },
                    task -> new Thread(task).start());
            assertThatThrownBy(() -> writer.get(2, TimeUnit.SECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            gate.complete(null);
            writer.get(30, TimeUnit.SECONDS);
            List<String> heard = notes.next(count);
            for (int i = 1; i <= count; i++) {
                assertThat(heard.get(i - 1)).isEqualTo("e1:" + i + " " + i);
            }
        }
    }

    @Test
    void subscriptionsEnd() throws Exception {
        client.connect();
        Subscription subscription = client.channel("chat:1").subscribe(notes);
        Notes second = new Notes();
        client.channel("chat:1").subscribe(second);
        assertThat(second.next(1)).containsExactly("end already_subscribed");
        Notes refused = new Notes();
        client.channel("secret").subscribe(refused);
        try (Peer.Connection server = peer.accept()) {
            server.welcome();
            server.subscribed(0);
            JsonObject secret = server.frame("subscribe");
            server.say("{'type':'error','id':" + secret.number("id", 0) + ",'code':201,'name':'forbidden'}");
            assertThat(refused.next(1)).containsExactly("end forbidden");
            assertThat(subscription.ready().get(30, TimeUnit.SECONDS).head()).isEqualTo(new Position("e1", 0));
            CompletableFuture<?> ended = subscription.unsubscribe();
            JsonObject unsubscribe = server.frame("unsubscribe");
            server.message("chat:1", 1);
            server.say("{'type':'unsubscribed','id':" + unsubscribe.number("id", 0)
                    + ",'channel':'chat:1','reason':'client'}");
            ended.get(30, TimeUnit.SECONDS);
            assertThat(notes.next(2)).containsExactly("attached e1:0", "end");

            client.channel("chat:1").subscribe(notes);
            server.subscribed(5);
            server.say("{'type':'unsubscribed','channel':'chat:1','reason':'expired'}");
            assertThat(notes.next(2)).containsExactly("attached e1:5", "end expired");
        }
    }

    private static Message next(LinkedBlockingQueue<Message> queue) throws InterruptedException {
        Message message = queue.poll(30, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        return message;
    }
}
