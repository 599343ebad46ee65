// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Reply;
import dev.longwire.protocol.codec.ClientCodec;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Frames that a hub holds, as values: in the form that they have on the wire. */
final class FrameState {

    private FrameState() {}

    static void write(StateWriter out, @Nullable ArrayDeque<?> frames) {
        out.number(frames == null ? 0 : frames.size());
        if (frames != null) {
            for (Object frame : frames) {
                write(out, (ClientFrame) frame);
            }
        }
    }

    static void write(StateWriter out, ClientFrame frame) {
        boolean bad = frame instanceof ClientFrame.Bad;
        out.flag(bad);
        if (frame instanceof ClientFrame.Bad(long id, ErrorCode code, @Nullable String field)) {
            out.number(id);
            out.number(code.ordinal());
            out.optionalText(field);
        } else {
            out.bytes(ClientCodec.of(Format.JSON).encode(frame));
        }
    }

    static @Nullable ArrayDeque<ClientFrame> read(StateReader in) {
        int count = in.count();
        ArrayDeque<ClientFrame> frames = count == 0 ? null : new ArrayDeque<>();
        for (int i = 0; i < count && frames != null; i++) {
            frames.add(readFrame(in));
        }
        return frames;
    }

    static @Nullable ArrayDeque<Request> readRequests(StateReader in) {
        ArrayDeque<ClientFrame> frames = read(in);
        if (frames == null) {
            return null;
        }
        ArrayDeque<Request> requests = new ArrayDeque<>();
        frames.forEach(frame -> requests.add((Request) frame));
        return requests;
    }

    static ClientFrame readFrame(StateReader in) {
        if (in.flag()) {
            return new ClientFrame.Bad(in.number(), ErrorCode.values()[in.count()], in.optionalText());
        }
        byte[] bytes = in.bytes();
        return Codec.of(Format.JSON).decode(bytes, 0, bytes.length).get(0);
    }

    static void write(StateWriter out, ServerFrame frame) {
        out.bytes(Codec.of(Format.JSON).encode(frame));
    }

    static ServerFrame readServer(StateReader in) {
        byte[] bytes = in.bytes();
        return ClientCodec.of(Format.JSON).decodeServer(bytes, 0, bytes.length);
    }

    static void write(StateWriter out, Replies replies) {
        out.number(replies.size());
        for (int i = 0; i < replies.size(); i++) {
            Reply answer = replies.answerAt(i);
            out.number(replies.idAt(i));
            out.flag(replies.readAt(i));
            out.flag(replies.saidAt(i));
            out.flag(answer != null);
            if (answer != null) {
                write(out, answer);
            }
        }
    }

    static void read(StateReader in, Replies replies) {
        int count = in.count();
        for (int i = 0; i < count; i++) {
            long id = in.number();
            boolean read = in.flag();
            boolean said = in.flag();
            replies.restore(id, read, in.flag() ? (Reply) readServer(in) : null, said);
        }
    }
}
