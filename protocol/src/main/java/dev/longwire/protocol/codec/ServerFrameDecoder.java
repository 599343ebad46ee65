// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a server's frame from the fields of its map. */
final class ServerFrameDecoder {

    private static final int ANY = Integer.MAX_VALUE;

    private ServerFrameDecoder() {}

    static ServerFrame decode(Fields fields) throws Refused {
        return switch (fields.text(Field.TYPE, ANY)) {
            case "message" -> message(fields, channel(fields));
            case "published" -> published(fields);
            case "connected" -> connected(fields);
            case "subscribed" -> subscribed(fields);
            case "unsubscribed" ->
                new ServerFrame.Unsubscribed(id(fields), channel(fields), fields.text(Field.REASON, ANY));
            case "subscriptions" -> subscriptions(fields);
            case "history" -> fields.has(Field.OUTCOME) ? outcome(fields) : history(fields);
            case "result" -> new ServerFrame.Result(id(fields), fields.payload());
            case "refresh" -> new ServerFrame.Refreshed(id(fields), time(fields, Field.EXPIRES));
            case "presence" -> PresenceFrames.read(fields);
            case "reset" -> reset(fields);
            case "pong" -> new ServerFrame.Pong();
            case "error" -> error(fields);
            case "disconnect" -> disconnect(fields);
            default -> throw new Refused(ErrorCode.UNKNOWN_TYPE, Field.TYPE.wire());
        };
    }

    private static long id(Fields fields) throws Refused {
        return fields.number(Field.ID, 1, 0);
    }

    private static String channel(Fields fields) throws Refused {
        return fields.text(Field.CHANNEL, ANY);
    }

    private static long time(Fields fields, Field field) throws Refused {
        return fields.isNull(field) ? 0 : fields.number(field, 1);
    }

    private static @Nullable String orNull(Fields fields, Field field) throws Refused {
        return fields.isNull(field) ? null : fields.text(field, ANY);
    }

    private static ServerFrame.Message message(Fields fields, String channel) throws Refused {
        return new ServerFrame.Message(
                channel,
                fields.number(Field.OFFSET, 1),
                fields.number(Field.TIME, 0),
                orNull(fields, Field.FROM),
                fields.text(Field.CLIENT, ANY),
                fields.optionalText(Field.SLOT, ANY),
                fields.headers(),
                fields.payload());
    }

    private static ServerFrame published(Fields fields) throws Refused {
        return new ServerFrame.Published(
                id(fields),
                channel(fields),
                fields.position(),
                fields.text(Field.STORED, ANY),
                fields.number(Field.DEDUPE, 1, 0),
                fields.flag(Field.DUPLICATE));
    }

    private static ServerFrame connected(Fields fields) throws Refused {
        return new ServerFrame.Connected(
                id(fields),
                fields.text(Field.SESSION, ANY),
                fields.text(Field.CLIENT, ANY),
                fields.flag(Field.RESUMED),
                fields.number(Field.TURN, 0),
                orNull(fields, Field.USER),
                fields.number(Field.PING, 0),
                fields.number(Field.WINDOW, 0),
                time(fields, Field.EXPIRES),
                fields.number(Field.DEDUPE, 0));
    }

    private static ServerFrame subscribed(Fields fields) throws Refused {
        return new ServerFrame.Subscribed(
                id(fields),
                channel(fields),
                fields.position(),
                fields.flag(Field.RECOVERED),
                fields.number(Field.REPLAY, 0),
                unrecovered(fields),
                fields.has(Field.PRESENCE) && !fields.flag(Field.PRESENCE));
    }

    private static ServerFrame.@Nullable Unrecovered unrecovered(Fields fields) throws Refused {
        String wire = fields.optionalText(Field.REASON, ANY);
        if (wire == null) {
            return null;
        }
        for (ServerFrame.Unrecovered reason : ServerFrame.Unrecovered.values()) {
            if (reason.wire().equals(wire)) {
                return reason;
            }
        }
        throw fields.invalid(Field.REASON);
    }

    private static ServerFrame subscriptions(Fields fields) throws Refused {
        List<ServerFrame.Subscriptions.Entry> entries = new ArrayList<>();
        for (Fields entry : fields.maps(Field.CHANNELS)) {
            entries.add(new ServerFrame.Subscriptions.Entry(channel(entry), entry.position()));
        }
        return new ServerFrame.Subscriptions(id(fields), entries);
    }

    private static ServerFrame history(Fields fields) throws Refused {
        String channel = channel(fields);
        List<ServerFrame.Message> messages = new ArrayList<>();
        for (Fields entry : fields.maps(Field.MESSAGES)) {
            messages.add(message(entry, channel));
        }
        return new ServerFrame.History(id(fields), channel, fields.position(), messages, fields.position(Field.NEXT));
    }

    private static ServerFrame outcome(Fields fields) throws Refused {
        Position position = fields.isText(Field.OUTCOME, "none") ? null : fields.position(Field.OUTCOME);
        return new ServerFrame.Outcome(id(fields), channel(fields), fields.position(), position);
    }

    private static ServerFrame reset(Fields fields) throws Refused {
        String channel = channel(fields);
        String reason = fields.text(Field.REASON, ANY);
        if (reason.equals(ServerFrame.Unrecovered.EPOCH_CHANGED.wire())) {
            return new ServerFrame.EpochChanged(channel, fields.text(Field.OLD, ANY), fields.position());
        }
        for (ServerFrame.Gap.Cause cause : ServerFrame.Gap.Cause.values()) {
            if (cause.wire().equals(reason)) {
                return new ServerFrame.Gap(
                        channel,
                        fields.text(Field.EPOCH, ANY),
                        fields.number(Field.FROM, 1),
                        fields.number(Field.TO, 1),
                        cause);
            }
        }
        throw fields.invalid(Field.REASON);
    }

    private static ServerFrame error(Fields fields) throws Refused {
        ErrorCode code = ErrorCode.of((int) fields.number(Field.CODE, 1));
        if (code == null) {
            throw fields.invalid(Field.CODE);
        }
        return new ServerFrame.Error(
                id(fields), code, fields.optionalText(Field.FIELD, ANY), fields.number(Field.RETRY_AFTER, 1, 0));
    }

    private static ServerFrame disconnect(Fields fields) throws Refused {
        CloseCode code = CloseCode.of((int) fields.number(Field.CODE, 1));
        if (code == null) {
            throw fields.invalid(Field.CODE);
        }
        return new ServerFrame.Disconnect(code, fields.number(Field.RETRY_AFTER, 1, 0));
    }
}
