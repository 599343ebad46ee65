// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.api.BackendRequest;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelReply.Appended;
import dev.longwire.core.channel.ChannelReply.Attached;
import dev.longwire.core.channel.ChannelReply.Entered;
import dev.longwire.core.channel.ChannelReply.Paged;
import dev.longwire.core.channel.ChannelReply.Refused;
import dev.longwire.core.channel.ChannelReply.Roll;
import dev.longwire.core.channel.ChannelReply.Sliced;
import dev.longwire.core.channel.ChannelReply.Traced;
import dev.longwire.core.channel.ChannelReply.Unknown;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.presence.Roster;
import dev.longwire.core.rate.Limit;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Unrecovered;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a channel's owner tells a hub, as bytes between two objects: answers, and news of its log. */
final class Answers {

    /** How safe a message is: the owner's object has stored it before any answer leaves. */
    private static final String LEVEL = "storage";

    private static final int ATTACHED = 1;
    private static final int APPENDED = 2;
    private static final int REFUSED = 3;
    private static final int SLICED = 4;
    private static final int PAGED = 5;
    private static final int TRACED = 6;
    private static final int PUSHED = 7;
    private static final int ENTERED = 8;
    private static final int ROLL = 9;
    private static final int UNKNOWN = 10;

    private Answers() {}

    static byte[] pushed(String channel, String epoch, LogSlice slice) {
        StateWriter out = new StateWriter();
        head(out, PUSHED, channel, Tag.HUB);
        out.text(epoch);
        StoredSlice.write(out, slice);
        return out.toBytes();
    }

    /** The answer to a backend, which says the same of how safe a message is. */
    static ServerFrame frame(ChannelReply reply) {
        return BackendRequest.answer(
                reply instanceof Appended appended
                        ? new Appended(
                                appended.channel(),
                                appended.tag(),
                                appended.position(),
                                LEVEL,
                                appended.duplicate(),
                                appended.dedupeMillis())
                        : reply);
    }

    static byte[] write(ChannelReply reply) {
        StateWriter out = new StateWriter();
        switch (reply) {
            case Attached attached -> attached(out, attached);
            case Appended appended -> {
                head(out, APPENDED, appended.channel(), appended.tag());
                Questions.position(out, appended.position());
                out.text(LEVEL);
                out.flag(appended.duplicate());
                out.number(appended.dedupeMillis());
            }
            case Refused refused -> {
                head(out, REFUSED, refused.channel(), refused.tag());
                out.number(refused.code().number());
                out.number(refused.retryAfterMillis());
                out.number(refused.limit() == null ? -1 : refused.limit().ordinal());
            }
            case Sliced sliced -> {
                head(out, SLICED, sliced.channel(), sliced.tag());
                out.text(sliced.epoch());
                StoredSlice.write(out, (LogSlice) sliced.slice());
            }
            case Paged paged -> {
                head(out, PAGED, paged.channel(), paged.tag());
                Questions.position(out, paged.head());
                out.number(paged.messages().size());
                paged.messages().forEach(each -> out.bytes(Codec.of(Format.JSON).encode(each)));
                out.number(paged.next());
            }
            case Traced traced -> {
                head(out, TRACED, traced.channel(), traced.tag());
                Questions.position(out, traced.head());
                Questions.position(out, traced.position());
            }
            case Entered entered -> {
                head(out, ENTERED, entered.channel(), entered.tag());
                out.number(entered.action().ordinal());
                Questions.position(out, entered.at());
            }
            case Roll roll -> roll(out, roll);
            case Unknown unknown -> head(out, UNKNOWN, unknown.channel(), unknown.tag());
        }
        return out.toBytes();
    }

    private static void attached(StateWriter out, Attached attached) {
        head(out, ATTACHED, attached.channel(), attached.tag());
        out.number(attached.generation());
        Questions.position(out, attached.head());
        out.number(attached.start());
        out.flag(attached.recovered());
        out.number(attached.reason() == null ? -1 : attached.reason().ordinal());
    }

    private static void roll(StateWriter out, Roll roll) {
        head(out, ROLL, roll.channel(), roll.tag());
        Questions.position(out, roll.at());
        out.number(roll.count());
        out.number(roll.page().members().size());
        for (Member member : roll.page().members()) {
            out.optionalText(member.user());
            out.optionalText(member.client());
            Questions.payload(out, member.info());
            Questions.payload(out, member.data());
            out.number(member.version());
        }
        out.optionalText(roll.page().next());
        out.number(roll.page().bytes());
    }

    private static Roll roll(StateReader in, String channel, Tag tag) {
        Position at = required(in);
        long count = in.number();
        List<Member> members = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            members.add(new Member(
                    in.optionalText(), in.optionalText(), Questions.payload(in), Questions.payload(in), in.number()));
        }
        return new Roll(channel, tag, at, count, new Roster.Page(members, in.optionalText(), in.count()));
    }

    private static void head(StateWriter out, int kind, String channel, Tag tag) {
        out.number(kind);
        out.text(channel);
        Questions.tag(out, tag);
    }

    static HubInput read(byte[] bytes) {
        StateReader in = new StateReader(bytes);
        int kind = in.count();
        String channel = in.text();
        Tag tag = new Tag(in.text(), in.number(), in.number());
        if (kind == PUSHED) {
            return new HubInput.Pushed(channel, in.text(), StoredSlice.read(in));
        }
        return new HubInput.Answered(reply(in, kind, channel, tag));
    }

    private static ChannelReply reply(StateReader in, int kind, String channel, Tag tag) {
        return switch (kind) {
            case ATTACHED -> attached(in, channel, tag);
            case APPENDED -> new Appended(channel, tag, required(in), in.text(), in.flag(), in.number());
            case REFUSED -> new Refused(channel, tag, code(in.count()), in.number(), limit(in.number()));
            case SLICED -> new Sliced(channel, tag, in.text(), StoredSlice.read(in));
            case PAGED -> paged(in, channel, tag);
            case TRACED -> new Traced(channel, tag, required(in), Questions.position(in));
            case ENTERED -> new Entered(channel, tag, Action.values()[in.count()], required(in));
            case ROLL -> roll(in, channel, tag);
            case UNKNOWN -> new Unknown(channel, tag);
            default -> throw new IllegalArgumentException("unknown answer");
        };
    }

    private static Attached attached(StateReader in, String channel, Tag tag) {
        long generation = in.number();
        Position head = required(in);
        long start = in.number();
        boolean recovered = in.flag();
        int reason = (int) in.number();
        return new Attached(
                channel, tag, generation, head, start, recovered, reason < 0 ? null : Unrecovered.values()[reason]);
    }

    private static Paged paged(StateReader in, String channel, Tag tag) {
        Position head = required(in);
        List<Message> messages = new ArrayList<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            byte[] frame = in.bytes();
            messages.add(Codec.of(Format.JSON).decodeMessage(frame, 0, frame.length));
        }
        return new Paged(channel, tag, head, messages, in.number());
    }

    private static Position required(StateReader in) {
        return Objects.requireNonNull(Questions.position(in));
    }

    private static @Nullable Limit limit(long ordinal) {
        return ordinal < 0 ? null : Limit.values()[(int) ordinal];
    }

    static ErrorCode code(int number) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.number() == number) {
                return code;
            }
        }
        throw new IllegalArgumentException("unknown code");
    }
}
