// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/poll}.
 *
 * @param session the ticket; null when the first frame is a {@code connect}
 * @param seq counts a turn's polls from 1
 * @param ack the highest answer up to which all were processed
 * @param waitMillis how long the answer may be held; {@link #DEFAULT_WAIT} when the client does not say
 * @param stream whether the answer is an event stream that does not end
 * @param frames what the client sends
 */
public record Poll(
        @Nullable String session, long seq, long ack, long waitMillis, boolean stream, List<ClientFrame> frames) {

    public static final long DEFAULT_WAIT = -1;
}
