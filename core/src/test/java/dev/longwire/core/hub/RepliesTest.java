// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Reply;
import org.junit.jupiter.api.Test;

final class RepliesTest {

    private static Reply answer(long id) {
        return new ServerFrame.Published(id, "chat", new Position("e", id), "memory", 0, false);
    }

    @Test
    void aRequestRunsUntilItIsAnswered() {
        Replies replies = new Replies(4);
        replies.start(1, false);
        assertThat(replies.runs(1)).isTrue();
        assertThat(replies.running()).isEqualTo(1);
        assertThat(replies.answer(1)).isNull();
        replies.finish(1, answer(1));
        assertThat(replies.runs(1)).isFalse();
        assertThat(replies.running()).isZero();
        assertThat(replies.answer(1)).isEqualTo(answer(1));
        replies.finish(2, answer(2));
        assertThat(replies.answer(2)).isNull();
    }

    @Test
    void theAnswerGivenFirstGoesFirst() {
        Replies replies = new Replies(4);
        for (long id = 1; id <= 4; id++) {
            replies.start(id, false);
        }
        // 1 is answered last: whoever knows what came after it has not got it yet.
        for (long id : new long[] {2, 3, 4, 1}) {
            replies.finish(id, answer(id));
        }
        replies.start(5, false);
        replies.start(6, false);
        replies.start(7, false);
        assertThat(replies.answer(1)).isEqualTo(answer(1));
        assertThat(replies.answer(2)).isNull();
        assertThat(replies.answer(3)).isNull();
        assertThat(replies.answer(4)).isNull();
        assertThat(replies.running()).isEqualTo(3);
    }

    @Test
    void whatWasWrittenLaterInATurnGoesLater() {
        Replies replies = new Replies(4);
        for (long id = 1; id <= 3; id++) {
            replies.start(id, false);
        }
        replies.finish(1, answer(1));
        replies.renew();
        // The answers to 2 and 3 come by themselves on the new connection; 1 is asked for again, and perhaps 2 and 3
        // with it.
        replies.finish(2, answer(2));
        replies.finish(3, answer(3));
        for (long id = 1; id <= 3; id++) {
            assertThat(replies.again(id)).isEqualTo(answer(id));
        }
        StateWriter out = new StateWriter();
        FrameState.write(out, replies);
        Replies back = new Replies(4);
        FrameState.read(new StateReader(out.toBytes()), back);
        for (Replies each : new Replies[] {replies, back}) {
            each.start(4, false);
            each.start(5, false);
            each.start(6, false);
            assertThat(each.answer(2)).isNull();
            assertThat(each.answer(3)).isNull();
            assertThat(each.answer(1)).isEqualTo(answer(1));
        }
    }

    @Test
    void anIdUsedAgainForgetsTheEarlierAnswer() {
        Replies replies = new Replies(4);
        replies.start(1, false);
        replies.finish(1, answer(1));
        replies.start(1, false);
        assertThat(replies.answer(1)).isNull();
        assertThat(replies.runs(1)).isTrue();
        assertThat(replies.size()).isEqualTo(1);
        replies.forget(1);
        assertThat(replies.running()).isZero();
        assertThat(replies.size()).isZero();
    }

    @Test
    void aLaterAttachForgetsReadsAndSubscriptions() {
        Replies replies = new Replies(8);
        replies.start(1, true);
        replies.start(2, false);
        replies.start(3, false);
        replies.finish(3, new ServerFrame.Subscribed(3, "chat", new Position("e", 1), false, 0, null, false));
        replies.start(4, false);
        replies.finish(4, new ServerFrame.Unsubscribed(4, "chat", "client"));
        replies.start(5, false);
        replies.finish(5, new ServerFrame.Error(5, ErrorCode.NOT_SUBSCRIBED, "channel", 0));
        replies.renew();
        assertThat(replies.runs(1)).isFalse();
        assertThat(replies.runs(2)).isTrue();
        assertThat(replies.answer(3)).isNull();
        assertThat(replies.answer(4)).isNull();
        assertThat(replies.answer(5)).isNotNull();
        assertThat(replies.running()).isEqualTo(1);
    }

    @Test
    void whatWasWrittenOutIsReadBack() {
        Replies replies = new Replies(4);
        replies.start(1, true);
        replies.start(2, false);
        replies.start(3, false);
        replies.finish(2, answer(2));
        StateWriter out = new StateWriter();
        FrameState.write(out, replies);
        Replies read = new Replies(4);
        FrameState.read(new StateReader(out.toBytes()), read);
        assertThat(read.running()).isEqualTo(2);
        assertThat(read.answer(2)).isEqualTo(answer(2));
        assertThat(read.runs(3)).isTrue();
        read.renew();
        assertThat(read.runs(1)).isFalse();
    }
}
