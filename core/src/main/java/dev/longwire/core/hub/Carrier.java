// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.deadline.Timed;
import dev.longwire.core.rate.Meter;
import dev.longwire.protocol.ClientFrame;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One physical connection, as its hub sees it. It knows no rules: its home moves its bytes and tells the hub what
 * happens to it.
 */
public final class Carrier extends Timed {

    /** What a message looks like on the carrier; carriers of one form get the same bytes. */
    public enum Form {
        WS_JSON,
        WS_CBOR,
        POLL,
        STREAM
    }

    private static final Form[] FORMS = Form.values();

    private final long id;
    private final Form form;

    /** The home's own end of the carrier. Not written out: a home that restores a hub sets it again. */
    private @Nullable Object attachment;

    @Nullable
    Session session;

    /** Whether a {@code connect} waits for {@link HubInput.Verified}. */
    boolean verifying;

    /** Frames that wait for the {@code connect} before them, in order; null while there are none. */
    @Nullable
    ArrayDeque<ClientFrame> pending;

    /** The poll's answer, while this is a held poll. */
    @Nullable
    Answer answer;

    /** Whether a held poll stands in the outbox's list of those that may have to be answered. */
    boolean ready;

    /** What it brought before it had a session; null while that is nothing. */
    @Nullable
    Meter meter;

    /** How long a poll was, as it came. */
    int bytes;

    boolean stalled;
    boolean closed;

    public Carrier(long id, Form form) {
        this.id = id;
        this.form = form;
    }

    static int forms() {
        return FORMS.length;
    }

    /** Unique among the carriers of a hub. */
    public long id() {
        return id;
    }

    public Form form() {
        return form;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(Object homesEnd) {
        attachment = homesEnd;
    }

    /** The session that this carrier serves, or null before {@code connected}. */
    public @Nullable Session session() {
        return session;
    }
}
