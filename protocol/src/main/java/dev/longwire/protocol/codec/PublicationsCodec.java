// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an application's backend wants to have published: the body of a publish frame for one channel
 * ({@code channel}), for several ({@code channels}), or a list of such bodies ({@code messages}). JSON. It keeps nothing
 * between calls and may be used by any thread.
 */
public final class PublicationsCodec {

    private static final CodecLimits LIMITS = CodecLimits.DEFAULT;

    private PublicationsCodec() {}

    /**
     * What a body turned out to be: publications, or a fault.
     *
     * @param items each a {@link ClientFrame.Publish} or, in its place, {@link ClientFrame.Bad}; null when there is a fault
     * @param one whether one was asked for, and not a list that happens to have one
     * @param fault what is wrong with the body as a whole
     * @param field the field at fault, or null
     */
    public record Body(
            @Nullable List<ClientFrame> items,
            boolean one,
            @Nullable ErrorCode fault,
            @Nullable String field) {}

    public static Body decode(byte[] bytes) {
        ErrorCode fault = Codec.check(Format.JSON, bytes, 0, bytes.length, LIMITS.maxDepth());
        if (fault != null) {
            return new Body(null, false, fault, null);
        }
        try (Tokens tokens = Tokens.of(Format.JSON, bytes, 0, bytes.length, LIMITS.maxDepth())) {
            return body(tokens);
        } catch (Refused refused) {
            return new Body(null, false, refused.code(), refused.field());
        } catch (IOException syntax) {
            return new Body(null, false, ErrorCode.MALFORMED, null);
        }
    }

    private static Body body(Tokens tokens) throws IOException {
        if (tokens.next() != Token.OPEN_MAP) {
            throw new Refused(ErrorCode.NOT_A_FRAME, null);
        }
        FrameReader reader = new FrameReader(tokens, LIMITS);
        Fields fields = new Fields("");
        List<ClientFrame> messages = null;
        List<String> channels = null;
        while (tokens.nextName()) {
            Field field = Field.of(tokens.name());
            Token token = tokens.next();
            if (field == Field.MESSAGES && token == Token.OPEN_LIST) {
                messages = messages(tokens, reader);
            } else if (field == Field.CHANNELS && token == Token.OPEN_LIST) {
                channels = channels(tokens);
            } else {
                reader.put(field, token, fields);
            }
        }
        if (tokens.next() != Token.END) {
            throw Tokens.malformed();
        }
        return body(fields, messages, channels);
    }

    private static Body body(Fields fields, @Nullable List<ClientFrame> messages, @Nullable List<String> channels)
            throws Refused {
        // Where both stand, or one is no list, nobody knows what was meant.
        if (fields.has(Field.MESSAGES) || (messages != null && (channels != null || fields.has(Field.CHANNEL)))) {
            throw fields.invalid(Field.MESSAGES);
        }
        if (fields.has(Field.CHANNELS) || (channels != null && fields.has(Field.CHANNEL))) {
            throw fields.invalid(Field.CHANNELS);
        }
        if (messages != null) {
            return new Body(messages, false, null, null);
        }
        if (channels == null) {
            ClientFrame one = ClientFrameDecoder.publication(0, ClientFrameDecoder.channel(fields), fields);
            return new Body(List.of(one), true, null, null);
        }
        List<ClientFrame> items = new ArrayList<>();
        for (String channel : channels) {
            items.add(ClientFrameDecoder.publication(0, channel, fields));
        }
        return new Body(items, false, null, null);
    }

    private static List<ClientFrame> messages(Tokens tokens, FrameReader reader) throws IOException {
        // The body and the list stand around what is a frame's content elsewhere.
        tokens.inBatch();
        tokens.inBatch();
        List<ClientFrame> items = new ArrayList<>();
        for (Token token = tokens.next(); token != Token.CLOSE_LIST; token = tokens.next()) {
            if (token != Token.OPEN_MAP) {
                throw new Refused(ErrorCode.NOT_A_FRAME, Field.MESSAGES.wire());
            }
            room(items);
            items.add(item(reader.frame()));
        }
        return items;
    }

    private static ClientFrame item(Fields fields) {
        try {
            return ClientFrameDecoder.publication(0, ClientFrameDecoder.channel(fields), fields);
        } catch (Refused refused) {
            return new ClientFrame.Bad(0, refused.code(), refused.field());
        }
    }

    private static List<String> channels(Tokens tokens) throws IOException {
        List<String> names = new ArrayList<>();
        for (Token token = tokens.next(); token != Token.CLOSE_LIST; token = tokens.next()) {
            String name = token == Token.STRING ? tokens.text() : "";
            if (!ChannelName.valid(name)) {
                throw new Refused(ErrorCode.BAD_CHANNEL, Field.CHANNELS.wire());
            }
            room(names);
            names.add(name);
        }
        return names;
    }

    private static void room(List<?> items) throws Refused {
        if (items.size() == LIMITS.maxFrames()) {
            throw new Refused(ErrorCode.TOO_MANY_REQUESTS, null);
        }
    }
}
