// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSByRef;
import org.teavm.jso.JSObject;

/** A channel's owner as JavaScript sees it: questions go in, then {@link #next} until it says no. */
public interface ChannelPort extends JSObject {

    void asked(int hub, @JSByRef byte[] question, double now);

    void tick(double now);

    double wakeAt();

    /** Whether there is something for a hub. */
    boolean next();

    int hub();

    @JSByRef
    byte[] bytes();

    @JSByRef
    byte[] write(double now);
}
