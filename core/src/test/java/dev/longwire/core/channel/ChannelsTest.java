// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.channel.ChannelReply.Appended;
import dev.longwire.core.channel.ChannelReply.Attached;
import dev.longwire.core.channel.ChannelReply.Paged;
import dev.longwire.core.channel.ChannelReply.Refused;
import dev.longwire.core.channel.ChannelReply.Sliced;
import dev.longwire.core.channel.ChannelReply.Traced;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.log.Retention;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Unrecovered;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ChannelsTest {

    private static final Tag TAG = new Tag("s1", 1, 1);
    private static final long HOUR = 3_600_000;

    private final Retention retention = new Retention(10_000, 5, 100_000, 20_000);
    private Channels channels = channels(100_000);
    private long now = 1_000;

    private Channels channels(long budget) {
        Namespaces namespaces = new Namespaces(new Namespaces.Settings(retention, SlowPolicy.CATCH_UP), Map.of());
        return new Channels("b", 1, new ChannelSettings(namespaces, 5_000, 1_000, budget, 1_000));
    }

    private ChannelReply ask(int hub, ChannelRequest request) {
        channels.accept(hub, request, now, 1_700_000_000_000L);
        ChannelOutput.Reply reply = Objects.requireNonNull(channels.poll());
        assertThat(reply.hub()).isEqualTo(hub);
        assertThat(channels.poll()).isNull();
        assertThat(reply.reply().tag()).isEqualTo(TAG);
        return reply.reply();
    }

    private ChannelReply append(String text, @Nullable String key) {
        Payload payload = Payload.json(("\"" + text + "\"").getBytes(StandardCharsets.UTF_8));
        return ask(
                0,
                new ChannelRequest.Append(
                        "chat", TAG, "ann", "c1", payload, new Extras(key, null, Map.of()), payload, null));
    }

    private void appendMany(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(append("m" + i, null)).isInstanceOf(Appended.class);
        }
    }

    private Attached attach(@Nullable Position since, int last) {
        return (Attached) ask(0, new ChannelRequest.Attach("chat", TAG, 1, since, last));
    }

    private List<String> moved() {
        List<String> all = new ArrayList<>();
        for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
            all.add(moved.hub() + ":" + moved.channel() + ":" + moved.view().head());
        }
        return all;
    }

    private void tick() {
        channels.tick(now);
    }

    @Test
    void anUnknownChannelStandsAtItsBeginning() {
        Attached fresh = attach(null, 0);
        assertThat(fresh.head()).isEqualTo(new Position("b", 0));
        assertThat(fresh.recovered()).isFalse();
        assertThat(fresh.reason()).isNull();
        assertThat(attach(new Position("b", 0), 0).recovered()).isTrue();
    }

    @Test
    void aPositionIsAnsweredWithTheTruth() {
        appendMany(20);
        assertThat(attach(new Position("b", 20), 0).recovered()).isTrue();
        Attached some = attach(new Position("b", 7), 0);
        assertThat(some.recovered()).isTrue();
        assertThat(some.start()).isEqualTo(7);
        assertThat(some.head()).isEqualTo(new Position("b", 20));
        assertThat(attach(new Position("b", 21), 0).reason()).isEqualTo(Unrecovered.AHEAD);
        assertThat(attach(new Position("a", 3), 0).reason()).isEqualTo(Unrecovered.EPOCH_CHANGED);
        now += 15_000;
        Attached old = attach(new Position("b", 7), 0);
        assertThat(old.recovered()).isFalse();
        assertThat(old.reason()).isEqualTo(Unrecovered.TOO_OLD);
        assertThat(old.start()).isEqualTo(20);
        assertThat(attach(new Position("b", 15), 0).recovered()).isTrue();
        assertThat(attach(null, 3).start()).isEqualTo(17);
        assertThat(attach(null, 100).start()).isEqualTo(15);
    }

    /** A key of one's own is looked up before rights can refuse, and that must not be a way to fill the directory. */
    @Test
    void whoeverMayNotPublishIsToldOfWhatWasDoneAndMakesNothing() {
        assertThat(forbidden("k")).isInstanceOf(ChannelReply.Refused.class);
        assertThat(channels.size()).isZero();
        append("m", "k");
        assertThat(forbidden("k")).isInstanceOfSatisfying(Appended.class, again -> {
            assertThat(again.duplicate()).isTrue();
            assertThat(again.position()).isEqualTo(new Position("b", 1));
        });
        assertThat(forbidden("l"))
                .isInstanceOfSatisfying(
                        ChannelReply.Refused.class, no -> assertThat(no.code()).isEqualTo(ErrorCode.FORBIDDEN));
        assertThat(attach(null, 0).head()).isEqualTo(new Position("b", 1));
    }

    private ChannelReply forbidden(String key) {
        Payload payload = Payload.json("\"m\"".getBytes(StandardCharsets.UTF_8));
        Extras extras = new Extras(key, null, Map.of());
        return ask(
                0,
                new ChannelRequest.Append(
                        "chat", TAG, "ann", "c1", payload, extras, payload, ChannelRequest.Refusal.FORBIDDEN));
    }

    @Test
    void aNameNeverHeardOfIsUnknown() {
        assertThat(attach(new Position("x", 3), 0).reason()).isEqualTo(Unrecovered.UNKNOWN);
    }

    @Test
    void aDroppedChannelGoesOnWhereItWas() {
        appendMany(3);
        moved();
        now += 60_000;
        tick();
        now += 60_000;
        tick();
        assertThat(channels.size()).isZero();
        Attached back = attach(new Position("b", 3), 0);
        assertThat(back.recovered()).isTrue();
        assertThat(attach(new Position("b", 2), 0).reason()).isEqualTo(Unrecovered.TOO_OLD);
        assertThat(((Appended) append("next", null)).position()).isEqualTo(new Position("b", 4));
    }

    @Test
    void aForgottenTombstoneNeverLeadsToTheSamePositionTwice() {
        appendMany(3);
        moved();
        for (int i = 0; i < 10; i++) {
            now += HOUR / 4;
            tick();
        }
        Position next = ((Appended) append("next", null)).position();
        assertThat(next.offset()).isEqualTo(1);
        assertThat(next.epoch()).isNotEqualTo("b");
        assertThat(attach(new Position("b", 3), 0).reason()).isEqualTo(Unrecovered.EPOCH_CHANGED);
    }

    @Test
    void aKeyAppendsOnceWithinItsWindow() {
        Appended first = (Appended) append("one", "k");
        assertThat(first.duplicate()).isFalse();
        assertThat(first.dedupeMillis()).isEqualTo(5_000);
        appendMany(2);
        Appended again = (Appended) append("one", "k");
        assertThat(again.duplicate()).isTrue();
        assertThat(again.position()).isEqualTo(first.position());
        assertThat(((Refused) append("two", "k")).code()).isEqualTo(ErrorCode.IDEMPOTENCY_CONFLICT);
        Traced traced = (Traced) ask(0, new ChannelRequest.Trace("chat", TAG, "u:ann", "k"));
        assertThat(traced.position()).isEqualTo(first.position());
        assertThat(((Traced) ask(0, new ChannelRequest.Trace("chat", TAG, "u:bob", "k"))).position())
                .isNull();
        assertThat(attach(null, 0).head().offset()).isEqualTo(3);
        now += 5_001;
        Appended later = (Appended) append("one", "k");
        assertThat(later.duplicate()).isFalse();
        assertThat(later.position().offset()).isEqualTo(4);
    }

    @Test
    void aTurnOfAppendsIsOneHintPerInterestedHub() {
        attach(null, 0);
        ask(2, new ChannelRequest.Attach("chat", TAG, 1, null, 0));
        appendMany(5);
        assertThat(moved()).containsExactly("0:chat:5", "2:chat:5");
        assertThat(moved()).isEmpty();
        channels.accept(2, new ChannelRequest.Detach("chat", 2), now, 0);
        appendMany(1);
        assertThat(moved()).containsExactly("0:chat:6");
    }

    @Test
    void interestFollowsTheLatestGeneration() {
        ask(0, new ChannelRequest.Attach("chat", TAG, 3, null, 0));
        channels.accept(0, new ChannelRequest.Detach("chat", 2), now, 0);
        appendMany(1);
        assertThat(moved()).hasSize(1);
        channels.accept(0, new ChannelRequest.Detach("chat", 4), now, 0);
        ask(0, new ChannelRequest.Attach("chat", TAG, 3, null, 0));
        appendMany(1);
        assertThat(moved()).isEmpty();
        channels.forget(0);
        ask(0, new ChannelRequest.Attach("chat", TAG, 1, null, 0));
        appendMany(1);
        assertThat(moved()).hasSize(1);
    }

    @Test
    void pagesGoBothWaysAndSayWhereToGoOn() {
        appendMany(8);
        assertThat(page(2, -1, 3, false)).isEqualTo("3,4,5 next 5");
        assertThat(page(5, -1, 3, false)).isEqualTo("6,7,8 next -1");
        assertThat(page(-1, -1, 3, true)).isEqualTo("8,7,6 next 6");
        assertThat(page(-1, 6, 3, true)).isEqualTo("5,4,3 next 3");
        assertThat(page(-1, 3, 3, true)).isEqualTo("2,1 next -1");
        assertThat(page(-1, -1, 2, false)).isEqualTo("1,2 next 2");
        assertThat(page(8, -1, 2, false)).isEqualTo(" next -1");
        Paged other = (Paged) ask(0, new ChannelRequest.Page("chat", TAG, "x", 1, -1, 3, false));
        assertThat(other.messages()).isEmpty();
        assertThat(other.head()).isEqualTo(new Position("b", 8));
    }

    private String page(long after, long before, int limit, boolean reverse) {
        Paged paged = (Paged) ask(0, new ChannelRequest.Page("chat", TAG, "b", after, before, limit, reverse));
        List<String> offsets = paged.messages().stream()
                .map(Message::offset)
                .map(Object::toString)
                .toList();
        return String.join(",", offsets) + " next " + paged.next();
    }

    @Test
    void aReadOfWhatIsGoneStartsLater() {
        appendMany(20);
        now += 15_000;
        attach(null, 0);
        Sliced sliced = (Sliced) ask(0, new ChannelRequest.Read("chat", TAG, "b", 3, 20, 100_000, false));
        assertThat(sliced.slice().from()).isEqualTo(15);
        assertThat(sliced.slice().to()).isEqualTo(20);
        Sliced other = (Sliced) ask(0, new ChannelRequest.Read("chat", TAG, "x", 3, 20, 100_000, false));
        assertThat(other.epoch()).isEqualTo("b");
        assertThat(other.slice().from()).isEqualTo(other.slice().to()).isEqualTo(20);
    }

    @Test
    void withoutRoomForAllTheOldestGoAndThenPublishesAreRefused() {
        channels = channels(4_024);
        appendMany(10);
        now += 2_000;
        appendMany(10);
        assertThat(attach(null, 0).head().offset()).isEqualTo(20);
        ChannelReply last = append("m", null);
        for (int i = 0; i < 100 && last instanceof Appended; i++) {
            last = append("m", null);
        }
        // Everything that is left is younger than what is spared.
        assertThat(last).isInstanceOf(Refused.class);
        assertThat(((Refused) last).code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(((Refused) last).retryAfterMillis()).isPositive();
        now += 2_000;
        assertThat(append("m", null)).isInstanceOf(Appended.class);
    }

    /** Names cost something too: whoever uses many of them for a message each holds no more than whoever sends much. */
    @Test
    void manyNamesAreHeldWithinTheSameBudget() {
        assertThat(append("first", null)).isInstanceOf(Appended.class);
        now += 2_000;
        for (int i = 0; i < 1_000; i++) {
            Payload payload = Payload.json("1".getBytes(StandardCharsets.UTF_8));
            ask(0, new ChannelRequest.Append("n:" + i, TAG, "ann", "c1", payload, Extras.NONE, payload, null));
            now += 10;
        }
        assertThat(channels.size()).isBetween(50, 100);
        // What had to go is forgotten, but not where it was.
        assertThat(((Appended) append("second", null)).position()).isEqualTo(new Position("b", 2));
    }

    @Test
    void whenNothingOldIsLeftNamesAreRefused() {
        ChannelReply last = append("first", null);
        for (int i = 0; i < 1_000 && last instanceof Appended; i++) {
            Payload payload = Payload.json("1".getBytes(StandardCharsets.UTF_8));
            last = ask(0, new ChannelRequest.Append("n:" + i, TAG, "ann", "c1", payload, Extras.NONE, payload, null));
        }
        assertThat(last).isInstanceOf(Refused.class);
        assertThat(((Refused) last).code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(channels.size()).isLessThanOrEqualTo(100);
        now += 2_000;
        assertThat(append("m", null)).isInstanceOf(Appended.class);
    }

    @Test
    void whatWasWrittenOutIsReadBack() {
        attach(null, 0);
        append("one", "k");
        appendMany(3);
        moved();
        StateWriter out = new StateWriter();
        channels.write(out, now);
        channels = channels(100_000);
        channels.read(new StateReader(out.toBytes()), now);
        assertThat(attach(new Position("b", 1), 0).recovered()).isTrue();
        assertThat(((Appended) append("one", "k")).duplicate()).isTrue();
        assertThat(((Appended) append("five", null)).position()).isEqualTo(new Position("b", 5));
        assertThat(moved()).containsExactly("0:chat:5");
    }
}
