// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The server's frames of presence: written with fields in the order of {@code docs/protocol.md}, and read back. */
final class PresenceFrames {

    private static final String TYPE = "presence";
    private static final String PART = "part";
    private static final String END = "end";
    private static final int ANY = Integer.MAX_VALUE;

    private final FrameWriter out;

    PresenceFrames(FrameWriter out) {
        this.out = out;
    }

    void attended(ServerFrame.Attended frame) throws IOException {
        boolean observes = frame.action() == ClientFrame.Presence.Action.OBSERVE;
        boolean counts = frame.action() == ClientFrame.Presence.Action.COUNT;
        out.open(TYPE, frame.id(), 6 + one(observes) + one(counts));
        out.text(Field.CHANNEL, frame.channel());
        out.text(Field.ACTION, frame.action().wire());
        out.presencePosition(frame.at());
        if (observes) {
            out.flag(Field.RECOVERED, frame.recovered());
        }
        if (counts) {
            out.number(Field.COUNT, frame.count());
        }
    }

    void members(ServerFrame.Members page) throws IOException {
        out.open(TYPE, page.id(), 7 + one(page.next() != null));
        head(page.channel(), page.at(), page.count());
        list(Field.MEMBERS, page.members());
        out.textIfAny(Field.NEXT, page.next());
    }

    void synced(ServerFrame.Synced part) throws IOException {
        out.open(TYPE, 0, 8);
        head(part.channel(), part.at(), part.count());
        out.text(Field.SYNC, part.end() ? END : PART);
        list(Field.MEMBERS, part.members());
    }

    void changed(ServerFrame.Changed changed) throws IOException {
        int lists = one(!changed.joined().isEmpty())
                + one(!changed.updated().isEmpty())
                + one(!changed.left().isEmpty());
        out.open(TYPE, 0, 6 + lists);
        head(changed.channel(), changed.at(), changed.count());
        listIfAny(Field.JOINED, changed.joined());
        listIfAny(Field.UPDATED, changed.updated());
        listIfAny(Field.LEFT, changed.left());
    }

    void dropped(ServerFrame.Dropped dropped) throws IOException {
        out.open(TYPE, 0, 5);
        out.text(Field.CHANNEL, dropped.channel());
        out.text(Field.ACTION, dropped.action().wire());
        out.text(Field.REASON, dropped.reason());
    }

    private void head(String channel, Position at, long count) throws IOException {
        out.text(Field.CHANNEL, channel);
        out.presencePosition(at);
        out.number(Field.COUNT, count);
    }

    private void listIfAny(Field field, List<Member> members) throws IOException {
        if (!members.isEmpty()) {
            list(field, members);
        }
    }

    private void list(Field field, List<Member> members) throws IOException {
        out.openList(field, members.size());
        for (Member member : members) {
            int known = one(member.user() != null) + one(member.client() != null);
            out.open(1 + known + one(member.info() != null) + one(member.data() != null));
            out.textIfAny(Field.USER, member.user());
            out.textIfAny(Field.CLIENT, member.client());
            out.number(Field.VERSION, member.version());
            out.json(Field.INFO, member.info());
            out.payload(member.data());
            out.end();
        }
        out.endList();
    }

    private static int one(boolean present) {
        return present ? 1 : 0;
    }

    static ServerFrame read(Fields fields) throws Refused {
        long id = fields.number(Field.ID, 1, 0);
        String channel = fields.text(Field.CHANNEL, ANY);
        if (fields.has(Field.REASON)) {
            return new ServerFrame.Dropped(channel, action(fields), fields.text(Field.REASON, ANY));
        }
        Position at = fields.presencePosition();
        long count = fields.number(Field.COUNT, 0, -1);
        if (fields.has(Field.ACTION)) {
            return new ServerFrame.Attended(id, channel, action(fields), at, count, fields.flag(Field.RECOVERED));
        }
        if (fields.has(Field.SYNC)) {
            return new ServerFrame.Synced(
                    channel, at, count, list(fields, Field.MEMBERS), fields.isText(Field.SYNC, END));
        }
        if (fields.has(Field.MEMBERS)) {
            String next = fields.optionalText(Field.NEXT, ANY);
            return new ServerFrame.Members(id, channel, at, count, list(fields, Field.MEMBERS), next);
        }
        return new ServerFrame.Changed(
                channel, at, count, list(fields, Field.JOINED), list(fields, Field.UPDATED), list(fields, Field.LEFT));
    }

    private static ClientFrame.Presence.Action action(Fields fields) throws Refused {
        ClientFrame.Presence.Action action = ClientFrame.Presence.Action.of(fields.text(Field.ACTION, ANY));
        if (action == null) {
            throw fields.invalid(Field.ACTION);
        }
        return action;
    }

    private static List<Member> list(Fields fields, Field field) throws Refused {
        List<Member> members = new ArrayList<>();
        for (Fields each : fields.maps(field)) {
            members.add(new Member(
                    each.optionalText(Field.USER, ANY),
                    each.optionalText(Field.CLIENT, ANY),
                    each.optionalJson(Field.INFO),
                    each.optionalPayload(),
                    each.number(Field.VERSION, 0)));
        }
        return members;
    }
}
