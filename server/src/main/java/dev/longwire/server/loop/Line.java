// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import org.jspecify.annotations.Nullable;

/**
 * The home's end of a carrier: what its loop writes to. Called on the loop's thread only.
 *
 * <p>Nothing is sent before {@link #flush}, which the loop calls once per turn.
 */
public interface Line {

    /** Writes a frame. Returns whether this is the first thing since the last flush. */
    boolean send(ServerFrame frame);

    /** Writes messages; it takes the form that it needs. Returns as {@link #send} does. */
    boolean deliver(Rendering messages);

    /** Says the code, where the carrier can, and closes after what has been written. */
    void close(CloseCode code);

    /** Sends a poll's answer: what has been written since the poll came. */
    void finish(long seq);

    /** Refuses a poll. */
    void reject(ErrorCode code);

    /** Asks the peer for a sign of life. */
    void probe();

    void flush();

    /** Whether more is written than the peer takes. */
    boolean congested();

    /** Bytes that are written and not taken yet. */
    long unsentBytes();

    /** {@code websocket}, {@code poll} or {@code stream}. */
    String kind();

    /** The token that came with the request that opened it; null for none. */
    @Nullable
    String token();

    /** The other end's address and port. */
    String address();
}
