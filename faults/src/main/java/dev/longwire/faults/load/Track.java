// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longwire.faults.load.Trace.Count;

/** A client's position in one channel, and what that lets through to the application. */
final class Track {

    final String channel;
    private final Trace trace;
    private final Trace.Line line;
    private String epoch = "";
    private long position = -1;

    /** The last offset of the replay that was announced. */
    private long replayTo = -1;

    /** Whether {@code subscribed} has come on this carrier. */
    private boolean open;

    Track(String channel, Trace trace) {
        this.channel = channel;
        this.trace = trace;
        this.line = trace.lines.computeIfAbsent(channel, Trace.Line::new);
    }

    boolean open() {
        return open;
    }

    /** The carrier is gone. */
    void detached() {
        open = false;
    }

    /** The body of a {@code subscribe} that continues here. */
    String want() {
        return position < 0 ? "{}" : "{\"epoch\":\"" + epoch + "\",\"offset\":" + position + "}";
    }

    void subscribed(JsonNode frame) {
        long head = frame.path("offset").asLong(-1);
        String reason = frame.path("reason").asText("");
        long replay = frame.path("replay").asLong(-1);
        if (open) {
            trace.violation(channel + ": subscribed twice");
        }
        open = true;
        if (frame.path("recovered").asBoolean(false)) {
            trace.add(Count.RECOVERED);
            if (!epoch.equals(frame.path("epoch").asText()) || head - position != replay) {
                trace.violation(channel + ": recovered at " + head + " with replay " + replay + " after " + position);
            }
            replayTo = head;
            return;
        }
        if (position >= 0) {
            trace.add(Count.UNRECOVERED);
            trace.error("unrecovered " + reason);
            if (reason.isEmpty()) {
                trace.violation(channel + ": not recovered, without a reason");
            }
        }
        epoch = frame.path("epoch").asText();
        position = head;
        if (line.start < 0) {
            line.start = head;
            line.epoch = epoch;
        }
    }

    /** Whether the message was no surprise; after a hole the client has to ask again. */
    boolean message(JsonNode frame) {
        long offset = frame.path("offset").asLong(-1);
        if (!open) {
            trace.violation(channel + ": a message before subscribed");
            return true;
        }
        if (offset <= position) {
            trace.add(Count.REPEATED);
            return true;
        }
        if (offset != position + 1) {
            trace.add(Count.HOLES);
            trace.error(channel + " at " + position + " came " + offset);
            return false;
        }
        position = offset;
        if (offset <= replayTo) {
            trace.add(Count.REPLAYED);
        }
        line.add(offset, Trace.hash(frame.path("data").toString()));
        return true;
    }

    void reset(JsonNode frame) {
        trace.add(Count.RESETS);
        trace.error("reset " + frame.path("reason").asText());
        if (frame.has("old")) {
            epoch = frame.path("epoch").asText();
            position = frame.path("offset").asLong();
        } else if (frame.path("from").asLong() != position + 1
                || frame.path("to").asLong() < position + 1) {
            trace.violation(channel + ": reset " + frame + " at " + position);
        } else {
            position = frame.path("to").asLong();
        }
    }

    /** The server ends it. */
    void unsubscribed() {
        open = false;
    }
}
