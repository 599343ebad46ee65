// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSByRef;
import org.teavm.jso.JSObject;

/**
 * The letters of an object, as JavaScript sees them. They leave after the object was stored: a batch at a time, again and
 * again until it is {@link #confirmed}.
 */
public interface PostPort extends JSObject {

    int addressees();

    String addressee(int index);

    /** The oldest letters for somebody. */
    @JSByRef
    byte[] batch(String to);

    /** The number of the last letter in the {@link #batch} asked for last; 0 when it has none. */
    double batchEnd();

    void confirmed(String to, double end);

    /** Takes a batch; what came before is not taken again. */
    void letters(String from, @JSByRef byte[] batch, double now);

    /** Does what is due. */
    void tick(double now);

    /** When a tick is wanted; infinite for never. */
    double wakeAt();

    /** Everything, as bytes: to be stored before anything leaves. */
    @JSByRef
    byte[] write(double now);
}
