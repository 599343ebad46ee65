// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSByRef;

/** A channel's owner as JavaScript sees it: hubs' questions and its answers are letters. */
public interface ChannelPort extends PostPort {

    /** Answers a backend's question with a frame, in JSON. */
    @JSByRef
    byte[] ask(@JSByRef byte[] question, double now);
}
