// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Presence over hubs that die, sessions that move and observers that are slow. */
class PresenceTest {

    private static final PresenceSettings SETTINGS = new PresenceSettings(3_000, 9_000, 4_096, 100, 1_000);

    private final PresenceStage stage = new PresenceStage(SETTINGS);

    @Test
    void aSessionThatMovesToAnotherHubIsNeverGone() {
        stage.observer(90);
        String session = stage.connect(1, 0, "ann", null);
        stage.say(1, Action.ENTER, "1");
        stage.cut(1);
        stage.move(session, 2);
        stage.connect(2, 1, "ann", PresenceStage.resume(session, 2, null));
        stage.advance(60_000);
        assertThat(stage.news(90)).containsExactly("+ann");
        stage.cut(2);
        stage.advance(3_000);
        assertThat(stage.news(90)).containsExactly("-ann");
    }

    @Test
    void whatTheOldHubSaysLateCountsForNothing() {
        stage.observer(90);
        String session = stage.connect(1, 0, "ann", null);
        stage.say(1, Action.ENTER, "1");
        stage.firstHubSlow = true;
        stage.say(1, Action.UPDATE, "2");
        stage.cut(1);
        stage.move(session, 2);
        stage.connect(2, 1, "ann", PresenceStage.resume(session, 2, null));
        stage.say(2, Action.UPDATE, "3");
        stage.letThrough();
        stage.advance(60_000);
        assertThat(stage.news(90)).containsExactly("+ann", "~ann", "~ann");
        assertThat(members(90)).containsExactly("3");
    }

    private List<String> members(long id) {
        stage.say(id, Action.QUERY, null);
        ServerFrame last = stage.take(id).getLast();
        return ((ServerFrame.Members) last)
                .members().stream()
                        .map(each -> each.data() == null
                                ? ""
                                : new String(each.data().bytes(), UTF_8))
                        .toList();
    }

    @Test
    void aSessionThatWasHandedOverAndNeverArrivedLeavesAfterItsGrace() {
        stage.observer(90);
        String session = stage.connect(1, 0, "ann", null);
        stage.say(1, Action.ENTER, null);
        stage.connect(2, 0, "bob", null);
        stage.say(2, Action.ENTER, null);
        stage.cut(1);
        stage.move(session, 2);
        stage.advance(60_000);
        assertThat(stage.news(90)).containsExactly("+ann", "+bob", "-ann");
    }

    @Test
    void theMembersOfADeadHubLeaveOnceAfterItsLeaseUnlessTheyAreElsewhere() {
        stage.observer(90);
        for (String user : List.of("ann", "bob")) {
            long id = user.equals("ann") ? 1 : 2;
            stage.connect(id, 0, user, null);
            stage.say(id, Action.ENTER, null);
        }
        stage.advance(60_000);
        assertThat(stage.news(90)).containsExactly("+ann", "+bob");
        stage.kill(0);
        stage.connect(3, 1, "bob", null);
        stage.say(3, Action.ENTER, null);
        stage.advance(9_001);
        assertThat(stage.news(90)).containsExactly("-ann");
        stage.start(0);
        stage.connect(4, 0, "ann", null);
        stage.say(4, Action.ENTER, null);
        stage.advance(60_000);
        assertThat(stage.news(90)).containsExactly("+ann");
    }

    @Test
    void anOwnerThatForgotIsToldAgainWhoIsThere() {
        stage.connect(1, 0, "ann", null);
        stage.say(1, Action.ENTER, "1");
        stage.restartOwner();
        stage.advance(3_001);
        stage.observer(90);
        assertThat(members(90)).containsExactly("1");
    }

    /** [X21] */
    @Test
    void aSlowObserverIsToldEverybodyAnewWhenTheChangesAreGone() {
        stage.observer(90);
        stage.connect(1, 0, "ann", null);
        stage.say(1, Action.ENTER, "0");
        stage.connect(2, 0, "bob", null);
        stage.say(2, Action.ENTER, null);
        stage.take(90);
        stage.stall(90, true);
        stage.say(2, Action.LEAVE, null);
        for (int i = 1; i < 200; i++) {
            stage.say(1, Action.UPDATE, Integer.toString(i));
            stage.advance(1_000);
        }
        assertThat(stage.take(90)).isEmpty();
        stage.stall(90, false);
        List<ServerFrame> frames = stage.take(90);
        assertThat(frames.getFirst()).isInstanceOf(ServerFrame.Synced.class);
        assertThat(PresenceStage.set(frames)).isEqualTo(Map.of("ann", 202L));
        stage.say(1, Action.LEAVE, null);
        assertThat(stage.news(90)).containsExactly("-ann");
    }

    @Test
    void manyMembersComeInPagesAndWithChangesBetweenThemTheSetIsStillRight() {
        String filler = "\"" + "x".repeat(400) + "\"";
        for (int i = 0; i < 600; i++) {
            stage.connect(1_000 + i, 0, "user-" + i, null);
            stage.say(1_000 + i, Action.ENTER, filler);
        }
        stage.advance(2_000);
        stage.observer(90);
        stage.connect(91, 1, null, null);
        stage.say(91, Action.OBSERVE, null);
        List<ServerFrame> frames = stage.take(91);
        List<ServerFrame> parts =
                frames.stream().filter(ServerFrame.Synced.class::isInstance).toList();
        assertThat(parts).hasSizeBetween(4, 6);
        for (ServerFrame part : parts) {
            assertThat(Codec.of(Format.JSON).encode(part)).hasSizeLessThan(64 * 1024);
        }
        assertThat(PresenceStage.set(frames)).hasSize(600);
        // One leaves, another says more, a third is back already: an observer of a big channel is told once.
        stage.say(1_003, Action.LEAVE, null);
        stage.take(90);
        stage.say(1_000, Action.LEAVE, null);
        stage.say(1_001, Action.UPDATE, "1");
        stage.say(1_002, Action.LEAVE, null);
        stage.say(1_002, Action.ENTER, filler);
        stage.advance(1_000);
        assertThat(stage.take(90)).singleElement().satisfies(frame -> {
            ServerFrame.Changed changed = (ServerFrame.Changed) frame;
            assertThat(changed.count()).isEqualTo(598);
            assertThat(changed.left()).hasSize(1);
            assertThat(changed.updated()).hasSize(1);
            assertThat(changed.joined()).isEmpty();
        });
    }
}
