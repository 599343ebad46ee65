// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.Principal;
import dev.longwire.core.access.Capabilities;
import dev.longwire.core.access.Narrowing;
import dev.longwire.core.access.Operation;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.rate.Rates;
import dev.longwire.protocol.ClientFrame;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What transcripts don't show of tokens: answers that come late, moves, restarts, and revocation. */
final class PermitsTest {

    private static final long GRACE = 1_000;
    private static final Limits LIMITS =
            new Limits(1_000, 300_000, 1_000, 10_000, 4, 4, 4, 400, 5_000, 2_000, 2, 10_000, GRACE, Rates.DEFAULT);

    private final HubStage stage = new HubStage(LIMITS);

    /** A token of ann's for some channels, that ends in so many ms; 0 for never. */
    private void token(String token, long lifeMillis, String pattern) {
        stage.token(token, principal("ann", token, lifeMillis, pattern));
    }

    private Principal principal(@Nullable String user, String token, long lifeMillis, String pattern) {
        Capabilities capabilities =
                Capabilities.of(Map.of(pattern, Set.of(Operation.SUBSCRIBE, Operation.PUBLISH, Operation.HISTORY)));
        long end = lifeMillis == 0 ? 0 : stage.now() + lifeMillis;
        return new Principal(user, null, capabilities, Narrowing.NONE, token, stage.now(), end);
    }

    private static ClientFrame refresh(long id, String token, boolean retry) {
        return new ClientFrame.Refresh(id, token, false, retry);
    }

    private void revoke(Revocation.Kind kind, String name) {
        stage.accept(new HubInput.Revoke(new Revocation(kind, name, stage.now(), 60_000)));
        stage.settle();
    }

    @Test
    void aRefreshThatIsVerifiedAfterALaterAttachChangesNothing() {
        token("wide", 0, "*");
        token("narrow", 0, "other");
        String session = stage.connect(1, "narrow", null);
        stage.hold(true);
        stage.say(1, refresh(2, "wide", false));
        stage.accept(new HubInput.Closed(stage.carrier(1)));
        stage.hold(false);
        stage.open(2);
        stage.accept(
                new HubInput.Received(stage.carrier(2), HubStage.connectFrame("narrow", HubStage.resume(session, 2))));
        stage.settle();
        assertThat(stage.take(2)).containsExactly("connected resumed=true");
        stage.say(2, HubStage.subscribe(3, "chat", null));
        stage.settle();
        assertThat(stage.take(2)).containsExactly("error forbidden");
        // Asked again, it runs: the attach has forgotten it.
        stage.say(2, refresh(2, "wide", true));
        stage.settle();
        assertThat(stage.take(2)).containsExactly("refreshed");
    }

    @Test
    void aRepeatOfARefreshThatRunsGetsOneAnswer() {
        token("wide", 0, "*");
        stage.connect(1, "wide", null);
        stage.take(1);
        stage.hold(true);
        stage.say(1, refresh(2, "wide", false));
        stage.say(1, refresh(2, "wide", true));
        stage.hold(false);
        stage.settle();
        stage.say(1, refresh(2, "wide", true));
        stage.settle();
        assertThat(stage.take(1)).containsExactly("refreshed", "refreshed");
    }

    @Test
    void aSubscriptionThatIsNotConfirmedYetIsRefusedAndWhatWaitsForItRuns() {
        token("wide", 0, "*");
        token("narrow", 0, "other");
        stage.connect(1, "wide", null);
        stage.take(1);
        stage.holdOwner(true);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.say(1, new ClientFrame.Unsubscribe(3, "chat", false));
        stage.say(1, refresh(4, "narrow", false));
        stage.settle();
        assertThat(stage.take(1)).containsExactly("refreshed", "error forbidden", "error not_subscribed");
        stage.holdOwner(false);
        stage.settle();
        assertThat(stage.take(1)).isEmpty();
    }

    @Test
    void aPageThatWasAskedForBeforeTheRightWasLostIsNotShown() {
        token("wide", 0, "*");
        token("narrow", 0, "other");
        stage.connect(1, "wide", null);
        stage.publish(1, 1);
        stage.take(1);
        stage.holdOwner(true);
        stage.say(1, new ClientFrame.History(2, "chat", null, null, 0, false, null));
        stage.say(1, refresh(3, "narrow", false));
        stage.settle();
        stage.holdOwner(false);
        stage.settle();
        assertThat(stage.take(1)).containsExactly("refreshed", "error forbidden");
    }

    @Test
    void nothingThatIsReadForALostChannelIsDelivered() {
        token("wide", 0, "*");
        token("narrow", 0, "other");
        stage.connect(1, "wide", null);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.settle();
        stage.accept(new HubInput.Stalled(stage.carrier(1)));
        stage.connect(2, "wide", null);
        stage.publish(2, 5);
        stage.holdOwner(true);
        stage.take(1);
        stage.accept(new HubInput.Drained(stage.carrier(1)));
        stage.say(1, refresh(3, "narrow", false));
        stage.settle();
        stage.holdOwner(false);
        stage.settle();
        assertThat(stage.take(1)).containsExactly("refreshed", "unsubscribed chat forbidden");
    }

    @Test
    void theEndOfATokenSurvivesSleepAndMoves() {
        token("short", 5_000, "*");
        String session = stage.connect(1, "short", null);
        stage.take(1);
        stage.advance(3_000);
        stage.sleep();
        stage.advance(1_000);
        assertThat(stage.take(1)).containsExactly("refresh wanted");
        stage.sleep();
        byte[] state = stage.release(session, 2);
        assertThat(state).isNotNull();
        assertThat(stage.take(1)).containsExactly("disconnect replaced", "close replaced");
        stage.accept(new HubInput.Adopt(state));
        stage.advance(1_999);
        assertThat(stage.sessions()).isEqualTo(1);
        stage.advance(1);
        token("fresh", 60_000, "*");
        stage.connect(2, "fresh", HubStage.resume(session, 2));
        assertThat(stage.take(2)).containsExactly("connected resumed=true");
        stage.advance(9_000);
        assertThat(stage.take(2)).isEmpty();
    }

    @Test
    void aSessionWhoseTokenEndsWhileItIsAwayIsKeptForItsWindowAndNoLonger() {
        token("short", 2_000, "*");
        stage.connect(1, "short", null);
        stage.accept(new HubInput.Closed(stage.carrier(1)));
        stage.advance(3_000);
        assertThat(stage.sessions()).isEqualTo(1);
        stage.advance(7_000);
        assertThat(stage.sessions()).isZero();
    }

    @Test
    void theWindowOfASessionThatIsClosedForItsTokenBeginsThen() {
        token("short", 4_000, "*");
        stage.connect(1, "short", null);
        stage.take(1);
        stage.advance(3_000);
        stage.advance(2_000);
        assertThat(stage.take(1)).containsExactly("refresh wanted", "disconnect token_expired", "close token_expired");
        stage.advance(9_999);
        assertThat(stage.sessions()).isEqualTo(1);
        stage.advance(1);
        assertThat(stage.sessions()).isZero();
    }

    /** Shows [A29]. */
    @Test
    void allSessionsOfARevokedUserEndAlsoThoseThatAreAway() {
        token("t1", 0, "*");
        stage.connect(1, "t1", null);
        stage.connect(2, "t1", null);
        stage.connect(3, "bob", null);
        stage.accept(new HubInput.Closed(stage.carrier(2)));
        stage.take(1);
        stage.take(3);
        revoke(Revocation.Kind.USER, "ann");
        assertThat(stage.take(1)).containsExactly("disconnect revoked", "close revoked");
        assertThat(stage.take(3)).isEmpty();
        assertThat(stage.sessions()).isEqualTo(1);
        stage.sleep();
        stage.connect(4, "t1", null);
        assertThat(stage.take(4))
                .containsExactly("error unauthorized", "disconnect unauthorized", "close unauthorized");
        stage.advance(1_000);
        token("t2", 0, "*");
        stage.connect(5, "t2", null);
        assertThat(stage.take(5)).containsExactly("connected resumed=false");
        stage.say(5, refresh(2, "t1", false));
        stage.settle();
        assertThat(stage.take(5)).containsExactly("error unauthorized");
    }

    @Test
    void aTokenThatIsRevokedWhileItIsVerifiedIsRefused() {
        token("t1", 0, "*");
        stage.hold(true);
        stage.connect(1, "t1", null);
        revoke(Revocation.Kind.TOKEN, "t1");
        stage.hold(false);
        stage.settle();
        assertThat(stage.take(1))
                .containsExactly("error unauthorized", "disconnect unauthorized", "close unauthorized");
    }

    @Test
    void aSessionThatMovesWhileItsTokenIsRevokedDoesNotArrive() {
        token("t1", 0, "*");
        String session = stage.connect(1, "t1", null);
        byte[] state = stage.release(session, 2);
        assertThat(state).isNotNull();
        revoke(Revocation.Kind.TOKEN, "t1");
        stage.accept(new HubInput.Adopt(state));
        assertThat(stage.sessions()).isZero();
    }

    @Test
    void aRevokedTokenThatWasAddedTakesWithItWhatItAllowed() {
        token("t1", 0, "other");
        stage.token("room", principal(null, "room", 0, "chat"));
        stage.connect(1, "t1", null);
        stage.say(1, new ClientFrame.Refresh(2, "room", true, false));
        stage.settle();
        stage.say(1, HubStage.subscribe(3, "chat", null));
        stage.settle();
        stage.take(1);
        stage.sleep();
        revoke(Revocation.Kind.TOKEN, "room");
        assertThat(stage.take(1)).containsExactly("unsubscribed chat forbidden");
        stage.say(1, new ClientFrame.Refresh(4, "room", true, false));
        stage.settle();
        assertThat(stage.take(1)).containsExactly("error unauthorized");
        assertThat(stage.sessions()).isEqualTo(1);
    }

    @Test
    void whatWasAddedMovesWithTheSession() {
        token("t1", 0, "other");
        stage.token("room", principal(null, "room", 20_000, "chat"));
        String session = stage.connect(1, "t1", null);
        stage.say(1, new ClientFrame.Refresh(2, "room", true, false));
        stage.settle();
        byte[] state = stage.release(session, 2);
        assertThat(state).isNotNull();
        stage.accept(new HubInput.Adopt(state));
        stage.connect(2, "t1", HubStage.resume(session, 2, "chat", null));
        assertThat(stage.take(2)).containsExactly("connected resumed=true", "subscribed chat 0 replay 0");
        stage.advance(21_000);
        assertThat(stage.take(2)).containsExactly("unsubscribed chat expired");
    }
}
