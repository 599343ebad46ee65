// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of a session. They hand on what is new and in order: what was seen before is dropped; where something
 * is missing without a reset, nothing is handed on and the channel is subscribed again from the last position.
 */
final class Feeds {
    /** What feeds need of the machine they are in. */
    interface Host {
        boolean connected();

        void request(Request request);

        /** Runs on the lane; what completes futures of the application does not. */
        void callback(Runnable task);

        /** The connection is of no use: something is wrong with what comes. */
        void distrust(String why);
    }

    /** As many channels as a resume names; a server takes 128. */
    private static final int MOST_IN_RESUME = 100;
    /** Holes in a row, each after a fresh replay, before the whole connection is given up. */
    private static final int MOST_HOLES = 3;

    private static final int ALREADY_SUBSCRIBED = 112;
    /** The first number of refusals that are the server's trouble, or a limit, and pass. */
    private static final int FIRST_PASSING = 300;

    private static final int TOO_MANY_SUBSCRIPTIONS = 301;

    private static final long ASK_AGAIN_MILLIS = 1_000;

    private final Host host;
    private final Map<String, Feed> feeds = new LinkedHashMap<>();
    /** Rights are on their way that a new session does not have yet: what is forbidden now is asked for again then. */
    private boolean held;

    Feeds(Host host) {
        this.host = host;
    }

    void add(Feed feed) {
        if (feeds.putIfAbsent(feed.channel, feed) != null) {
            finish(
                    feed,
                    new LongwireException(
                            ALREADY_SUBSCRIBED,
                            "already_subscribed",
                            "This client has a subscription of this channel already."));
        } else if (host.connected() && !held) {
            subscribe(feed);
        }
    }

    /** The application wants no more of it. */
    void remove(Feed feed) {
        if (feeds.get(feed.channel) != feed || feed.phase == Feed.Phase.LEAVING) {
            return;
        }
        if (feed.phase == Feed.Phase.WAITING || !host.connected()) {
            end(feed, null);
            return;
        }
        feed.phase = Feed.Phase.LEAVING;
        host.request(Request.attached(
                "unsubscribe",
                new JsonWriter().text("channel", feed.channel),
                done -> end(feed, null),
                refused -> end(feed, null)));
    }

    /** The connection is gone; the next one is told of each channel again. */
    void detached() {
        held = false;
        for (Feed feed : List.copyOf(feeds.values())) {
            if (feed.phase == Feed.Phase.LEAVING) {
                end(feed, null);
            } else {
                feed.phase = Feed.Phase.WAITING;
            }
        }
    }

    /** Writes what a resume says of the channels. The server answers each with a {@code subscribed} of its own accord. */
    void resume(JsonWriter out) {
        out.open("channels");
        int count = 0;
        for (Feed feed : feeds.values()) {
            if (count++ == MOST_IN_RESUME) {
                break;
            }
            feed.phase = Feed.Phase.ASKED;
            feed.listed = true;
            out.open(feed.channel);
            Position since = feed.since();
            if (since != null) {
                out.text("epoch", since.epoch()).number("offset", since.offset());
            } else if (feed.start.last() > 0) {
                out.number("last", feed.start.last());
            }
            out.close();
        }
        out.close();
    }

    void hold() {
        held = true;
    }

    /** There is a session: whatever the resume did not name is asked for now. */
    void attached() {
        held = false;
        for (Feed feed : feeds.values()) {
            if (feed.phase == Feed.Phase.WAITING) {
                subscribe(feed);
            }
        }
    }

    void failAll(@Nullable LongwireException cause) {
        for (Feed feed : List.copyOf(feeds.values())) {
            end(feed, cause);
        }
    }

    long wakeAt() {
        long earliest = Alarm.NEVER;
        for (Feed feed : feeds.values()) {
            if (feed.askAgainAt > 0) {
                earliest = Math.min(earliest, feed.askAgainAt);
            }
        }
        return earliest;
    }

    void tick(long nowMillis) {
        for (Feed feed : List.copyOf(feeds.values())) {
            if (feed.askAgainAt > 0 && nowMillis >= feed.askAgainAt) {
                feed.askAgainAt = 0;
                if (feed.phase == Feed.Phase.WAITING && host.connected()) {
                    subscribe(feed);
                }
            }
        }
    }

    private void subscribe(Feed feed) {
        feed.phase = Feed.Phase.ASKED;
        feed.listed = false;
        JsonWriter fields = new JsonWriter().text("channel", feed.channel);
        Position since = feed.since();
        if (since != null) {
            fields.open("since")
                    .text("epoch", since.epoch())
                    .number("offset", since.offset())
                    .close();
        } else if (feed.start.last() > 0) {
            fields.number("last", feed.start.last());
        }
        host.request(Request.attached(
                "subscribe", fields, frame -> subscribed(feed, frame), refusal -> refused(feed, refusal)));
    }

    private void refused(Feed feed, LongwireException refusal) {
        if (feeds.get(feed.channel) != feed || feed.phase == Feed.Phase.LEAVING) {
            return;
        }
        if (passes(refusal)) {
            feed.phase = Feed.Phase.WAITING;
            feed.askAgainAt = Alarm.nowMillis() + Math.max(ASK_AGAIN_MILLIS, refusal.retryAfterMillis());
        } else {
            end(feed, refusal);
        }
    }

    private static boolean passes(LongwireException refusal) {
        return refusal.retryAfterMillis() > 0
                || (refusal.code() >= FIRST_PASSING && refusal.code() != TOO_MANY_SUBSCRIPTIONS);
    }

    /** An error that names no request: of one kind it is known that it speaks of an attach. */
    void refused(LongwireException refusal) {
        if (refusal.code() == TOO_MANY_SUBSCRIPTIONS) {
            for (Feed feed : List.copyOf(feeds.values())) {
                if (feed.phase == Feed.Phase.ASKED && feed.listed) {
                    end(feed, refusal);
                }
            }
        }
    }

    /** A {@code subscribed} that answers a resume. */
    void subscribed(JsonObject frame) {
        Feed feed = feeds.get(frame.needText("channel"));
        if (feed != null && feed.listed) {
            subscribed(feed, frame);
        }
    }

    private void subscribed(Feed feed, JsonObject frame) {
        if (feeds.get(feed.channel) != feed || feed.phase != Feed.Phase.ASKED) {
            return;
        }
        Position asked = feed.since();
        Position head = new Position(frame.needText("epoch"), frame.number("offset", 0));
        boolean recovered = frame.flag("recovered");
        Position from = recovered && asked != null
                ? asked
                : new Position(head.epoch(), Math.max(0, head.offset() - frame.number("replay", 0)));
        String reason = frame.text("reason");
        feed.phase = Feed.Phase.LIVE;
        feed.conflatedTo = 0;
        feed.position = from;
        if (asked != null && !recovered) {
            emit(feed, new Reset(feed.channel, reason == null ? "unknown" : reason, asked, from), 0);
        }
        Attached attached = new Attached(feed.channel, from, head, recovered);
        emit(feed, attached, 0);
        host.callback(() -> feed.ready.complete(attached));
    }

    /** The server's own decision. */
    void unsubscribed(JsonObject frame) {
        Feed feed = feeds.get(frame.needText("channel"));
        if (feed == null || (feed.phase == Feed.Phase.ASKED && !feed.listed)) {
            // Asked for anew already: that will have an answer of its own.
            return;
        }
        String reason = Objects.requireNonNullElse(frame.text("reason"), "server");
        if (held && feed.phase == Feed.Phase.ASKED && reason.equals("forbidden")) {
            feed.phase = Feed.Phase.WAITING;
            return;
        }
        boolean wished = feed.phase == Feed.Phase.LEAVING;
        end(feed, wished ? null : new LongwireException(0, reason, "The server has ended the subscription."));
    }

    void message(JsonObject frame, long length) {
        Feed feed = feeds.get(frame.needText("channel"));
        Position last = feed == null ? null : feed.position;
        if (feed == null || last == null || feed.phase != Feed.Phase.LIVE) {
            return;
        }
        long offset = frame.number("offset", 0);
        if (offset <= last.offset()) {
            return;
        }
        if (offset > Math.max(last.offset(), feed.conflatedTo) + 1) {
            hole(feed);
            return;
        }
        Position position = new Position(last.epoch(), offset);
        Message message = Message.read(feed.channel, position, frame);
        feed.position = position;
        feed.holes = 0;
        emit(feed, message, length);
    }

    /** Something is missing that nobody spoke of. Not handed on: the log has it still, so it is asked for. */
    private void hole(Feed feed) {
        if (++feed.holes > MOST_HOLES) {
            feed.holes = 0;
            host.distrust("messages are missing again and again");
            return;
        }
        host.request(Request.attached(
                "unsubscribe", new JsonWriter().text("channel", feed.channel), done -> {}, refused -> {}));
        subscribe(feed);
    }

    void reset(JsonObject frame) {
        Feed feed = feeds.get(frame.needText("channel"));
        Position before = feed == null ? null : feed.position;
        if (feed == null || before == null || feed.phase != Feed.Phase.LIVE) {
            return;
        }
        String reason = Objects.requireNonNullElse(frame.text("reason"), "unknown");
        Position after;
        if (reason.equals("epoch_changed")) {
            after = new Position(frame.needText("epoch"), frame.number("offset", 0));
            feed.conflatedTo = 0;
            feed.position = after;
        } else {
            long to = frame.number("to", 0);
            if (to <= before.offset()) {
                return;
            }
            if (frame.number("from", 0) > Math.max(before.offset(), feed.conflatedTo) + 1) {
                hole(feed);
                return;
            }
            after = new Position(before.epoch(), to);
            if (reason.equals("conflated")) {
                feed.conflatedTo = Math.max(feed.conflatedTo, to);
            } else {
                feed.position = after;
            }
        }
        emit(feed, new Reset(feed.channel, reason, before, after), 0);
    }

    private static void emit(Feed feed, ChannelEvent event, long length) {
        feed.outlet().event(event, length);
    }

    private void end(Feed feed, @Nullable LongwireException cause) {
        if (feeds.remove(feed.channel, feed)) {
            finish(feed, cause);
        }
    }

    /** Ends one that never began. */
    void refuse(Feed feed, LongwireException cause) {
        finish(feed, cause);
    }

    private void finish(Feed feed, @Nullable LongwireException cause) {
        feed.outlet().end(cause);
        host.callback(() -> {
            feed.ready.completeExceptionally(cause == null ? Faults.closedClient() : cause);
            feed.ended.complete(null);
        });
    }
}
