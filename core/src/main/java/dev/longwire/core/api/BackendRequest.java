// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.api;

import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a backend asks: a question for the owner of a channel, or what is wrong with it. Used by any thread. */
public sealed interface BackendRequest {

    /** Messages in a page of history when the backend doesn't say. */
    int PAGE = 100;

    /**
     * Something to be asked of a channel's owner.
     *
     * @param of the question, once it is known whose answer it is
     */
    record Question(String channel, Function<Tag, ChannelRequest> of) implements BackendRequest {}

    /** Nothing can be asked. */
    record Wrong(ErrorCode code, @Nullable String field) implements BackendRequest {}

    /** All keys of the API are one publisher: a repeat is recognised although the key that opens was changed meanwhile. */
    static BackendRequest append(ClientFrame item) {
        if (item instanceof ClientFrame.Bad bad) {
            return new Wrong(bad.code(), bad.field());
        }
        ClientFrame.Publish publish = (ClientFrame.Publish) item;
        return new Question(
                publish.channel(),
                tag -> new ChannelRequest.Append(
                        publish.channel(),
                        tag,
                        null,
                        ChannelRequest.BACKEND,
                        publish.payload(),
                        publish.extras(),
                        publish.payload(),
                        null));
    }

    /**
     * A page of a log, or what became of a publish of this API.
     *
     * @param query gives a parameter of the request, or null
     */
    static BackendRequest history(Function<String, @Nullable String> query) {
        String channel = query.apply("channel");
        String after = query.apply("after");
        String before = query.apply("before");
        String key = query.apply("key");
        Position bound = position(after == null ? before : after);
        int limit = limit(query.apply("limit"));
        if (channel == null || !ChannelName.valid(channel)) {
            return nameless(channel);
        }
        if (after != null && (bound == null || before != null)) {
            return new Wrong(ErrorCode.INVALID_FIELD, "after");
        }
        if (before != null && bound == null) {
            return new Wrong(ErrorCode.INVALID_FIELD, "before");
        }
        if (limit < 1) {
            return new Wrong(ErrorCode.INVALID_FIELD, "limit");
        }
        if (key != null) {
            String publisher = ChannelRequest.publisher(null, ChannelRequest.BACKEND);
            return new Question(channel, tag -> new ChannelRequest.Trace(channel, tag, publisher, key));
        }
        boolean reverse = before != null || "true".equals(query.apply("reverse"));
        return new Question(
                channel,
                tag -> new ChannelRequest.Page(
                        channel,
                        tag,
                        bound == null ? null : bound.epoch(),
                        after == null || bound == null ? -1 : bound.offset(),
                        before == null || bound == null ? -1 : bound.offset(),
                        limit,
                        reverse));
    }

    /** A page of those who are in a channel, or how many. */
    static BackendRequest presence(Function<String, @Nullable String> query) {
        String channel = query.apply("channel");
        if (channel == null || !ChannelName.valid(channel)) {
            return nameless(channel);
        }
        String cursor = query.apply("cursor");
        boolean list = !"true".equals(query.apply("count"));
        String name = PresenceName.of(channel);
        return new Question(name, tag -> new ChannelRequest.Who(name, tag, cursor == null ? "" : cursor, list));
    }

    private static Wrong nameless(@Nullable String channel) {
        return new Wrong(channel == null ? ErrorCode.MISSING_FIELD : ErrorCode.BAD_CHANNEL, "channel");
    }

    /** 1 to 100, or 0 for what is not that. */
    private static int limit(@Nullable String text) {
        if (text == null) {
            return PAGE;
        }
        boolean number = !text.isEmpty() && text.length() <= 3 && digits(text);
        int limit = number ? Integer.parseInt(text) : 0;
        return limit <= PAGE ? limit : 0;
    }

    /** Whether these are digits of ASCII, and nothing else. */
    static boolean digits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** {@code epoch:offset}. */
    static @Nullable Position position(@Nullable String text) {
        int colon = text == null ? -1 : text.lastIndexOf(':');
        if (text == null || colon < 1 || colon > 128) {
            return null;
        }
        String offset = text.substring(colon + 1);
        if (offset.isEmpty() || offset.length() > 16 || !digits(offset)) {
            return null;
        }
        return new Position(text.substring(0, colon), Long.parseLong(offset));
    }

    /** The answer as the frame that a client would get, without an id. */
    static ServerFrame answer(ChannelReply reply) {
        return switch (reply) {
            case ChannelReply.Appended appended ->
                new ServerFrame.Published(
                        0,
                        appended.channel(),
                        appended.position(),
                        appended.stored(),
                        appended.dedupeMillis(),
                        appended.duplicate());
            case ChannelReply.Paged paged -> {
                Position next =
                        paged.next() < 0 ? null : new Position(paged.head().epoch(), paged.next());
                yield new ServerFrame.History(0, paged.channel(), paged.head(), paged.messages(), next);
            }
            case ChannelReply.Traced traced ->
                new ServerFrame.Outcome(0, traced.channel(), traced.head(), traced.position());
            case ChannelReply.Roll roll ->
                new ServerFrame.Members(
                        0,
                        PresenceName.channel(roll.channel()),
                        roll.at(),
                        roll.count(),
                        roll.page().members(),
                        roll.page().next());
            case ChannelReply.Refused refused ->
                new ServerFrame.Error(0, refused.code(), null, refused.retryAfterMillis());
            default -> new ServerFrame.Error(0, ErrorCode.INTERNAL, null, 0);
        };
    }
}
