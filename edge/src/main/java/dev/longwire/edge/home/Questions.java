// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Append;
import dev.longwire.core.channel.ChannelRequest.Attach;
import dev.longwire.core.channel.ChannelRequest.Detach;
import dev.longwire.core.channel.ChannelRequest.Enter;
import dev.longwire.core.channel.ChannelRequest.Leave;
import dev.longwire.core.channel.ChannelRequest.OnPresence;
import dev.longwire.core.channel.ChannelRequest.Page;
import dev.longwire.core.channel.ChannelRequest.Read;
import dev.longwire.core.channel.ChannelRequest.Refusal;
import dev.longwire.core.channel.ChannelRequest.Renew;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.channel.ChannelRequest.Trace;
import dev.longwire.core.channel.ChannelRequest.Who;
import dev.longwire.core.presence.Roster.Attendant;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a hub asks a channel's owner, as bytes between two objects. */
final class Questions {

    private static final int ATTACH = 1;
    private static final int DETACH = 2;
    private static final int APPEND = 3;
    private static final int READ = 4;
    private static final int PAGE = 5;
    private static final int TRACE = 6;
    private static final int ENTER = 7;
    private static final int LEAVE = 8;
    private static final int RENEW = 9;
    private static final int WHO = 10;

    private Questions() {}

    static byte[] write(ChannelRequest request) {
        StateWriter out = new StateWriter();
        switch (request) {
            case Attach attach -> {
                head(out, ATTACH, attach.channel(), attach.tag());
                out.number(attach.generation());
                position(out, attach.since());
                out.number(attach.last());
            }
            case Detach detach -> {
                head(out, DETACH, detach.channel(), Tag.HUB);
                out.number(detach.generation());
            }
            case Append append -> append(out, append);
            case Read read -> {
                head(out, READ, read.channel(), read.tag());
                out.text(read.epoch());
                out.number(read.from());
                out.number(read.to());
                out.number(read.maxBytes());
                out.flag(read.latest());
            }
            case Page page -> {
                head(out, PAGE, page.channel(), page.tag());
                out.optionalText(page.epoch());
                out.number(page.after());
                out.number(page.before());
                out.number(page.limit());
                out.flag(page.reverse());
            }
            case Trace trace -> {
                head(out, TRACE, trace.channel(), trace.tag());
                out.text(trace.publisher());
                out.text(trace.key());
            }
            case OnPresence presence -> presence(out, presence);
        }
        return out.toBytes();
    }

    private static void presence(StateWriter out, OnPresence request) {
        switch (request) {
            case Enter enter -> {
                head(out, ENTER, enter.channel(), enter.tag());
                out.number(enter.action().ordinal());
                out.number(enter.life());
                who(out, enter.who());
                payload(out, enter.info());
                payload(out, enter.data());
            }
            case Leave leave -> {
                head(out, LEAVE, leave.channel(), leave.tag());
                out.number(leave.life());
                who(out, leave.who());
                out.number(leave.lateMillis());
            }
            case Renew renew -> {
                head(out, RENEW, renew.channel(), Tag.HUB);
                out.number(renew.life());
                out.number(renew.holdings());
            }
            case Who who -> {
                head(out, WHO, who.channel(), who.tag());
                out.text(who.after());
                out.flag(who.list());
            }
        }
    }

    private static void who(StateWriter out, Attendant who) {
        out.optionalText(who.user());
        out.text(who.client());
        out.number(who.turn());
    }

    private static Attendant who(StateReader in) {
        return new Attendant(in.optionalText(), in.text(), in.number());
    }

    static void payload(StateWriter out, @Nullable Payload payload) {
        out.flag(payload != null);
        if (payload != null) {
            out.flag(payload.binary());
            out.bytes(payload.bytes());
        }
    }

    static @Nullable Payload payload(StateReader in) {
        if (!in.flag()) {
            return null;
        }
        boolean binary = in.flag();
        return new Payload(in.bytes(), binary);
    }

    private static void append(StateWriter out, Append append) {
        head(out, APPEND, append.channel(), append.tag());
        out.optionalText(append.user());
        out.text(append.client());
        out.flag(append.payload().binary());
        out.bytes(append.payload().bytes());
        out.optionalText(append.extras().key());
        out.optionalText(append.extras().slot());
        out.number(append.extras().headers().size());
        append.extras().headers().forEach((name, value) -> {
            out.text(name);
            out.text(value);
        });
        Refusal refusal = append.refusal();
        out.flag(refusal != null);
        if (refusal != null) {
            out.number(refusal.code().number());
            out.number(refusal.retryAfterMillis());
        }
    }

    static ChannelRequest read(byte[] bytes) {
        StateReader in = new StateReader(bytes);
        int kind = in.count();
        String channel = in.text();
        Tag tag = new Tag(in.text(), in.number(), in.number());
        return switch (kind) {
            case ATTACH -> new Attach(channel, tag, in.number(), position(in), in.count());
            case DETACH -> new Detach(channel, in.number());
            case APPEND -> append(in, channel, tag);
            case READ -> new Read(channel, tag, in.text(), in.number(), in.number(), in.count(), in.flag());
            case PAGE ->
                new Page(channel, tag, in.optionalText(), in.number(), in.number(), (int) in.number(), in.flag());
            case TRACE -> new Trace(channel, tag, in.text(), in.text());
            case ENTER ->
                new Enter(channel, tag, Action.values()[in.count()], in.number(), who(in), payload(in), payload(in));
            case LEAVE -> new Leave(channel, tag, in.number(), who(in), in.number());
            case RENEW -> new Renew(channel, in.number(), in.count());
            case WHO -> new Who(channel, tag, in.text(), in.flag());
            default -> throw new IllegalArgumentException("unknown question");
        };
    }

    private static Append append(StateReader in, String channel, Tag tag) {
        String user = in.optionalText();
        String client = in.text();
        boolean binary = in.flag();
        Payload payload = new Payload(in.bytes(), binary);
        String key = in.optionalText();
        String slot = in.optionalText();
        Map<String, String> headers = new LinkedHashMap<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            String name = in.text();
            headers.put(name, in.text());
        }
        Refusal refusal = in.flag() ? new Refusal(Answers.code(in.count()), in.number()) : null;
        return new Append(channel, tag, user, client, payload, new Extras(key, slot, headers), payload, refusal);
    }

    private static void head(StateWriter out, int kind, String channel, Tag tag) {
        out.number(kind);
        out.text(channel);
        tag(out, tag);
    }

    static void tag(StateWriter out, Tag tag) {
        out.text(tag.session());
        out.number(tag.turn());
        out.number(tag.id());
    }

    static void position(StateWriter out, @Nullable Position position) {
        out.flag(position != null);
        if (position != null) {
            out.text(position.epoch());
            out.number(position.offset());
        }
    }

    static @Nullable Position position(StateReader in) {
        return in.flag() ? new Position(in.text(), in.number()) : null;
    }
}
