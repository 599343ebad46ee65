// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.rate.Rates;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Position;
import org.junit.jupiter.api.Test;

/** A hub and an owner, one input at a time. */
final class HubTest {

    private static final Limits LIMITS =
            new Limits(1_000, 3_000, 1_000, 10_000, 3, 3, 2, 400, 5_000, 2_000, 2, 10_000, 1_000, Rates.DEFAULT);

    private final HubStage stage = new HubStage(LIMITS);

    @Test
    void theReplayComesBeforeWhatIsLiveAndNothingTwice() {
        stage.connect(1, "a", null);
        stage.publish(1, 5);
        stage.connect(2, "b", null);
        stage.say(2, HubStage.subscribe(10, "chat", new Position("b", 2)));
        stage.publish(1, 2);
        stage.settle();
        assertThat(stage.take(2))
                .containsExactly(
                        "connected resumed=false", "subscribed chat 5 recovered replay 3", "3", "4", "5", "6", "7");
    }

    @Test
    void framesSentBehindConnectWaitForIt() {
        stage.open(1);
        stage.hold(true);
        stage.say(1, HubStage.connectFrame("a", null));
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.say(1, new ClientFrame.Ping());
        assertThat(stage.take(1)).containsExactly("pong");
        stage.hold(false);
        stage.settle();
        assertThat(stage.take(1)).containsExactly("connected resumed=false", "subscribed chat 0 replay 0");
    }

    @Test
    void whatComesBeforeConnectIsRefused() {
        stage.open(1);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        assertThat(stage.take(1))
                .containsExactly("error connect_required", "disconnect connect_first", "close connect_first");
        stage.say(1, HubStage.connectFrame("a", null));
        assertThat(stage.take(1)).isEmpty();
    }

    @Test
    void aStalledReaderCostsNothingAndCatchesUp() {
        stage.connect(1, "a", null);
        stage.connect(2, "b", null);
        stage.say(2, HubStage.subscribe(2, "chat", null));
        stage.settle();
        stage.take(2);
        stage.accept(new HubInput.Stalled(stage.carrier(2)));
        stage.publish(1, 6);
        stage.settle();
        assertThat(stage.take(2)).isEmpty();
        stage.accept(new HubInput.Drained(stage.carrier(2)));
        stage.settle();
        assertThat(stage.take(2)).containsExactly("1", "2", "3", "4", "5", "6");
        stage.publish(1, 1);
        stage.settle();
        assertThat(stage.take(2)).containsExactly("7");
    }

    @Test
    void pagesOfHistoryWaitAsRequestsWhileNothingCanTakeThem() {
        stage.connect(1, "a", null);
        stage.publish(1, 3);
        stage.connect(2, "b", null);
        stage.take(2);
        stage.accept(new HubInput.Stalled(stage.carrier(2)));
        for (long id = 11; id <= 13; id++) {
            stage.say(2, new ClientFrame.History(id, "chat", null, null, 1, false, null));
        }
        stage.settle();
        stage.sleep();
        stage.settle();
        assertThat(stage.take(2)).isEmpty();
        stage.accept(new HubInput.Drained(stage.carrier(2)));
        stage.settle();
        assertThat(stage.take(2))
                .satisfiesExactly(
                        page -> assertThat(page).startsWith("History[id=11,"),
                        page -> assertThat(page).startsWith("History[id=12,"),
                        page -> assertThat(page).startsWith("History[id=13,"));
    }

    @Test
    void aPageThatNothingCanTakeAnyMoreIsNotKept() {
        String session = stage.connect(1, "a", null);
        stage.publish(1, 3);
        stage.take(1);
        stage.holdOwner(true);
        stage.say(1, new ClientFrame.History(11, "chat", null, null, 1, false, null));
        stage.say(1, new ClientFrame.History(12, "chat", null, null, 1, false, null));
        stage.accept(new HubInput.Closed(stage.carrier(1)));
        stage.holdOwner(false);
        stage.settle();
        stage.connect(2, "a", HubStage.resume(session, 2));
        stage.say(2, new ClientFrame.History(12, "chat", null, null, 1, false, null));
        stage.settle();
        assertThat(stage.take(2))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("connected resumed=true"),
                        page -> assertThat(page).startsWith("History[id=12,"));
    }

    @Test
    void aLostPushIsRepairedByTheNext() {
        stage.connect(1, "a", null);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.settle();
        stage.dropHints(true);
        stage.publish(1, 3);
        stage.settle();
        stage.dropHints(false);
        assertThat(stage.messages(1)).isEmpty();
        stage.pushFrom(2);
        stage.settle();
        assertThat(stage.messages(1)).containsExactly("1", "2", "3");
    }

    @Test
    void aLaterAttachWinsWhateverOrderTheyArriveIn() {
        String session = stage.connect(1, "a", null);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.settle();
        stage.take(1);
        stage.connect(2, "a", HubStage.resume(session, 3, "chat", new Position("b", 0)));
        assertThat(stage.take(1)).containsExactly("disconnect replaced", "close replaced");
        assertThat(stage.take(2)).containsExactly("connected resumed=true", "subscribed chat 0 recovered replay 0");
        stage.connect(3, "a", HubStage.resume(session, 2, "chat", new Position("b", 0)));
        assertThat(stage.take(3)).containsExactly("disconnect replaced", "close replaced");
        stage.connect(4, "a", HubStage.resume(session, 3, "chat", new Position("b", 0)));
        assertThat(stage.take(4)).containsExactly("disconnect replaced", "close replaced");
        stage.say(1, HubStage.publishFrame(9, null, false));
        stage.publish(2, 1);
        stage.settle();
        assertThat(stage.take(1)).isEmpty();
        assertThat(stage.messages(2)).containsExactly("1");
    }

    @Test
    void anotherUsersTicketOpensNothing() {
        String session = stage.connect(1, "a", null);
        stage.connect(2, "b", HubStage.resume(session, 2, "chat", null));
        assertThat(stage.take(2)).first().isEqualTo("connected resumed=false");
        assertThat(stage.take(1)).containsExactly("connected resumed=false");
    }

    @Test
    void aRepeatedRequestRunsOnce() {
        String session = stage.connect(1, "a", null);
        stage.say(1, HubStage.publishFrame(5, null, false));
        stage.settle();
        assertThat(stage.take(1)).contains("published 1");
        stage.connect(2, "a", HubStage.resume(session, 2, "chat", null));
        stage.say(2, HubStage.publishFrame(5, null, true));
        stage.settle();
        assertThat(stage.take(2)).contains("published 1");
        stage.say(2, HubStage.publishFrame(5, null, false));
        stage.settle();
        assertThat(stage.take(2)).contains("published 2");
    }

    @Test
    void whatTheAttachSaysOfSubscriptionsOutweighsEarlierAnswers() {
        String session = stage.connect(1, "a", null);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.settle();
        // The client never got the answer, so the channel is not in its list; it asks again.
        stage.connect(2, "a", HubStage.resume(session, 2));
        stage.say(2, new ClientFrame.Subscribe(2, HubStage.want("chat", null), true));
        stage.publish(2, 1);
        stage.settle();
        assertThat(stage.messages(2)).containsExactly("1");
    }

    @Test
    void aSessionEndsWhenItsWindowIsOver() {
        String session = stage.connect(1, "a", null);
        stage.accept(new HubInput.Closed(stage.carrier(1)));
        stage.advance(9_999);
        assertThat(stage.sessions()).isEqualTo(1);
        stage.advance(1);
        assertThat(stage.sessions()).isZero();
        stage.connect(2, "a", HubStage.resume(session, 2, "chat", new Position("b", 0)));
        assertThat(stage.take(2)).containsExactly("connected resumed=false", "subscribed chat 0 recovered replay 0");
    }

    @Test
    void silenceIsProbedAndThenTakenForDeath() {
        stage.connect(1, "a", null);
        stage.take(1);
        stage.advance(3_000);
        assertThat(stage.take(1)).containsExactly("probe");
        stage.accept(new HubInput.Heard(stage.carrier(1)));
        stage.advance(3_000);
        assertThat(stage.take(1)).containsExactly("probe");
        stage.advance(1_000);
        assertThat(stage.take(1)).containsExactly("disconnect silent", "close silent");
        assertThat(stage.sessions()).isEqualTo(1);
    }

    @Test
    void whoSaysNothingAtAllIsSentAway() {
        stage.open(1);
        stage.advance(1_000);
        assertThat(stage.take(1)).containsExactly("disconnect connect_timeout", "close connect_timeout");
    }

    @Test
    void aKickEndsTheSession() {
        String session = stage.connect(1, "a", null);
        stage.take(1);
        stage.accept(new HubInput.Kick(session, CloseCode.KICKED));
        assertThat(stage.take(1)).containsExactly("disconnect kicked", "close kicked");
        assertThat(stage.sessions()).isZero();
    }

    @Test
    void aDrainSpreadsTheReturns() {
        stage.connect(1, "a", null);
        stage.connect(2, "b", null);
        stage.take(1);
        stage.take(2);
        stage.accept(new HubInput.Drain(1_000));
        assertThat(stage.take(1)).containsExactly("disconnect shutdown", "close shutdown");
        assertThat(stage.take(2)).containsExactly("disconnect shutdown after 500", "close shutdown");
        assertThat(stage.sessions()).isEqualTo(2);
    }

    @Test
    void anIdWaitsForItsAnswerBeforeItIsUsedAgain() {
        stage.connect(1, "a", null);
        stage.take(1);
        stage.holdOwner(true);
        stage.say(1, HubStage.publishFrame(5, null, false));
        stage.say(1, HubStage.publishFrame(5, null, false));
        assertThat(stage.take(1)).containsExactly("error id_in_use");
        stage.say(1, HubStage.publishFrame(6, null, false));
        stage.say(1, HubStage.publishFrame(7, null, false));
        stage.say(1, HubStage.publishFrame(8, null, false));
        assertThat(stage.take(1)).containsExactly("error too_many_requests");
        stage.holdOwner(false);
        stage.settle();
        assertThat(stage.take(1)).containsExactly("published 1", "published 2", "published 3");
    }

    @Test
    void subscriptionsHaveALimitAndAName() {
        stage.connect(1, "a", null);
        stage.take(1);
        stage.say(1, HubStage.subscribe(2, "one", null));
        stage.say(1, HubStage.subscribe(3, "two", null));
        stage.say(1, HubStage.subscribe(4, "three", null));
        stage.settle();
        stage.say(1, HubStage.subscribe(5, "one", null));
        stage.say(1, new ClientFrame.Unsubscribe(6, "three", false));
        stage.say(1, new ClientFrame.Unsubscribe(7, "one", false));
        assertThat(stage.take(1))
                .containsExactlyInAnyOrder(
                        "error too_many_subscriptions",
                        "subscribed one 0 replay 0",
                        "subscribed two 0 replay 0",
                        "error already_subscribed",
                        "error not_subscribed",
                        "unsubscribed one");
    }

    @Test
    void requestsOnAChannelKeepTheirOrderWhileItsOwnerIsSlow() {
        stage.connect(1, "a", null);
        stage.take(1);
        stage.holdOwner(true);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.say(1, new ClientFrame.Unsubscribe(3, "chat", false));
        assertThat(stage.take(1)).isEmpty();
        stage.holdOwner(false);
        stage.settle();
        assertThat(stage.take(1)).containsExactly("subscribed chat 0 replay 0", "unsubscribed chat");
        stage.publish(1, 1);
        stage.settle();
        assertThat(stage.messages(1)).isEmpty();
    }

    @Test
    void aHubGoesOnAsIfItHadNotBeenWrittenOut() {
        String session = stage.connect(1, "a", null);
        stage.say(1, HubStage.subscribe(2, "chat", null));
        stage.settle();
        stage.sleep();
        stage.publish(1, 2);
        stage.sleep();
        stage.settle();
        assertThat(stage.messages(1)).containsExactly("1", "2");
        stage.accept(new HubInput.Closed(stage.carrier(1)));
        stage.sleep();
        stage.connect(2, "a", HubStage.resume(session, 2, "chat", new Position("b", 1)));
        assertThat(stage.take(2))
                .containsExactly("connected resumed=true", "subscribed chat 2 recovered replay 1", "2");
    }

    @Test
    void aSessionMovesToAnotherHubWithItsAnswers() {
        String session = stage.connect(1, "a", null);
        stage.say(1, HubStage.publishFrame(5, null, false));
        stage.settle();
        byte[] state = stage.release(session, 2);
        assertThat(state).isNotNull();
        assertThat(stage.take(1)).endsWith("disconnect replaced", "close replaced");
        assertThat(stage.release(session, 3)).isNull();
        stage.accept(new HubInput.Adopt(state));
        stage.connect(2, "a", HubStage.resume(session, 2, "chat", null));
        stage.say(2, HubStage.publishFrame(5, null, true));
        stage.settle();
        assertThat(stage.take(2)).contains("connected resumed=true", "published 1");
    }
}
