// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a client's frame from the fields of its map, or says in its place what is wrong with it. */
final class ClientFrameDecoder {

    private static final int MAX_NAME = 128;
    private static final int MAX_SESSION = 1024;
    private static final int MAX_TOKEN = 16 * 1024;
    private static final int MAX_TYPE = 32;
    private static final int MAX_MEMBER = 256;

    private ClientFrameDecoder() {}

    static ClientFrame decode(Fields fields) {
        if (!fields.has(Field.TYPE)) {
            return new ClientFrame.Bad(fields.idOrZero(), ErrorCode.MISSING_FIELD, Field.TYPE.wire());
        }
        try {
            return frame(fields);
        } catch (Refused refused) {
            return new ClientFrame.Bad(fields.idOrZero(), refused.code(), refused.field());
        }
    }

    private static ClientFrame frame(Fields fields) throws Refused {
        String type = fields.value(Field.TYPE, String.class);
        return switch (type == null || type.length() > MAX_TYPE ? "" : type) {
            case "connect" -> connect(fields);
            case "subscribe" -> new ClientFrame.Subscribe(id(fields), want(fields), retry(fields));
            case "unsubscribe" -> new ClientFrame.Unsubscribe(id(fields), channel(fields), retry(fields));
            case "subscriptions" -> new ClientFrame.Subscriptions(id(fields));
            case "publish" -> publish(fields);
            case "history" -> history(fields);
            case "presence" -> presence(fields);
            case "call" ->
                new ClientFrame.Call(
                        id(fields), fields.text(Field.METHOD, MAX_NAME), fields.optionalPayload(), retry(fields));
            case "refresh" -> refresh(fields);
            case "ping" -> new ClientFrame.Ping();
            case "disconnect" -> new ClientFrame.Disconnect();
            default -> throw new Refused(ErrorCode.UNKNOWN_TYPE, Field.TYPE.wire());
        };
    }

    private static long id(Fields fields) throws Refused {
        return fields.number(Field.ID, 1);
    }

    private static boolean retry(Fields fields) throws Refused {
        return fields.flag(Field.RETRY);
    }

    static String channel(Fields fields) throws Refused {
        String channel = fields.value(Field.CHANNEL, String.class);
        if (channel == null) {
            throw fields.missing(Field.CHANNEL);
        }
        if (!ChannelName.valid(channel)) {
            throw new Refused(ErrorCode.BAD_CHANNEL, fields.prefix() + Field.CHANNEL.wire());
        }
        return channel;
    }

    private static ClientFrame connect(Fields fields) throws Refused {
        return new ClientFrame.Connect(
                id(fields),
                fields.optionalText(Field.TOKEN, MAX_TOKEN),
                fields.optionalText(Field.AGENT, MAX_NAME),
                fields.optionalText(Field.NONCE, MAX_NAME),
                fields.flag(Field.BATCH),
                resume(fields.map(Field.RESUME)));
    }

    private static ClientFrame.@Nullable Resume resume(@Nullable Fields fields) throws Refused {
        if (fields == null) {
            return null;
        }
        String session = fields.optionalText(Field.SESSION, MAX_SESSION);
        long turn = fields.number(Field.TURN, 1, 0);
        List<Want> wants = new ArrayList<>();
        for (Fields entry : fields.maps(Field.CHANNELS)) {
            wants.add(resumed(entry));
        }
        List<ClientFrame.Observation> observe = new ArrayList<>();
        for (Fields entry : fields.maps(Field.OBSERVE)) {
            observe.add(new ClientFrame.Observation(channel(entry), known(entry)));
        }
        return new ClientFrame.Resume(session, turn, List.copyOf(wants), List.copyOf(observe));
    }

    /** An entry of {@code resume.channels}: the body of a subscribe, whose position may stand there without since. */
    private static Want resumed(Fields entry) throws Refused {
        if (!entry.has(Field.EPOCH) && !entry.has(Field.OFFSET)) {
            return want(entry);
        }
        if (entry.has(Field.SINCE)) {
            throw entry.invalid(Field.SINCE);
        }
        if (entry.has(Field.LAST)) {
            throw entry.invalid(Field.LAST);
        }
        return withPresence(entry, channel(entry), entry.position(), 0);
    }

    private static Want want(Fields fields) throws Refused {
        String channel = channel(fields);
        Position since = fields.position(Field.SINCE);
        if (since != null && fields.has(Field.LAST)) {
            throw fields.invalid(Field.LAST);
        }
        return withPresence(fields, channel, since, capped(fields.number(Field.LAST, 0, 0)));
    }

    /** Presence is asked for by {@code true} or by the position that the client knows. */
    private static Want withPresence(Fields fields, String channel, @Nullable Position since, int last) throws Refused {
        Fields presence = fields.mapOrFlag(Field.PRESENCE);
        if (presence == null) {
            return new Want(channel, since, last, fields.flag(Field.PRESENCE));
        }
        return new Want(channel, since, last, true, known(presence));
    }

    /** A position of presence, or none at all. */
    private static @Nullable Position known(Fields fields) throws Refused {
        return fields.has(Field.EPOCH) || fields.has(Field.VERSION) ? fields.presencePosition() : null;
    }

    private static int capped(long count) {
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    private static ClientFrame publish(Fields fields) throws Refused {
        return publication(id(fields), channel(fields), fields);
    }

    /** What is to be published, once it is known where. */
    static ClientFrame.Publish publication(long id, String channel, Fields fields) throws Refused {
        String key = fields.optionalText(Field.KEY, MAX_NAME);
        String slot = fields.optionalText(Field.SLOT, MAX_NAME);
        boolean plain = key == null && slot == null && !fields.has(Field.HEADERS);
        ClientFrame.Extras extras =
                plain ? ClientFrame.Extras.NONE : new ClientFrame.Extras(key, slot, fields.headers());
        return new ClientFrame.Publish(id, channel, fields.payload(), extras, retry(fields));
    }

    private static ClientFrame history(Fields fields) throws Refused {
        long id = id(fields);
        String channel = channel(fields);
        Position since = fields.position(Field.SINCE);
        Position before = fields.position(Field.BEFORE);
        int limit = capped(fields.number(Field.LIMIT, 1, 0));
        boolean reverse = fields.flag(Field.REVERSE);
        String key = fields.optionalText(Field.KEY, MAX_NAME);
        if (since != null && (reverse || key != null)) {
            throw fields.invalid(Field.SINCE);
        }
        if (before != null && (since != null || !reverse || key != null)) {
            throw fields.invalid(Field.BEFORE);
        }
        return new ClientFrame.History(id, channel, since, before, limit, reverse, key);
    }

    private static ClientFrame refresh(Fields fields) throws Refused {
        return new ClientFrame.Refresh(
                id(fields), fields.text(Field.TOKEN, MAX_TOKEN), fields.flag(Field.ADD), retry(fields));
    }

    private static ClientFrame presence(Fields fields) throws Refused {
        long id = id(fields);
        String channel = channel(fields);
        ClientFrame.Presence.Action action = ClientFrame.Presence.Action.of(fields.text(Field.ACTION, MAX_TYPE));
        if (action == null) {
            throw fields.invalid(Field.ACTION);
        }
        Fields since = fields.map(Field.SINCE);
        return new ClientFrame.Presence(
                id,
                channel,
                action,
                fields.optionalPayload(),
                since == null ? null : since.presencePosition(),
                fields.optionalText(Field.AFTER, MAX_MEMBER),
                retry(fields));
    }
}
