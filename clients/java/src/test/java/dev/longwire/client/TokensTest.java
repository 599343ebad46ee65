// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.client.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a client's tokens come from, and when it asks for the next. */
@Timeout(90)
final class TokensTest {
    private final Peer peer = new Peer();
    private final Notes states = new Notes();
    private final AtomicInteger asked = new AtomicInteger();
    private final Client client = Client.builder(peer.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
            .onState(change -> states.note(change.state().name()))
            .tokens(this::next)
            .build();

    private CompletionStage<String> next() {
        int number = asked.incrementAndGet();
        return number == 3
                ? CompletableFuture.failedFuture(new IllegalStateException("the application's own trouble"))
                : CompletableFuture.completedFuture("t" + number);
    }

    @AfterEach
    void end() {
        client.closeAsync();
        peer.close();
    }

    /** Shows [A20] [A23]. */
    @Test
    void aFreshTokenIsSentWhenTheServerWantsOne() throws Exception {
        CompletableFuture<?> ready = client.connect();
        try (Peer.Connection server = peer.accept()) {
            JsonObject connect = server.welcome("'resumed':false,'turn':1,'user':'ann','expires':4102444800000");
            assertThat(connect.text("token")).isEqualTo("t1");
            ready.get(30, TimeUnit.SECONDS);
            server.say("{'type':'refresh','expires':4102444800000}");
            JsonObject refresh = server.frame("refresh");
            assertThat(refresh.text("token")).isEqualTo("t2");
            server.say("{'type':'refresh','id':" + refresh.number("id", 0) + ",'expires':4102444800000}");
            // The source fails once; the client goes on as it is.
            server.say("{'type':'refresh','expires':4102444800000}");
            client.channel("a").publish("1");
            server.published(server.frame("publish"), 1);
            assertThat(client.state()).isEqualTo(State.CONNECTED);
        }
    }

    /** Shows [A24] [A25]. */
    @Test
    void afterTheEndOfATokenItComesBackWithAnother() throws Exception {
        client.connect();
        try (Peer.Connection first = peer.accept()) {
            first.welcome();
            first.say("{'type':'disconnect','code':4402,'reason':'token_expired','reconnect':false}");
            first.close(4402);
            try (Peer.Connection second = peer.accept()) {
                JsonObject connect = second.welcome("'resumed':true,'turn':2,'user':null");
                assertThat(connect.text("token")).isEqualTo("t2");
                assertThat(JsonObject.parse(Objects.requireNonNull(connect.raw("resume")), 40)
                                .text("session"))
                        .isEqualTo("s1");
                assertThat(states.next(4)).containsExactly("CONNECTING", "CONNECTED", "RECONNECTING", "CONNECTED");
            }
        }
    }

    /** Shows [CS60] [A26] [A28]. */
    @Test
    void whatWasAddedIsAddedAgainToANewSession() throws Exception {
        Notes notes = new Notes();
        client.connect();
        try (Peer.Connection first = peer.accept()) {
            first.welcome();
            CompletableFuture<Long> added = client.addToken("more");
            JsonObject refresh = first.frame("refresh");
            assertThat(refresh.text("token")).isEqualTo("more");
            assertThat(refresh.flag("add")).isTrue();
            first.say("{'type':'refresh','id':" + refresh.number("id", 0) + ",'expires':5}");
            assertThat(added.get(30, TimeUnit.SECONDS)).isEqualTo(5);
            client.channel("secret").subscribe(notes);
            first.subscribed(7);
            assertThat(notes.next(1)).containsExactly("attached e1:7");
            first.cut();
        }
        try (Peer.Connection second = peer.accept()) {
            second.welcome("'resumed':true,'turn':2,'user':null");
            second.say("{'type':'subscribed','channel':'secret','epoch':'e1','offset':7,'recovered':true,'replay':0}");
            assertThat(notes.next(1)).containsExactly("attached e1:7 recovered");
            second.cut();
        }
        try (Peer.Connection third = peer.accept()) {
            third.welcome();
            third.say("{'type':'unsubscribed','channel':'secret','reason':'forbidden'}");
            JsonObject again = third.frame("refresh");
            assertThat(again.text("token")).isEqualTo("more");
            third.say("{'type':'refresh','id':" + again.number("id", 0) + ",'expires':5}");
            JsonObject subscribe = third.frame("subscribe");
            assertThat(subscribe.raw("since")).isEqualTo("{\"epoch\":\"e1\",\"offset\":7}");
        }
    }

    @Test
    void aSourceThatFailsIsAskedAgain() throws Exception {
        asked.set(2);
        CompletableFuture<?> ready = client.connect();
        try (Peer.Connection server = peer.accept()) {
            assertThat(server.welcome().text("token")).isEqualTo("t4");
            ready.get(30, TimeUnit.SECONDS);
            assertThat(states.next(3)).containsExactly("CONNECTING", "CONNECTING", "CONNECTED");
        }
    }

    @Test
    void whoHasOneTokenOnlyEndsWithIt() throws Exception {
        Notes seen = new Notes();
        try (Client fixed = Client.builder(peer.url())
                .token("t")
                .onState(change -> seen.note(change.state().name()))
                .build()) {
            fixed.connect();
            try (Peer.Connection server = peer.accept()) {
                assertThat(server.welcome().text("token")).isEqualTo("t");
                server.say("{'type':'refresh','expires':5}");
                server.say("{'type':'disconnect','code':4402,'reason':'token_expired','reconnect':false}");
                server.close(4402);
                assertThat(seen.next(3)).containsExactly("CONNECTING", "CONNECTED", "CLOSED");
            }
        }
    }
}
