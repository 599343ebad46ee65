// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.log.LogSlice;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A slice of a log as bytes for carriers: each form is made at most once, however many carriers take it. The log's
 * bytes are copied into a buffer of the loop, so that a slow socket keeps this turn's slice alive and never a segment.
 */
public final class Rendering {

    private final ByteBufAllocator allocator;
    private final LogSlice slice;
    private final String epoch;
    private long bytesTaken;
    private @Nullable ByteBuf jsonFrames;
    private @Nullable ByteBuf cborFrames;
    private @Nullable ByteBuf jsonDeflated;
    private @Nullable ByteBuf cborDeflated;
    private @Nullable ByteBuf jsonItems;
    private @Nullable ByteBuf cborItems;
    private @Nullable ByteBuf events;
    private @Nullable ByteBuf numberedEvents;

    Rendering(ByteBufAllocator allocator, LogSlice slice, String epoch) {
        this.allocator = allocator;
        this.slice = slice;
        this.epoch = epoch;
    }

    /** How many messages. */
    public long count() {
        return slice.to() - slice.from();
    }

    /** How many bytes all carriers together were given. */
    public long bytesTaken() {
        return bytesTaken;
    }

    private ByteBuf take(ByteBuf made) {
        bytesTaken += made.readableBytes();
        return made.retainedDuplicate();
    }

    /** Finished WebSocket text messages. The caller gets a view of its own. */
    public ByteBuf jsonFrames() {
        if (jsonFrames == null) {
            ByteBuf to = allocator.directBuffer(slice.bytes() + (int) Math.min(4 * count(), Integer.MAX_VALUE / 4));
            slice.read((offset, bytes, start, length) -> Frames.text(to, bytes, start, length));
            jsonFrames = to;
        }
        return take(jsonFrames);
    }

    /** Finished WebSocket binary messages. */
    public ByteBuf cborFrames() {
        if (cborFrames == null) {
            ByteBuf to = allocator.directBuffer(slice.bytes());
            ByteSink sink = new ByteSink();
            slice.read((offset, bytes, start, length) -> {
                sink.reset();
                cbor(bytes, start, length, sink);
                Frames.binary(to, sink.array(), 0, sink.length());
            });
            cborFrames = to;
        }
        return take(cborFrames);
    }

    /** Finished WebSocket messages, each of them shortened where that is worth it: once, whoever gets them. */
    public ByteBuf deflatedFrames(Format format, Compression compression) {
        ByteBuf made = format == Format.JSON ? jsonDeflated : cborDeflated;
        if (made == null) {
            made = makeDeflated(format, compression);
        }
        return take(made);
    }

    private ByteBuf makeDeflated(Format format, Compression compression) {
        ByteBuf to = allocator.directBuffer(Math.max(256, slice.bytes() / 2));
        if (format == Format.JSON) {
            slice.read((offset, bytes, start, length) -> compression.message(to, format, bytes, start, length));
            jsonDeflated = to;
        } else {
            ByteSink sink = new ByteSink();
            slice.read((offset, bytes, start, length) -> {
                sink.reset();
                cbor(bytes, start, length, sink);
                compression.message(to, format, sink.array(), 0, sink.length());
            });
            cborDeflated = to;
        }
        return to;
    }

    /** The elements of an array of frames, with what stands between them. */
    public ByteBuf items(Format format) {
        ByteBuf made = format == Format.JSON ? jsonItems : cborItems;
        if (made == null) {
            made = makeItems(format);
        }
        return take(made);
    }

    private ByteBuf makeItems(Format format) {
        ByteBuf to = allocator.directBuffer(slice.bytes() + 16);
        ByteSink sink = new ByteSink();
        slice.read((offset, bytes, start, length) -> {
            sink.reset();
            if (to.isReadable()) {
                PollCodec.of(format).between(sink);
            }
            if (format == Format.JSON) {
                sink.write(bytes, start, length);
            } else {
                cbor(bytes, start, length, sink);
            }
            to.writeBytes(sink.array(), 0, sink.length());
        });
        if (format == Format.JSON) {
            jsonItems = to;
        } else {
            cborItems = to;
        }
        return to;
    }

    /**
     * Server-sent events (WHATWG HTML, 9.2).
     *
     * @param numbered whether each carries its position as its id
     */
    public ByteBuf events(boolean numbered) {
        ByteBuf made = numbered ? numberedEvents : events;
        if (made == null) {
            ByteBuf to = allocator.directBuffer(slice.bytes() + 64);
            slice.read((offset, bytes, start, length) -> {
                if (numbered) {
                    to.writeCharSequence("id: " + epoch + ":" + offset + "\n", StandardCharsets.US_ASCII);
                }
                Frames.event(to, bytes, start, length);
            });
            made = to;
            if (numbered) {
                numberedEvents = to;
            } else {
                events = to;
            }
        }
        return take(made);
    }

    private static void cbor(byte[] json, int start, int length, ByteSink to) {
        Codec.of(Format.CBOR).encode(Codec.of(Format.JSON).decodeStored(json, start, length), to);
    }

    /** The loop has given it to everybody. */
    void release() {
        release(jsonFrames);
        release(cborFrames);
        release(jsonDeflated);
        release(cborDeflated);
        release(jsonItems);
        release(cborItems);
        release(events);
        release(numberedEvents);
    }

    private static void release(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
    }
}
