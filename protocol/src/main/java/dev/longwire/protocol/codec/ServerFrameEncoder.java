// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes what servers send, with fields in the order of {@code docs/protocol.md}. */
final class ServerFrameEncoder {

    private final FrameWriter out;
    private final PresenceFrames presence;

    private ServerFrameEncoder(FrameWriter out) {
        this.out = out;
        this.presence = new PresenceFrames(out);
    }

    static void encode(ServerFrame frame, Format format, ByteSink to) {
        try (FrameWriter out = new FrameWriter(format, to)) {
            new ServerFrameEncoder(out).frame(frame);
        } catch (IOException impossible) {
            throw new IllegalStateException("memory does not fail, and every text is well-formed", impossible);
        }
    }

    private void frame(ServerFrame frame) throws IOException {
        switch (frame) {
            case ServerFrame.Message message -> message(message);
            case ServerFrame.Published published -> published(published);
            case ServerFrame.Connected connected -> connected(connected);
            case ServerFrame.Subscribed subscribed -> subscribed(subscribed);
            case ServerFrame.Unsubscribed gone -> unsubscribed(gone);
            case ServerFrame.Subscriptions list -> subscriptions(list);
            case ServerFrame.History page -> history(page);
            case ServerFrame.Outcome outcome -> outcome(outcome);
            case ServerFrame.Result result -> result(result);
            case ServerFrame.Refreshed refreshed -> refreshed(refreshed);
            case ServerFrame.Attended attended -> presence.attended(attended);
            case ServerFrame.Members page -> presence.members(page);
            case ServerFrame.Synced part -> presence.synced(part);
            case ServerFrame.Changed changed -> presence.changed(changed);
            case ServerFrame.Dropped dropped -> presence.dropped(dropped);
            case ServerFrame.Gap gap -> gap(gap);
            case ServerFrame.EpochChanged changed -> epochChanged(changed);
            case ServerFrame.Pong pong -> out.open("pong", 0, 2);
            case ServerFrame.Error error -> error(error);
            case ServerFrame.Disconnect goodbye -> disconnect(goodbye);
        }
        out.end();
    }

    private void message(ServerFrame.Message message) throws IOException {
        out.open("message", 0, 3 + entrySize(message));
        out.text(Field.CHANNEL, message.channel());
        entry(message);
    }

    /** How many fields a message has beside its type and channel. */
    private static int entrySize(ServerFrame.Message message) {
        return 5 + one(message.slot() != null) + one(!message.headers().isEmpty());
    }

    private void entry(ServerFrame.Message message) throws IOException {
        out.number(Field.OFFSET, message.offset());
        out.number(Field.TIME, message.timeMillis());
        out.text(Field.FROM, message.from());
        out.text(Field.CLIENT, message.client());
        out.textIfAny(Field.SLOT, message.slot());
        out.headers(message.headers());
        out.payload(message.payload());
    }

    private void published(ServerFrame.Published published) throws IOException {
        boolean dedupe = published.dedupeMillis() > 0;
        out.open("published", published.id(), 6 + one(dedupe) + one(published.duplicate()));
        out.text(Field.CHANNEL, published.channel());
        out.position(published.position());
        out.text(Field.STORED, published.stored());
        if (dedupe) {
            out.number(Field.DEDUPE, published.dedupeMillis());
        }
        out.flagIfSet(Field.DUPLICATE, published.duplicate());
    }

    private void connected(ServerFrame.Connected connected) throws IOException {
        out.open("connected", connected.id(), 11);
        out.text(Field.SESSION, connected.session());
        out.text(Field.CLIENT, connected.client());
        out.flag(Field.RESUMED, connected.resumed());
        out.number(Field.TURN, connected.turn());
        out.text(Field.USER, connected.user());
        out.number(Field.PING, connected.pingMillis());
        out.number(Field.WINDOW, connected.windowMillis());
        out.time(Field.EXPIRES, connected.expiresAtMillis());
        out.number(Field.DEDUPE, connected.dedupeMillis());
    }

    private void subscribed(ServerFrame.Subscribed subscribed) throws IOException {
        ServerFrame.Unrecovered reason = subscribed.reason();
        out.open("subscribed", subscribed.id(), 7 + one(reason != null) + one(subscribed.withoutPresence()));
        out.text(Field.CHANNEL, subscribed.channel());
        out.position(subscribed.head());
        out.flag(Field.RECOVERED, subscribed.recovered());
        out.number(Field.REPLAY, subscribed.replay());
        out.textIfAny(Field.REASON, reason == null ? null : reason.wire());
        if (subscribed.withoutPresence()) {
            out.flag(Field.PRESENCE, false);
        }
    }

    private void unsubscribed(ServerFrame.Unsubscribed gone) throws IOException {
        out.open("unsubscribed", gone.id(), 4);
        out.text(Field.CHANNEL, gone.channel());
        out.text(Field.REASON, gone.reason());
    }

    private void subscriptions(ServerFrame.Subscriptions list) throws IOException {
        out.open("subscriptions", list.id(), 3);
        out.openList(Field.CHANNELS, list.channels().size());
        for (ServerFrame.Subscriptions.Entry entry : list.channels()) {
            out.open(3);
            out.text(Field.CHANNEL, entry.channel());
            out.position(entry.position());
            out.end();
        }
        out.endList();
    }

    private void history(ServerFrame.History page) throws IOException {
        out.open("history", page.id(), 6 + one(page.next() != null));
        out.text(Field.CHANNEL, page.channel());
        out.position(page.head());
        out.openList(Field.MESSAGES, page.messages().size());
        for (ServerFrame.Message message : page.messages()) {
            out.open(entrySize(message));
            entry(message);
            out.end();
        }
        out.endList();
        out.position(Field.NEXT, page.next());
    }

    private void outcome(ServerFrame.Outcome outcome) throws IOException {
        out.open("history", outcome.id(), 6);
        out.text(Field.CHANNEL, outcome.channel());
        out.position(outcome.head());
        @Nullable Position position = outcome.position();
        if (position == null) {
            out.text(Field.OUTCOME, "none");
        } else {
            out.position(Field.OUTCOME, position);
        }
    }

    private void result(ServerFrame.Result result) throws IOException {
        out.open("result", result.id(), 3);
        out.payload(result.payload());
    }

    private void refreshed(ServerFrame.Refreshed refreshed) throws IOException {
        out.open("refresh", refreshed.id(), 3);
        out.time(Field.EXPIRES, refreshed.expiresAtMillis());
    }

    private void gap(ServerFrame.Gap gap) throws IOException {
        out.open("reset", 0, 7);
        out.text(Field.CHANNEL, gap.channel());
        out.text(Field.EPOCH, gap.epoch());
        out.number(Field.FROM, gap.from());
        out.number(Field.TO, gap.to());
        out.text(Field.REASON, gap.cause().wire());
    }

    private void epochChanged(ServerFrame.EpochChanged changed) throws IOException {
        out.open("reset", 0, 7);
        out.text(Field.CHANNEL, changed.channel());
        out.text(Field.OLD, changed.old());
        out.position(changed.now());
        out.text(Field.REASON, ServerFrame.Unrecovered.EPOCH_CHANGED.wire());
    }

    private void error(ServerFrame.Error error) throws IOException {
        boolean later = error.retryAfterMillis() > 0;
        out.open("error", error.id(), 5 + one(error.field() != null) + one(later));
        out.number(Field.CODE, error.code().number());
        out.text(Field.NAME, error.code().wire());
        out.text(Field.REASON, error.code().text());
        out.textIfAny(Field.FIELD, error.field());
        if (later) {
            out.number(Field.RETRY_AFTER, error.retryAfterMillis());
        }
    }

    private void disconnect(ServerFrame.Disconnect goodbye) throws IOException {
        boolean later = goodbye.retryAfterMillis() > 0;
        out.open("disconnect", 0, 5 + one(later));
        out.number(Field.CODE, goodbye.code().number());
        out.text(Field.REASON, goodbye.code().wire());
        out.flag(Field.RECONNECT, goodbye.code().reconnect() != CloseCode.Reconnect.NO);
        if (later) {
            out.number(Field.RETRY_AFTER, goodbye.retryAfterMillis());
        }
    }

    private static int one(boolean present) {
        return present ? 1 : 0;
    }
}
