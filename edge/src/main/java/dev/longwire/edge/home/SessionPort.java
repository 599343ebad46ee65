// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;

/** A session as operators see it. Never its secret id, nor a token. */
public interface SessionPort extends JSObject {

    String client();

    @Nullable
    String user();

    @Nullable
    String agent();

    @Nullable
    String token();

    /** When its token ends, in ms since 1970; 0 for never. */
    double expires();

    /** {@code websocket}, {@code poll}, {@code stream} or {@code none}. */
    String carrier();

    /** The number of its carrier, or 0. */
    int number();

    int subscriptions();

    /** Messages that it is behind. */
    double lag();
}
