// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;
import java.io.IOException;
import java.util.List;

/** Writes what clients send. */
final class ClientFrameEncoder {

    private final FrameWriter out;

    private ClientFrameEncoder(FrameWriter out) {
        this.out = out;
    }

    static void encode(ClientFrame frame, Format format, ByteSink to) {
        try (FrameWriter out = new FrameWriter(format, to)) {
            new ClientFrameEncoder(out).frame(frame);
        } catch (IOException impossible) {
            throw new IllegalStateException("memory does not fail, and every text is well-formed", impossible);
        }
    }

    private void frame(ClientFrame frame) throws IOException {
        switch (frame) {
            case ClientFrame.Connect connect -> connect(connect);
            case ClientFrame.Subscribe subscribe -> subscribe(subscribe);
            case ClientFrame.Unsubscribe unsubscribe -> unsubscribe(unsubscribe);
            case ClientFrame.Subscriptions subscriptions -> out.open("subscriptions", subscriptions.id(), 2);
            case ClientFrame.Publish publish -> publish(publish);
            case ClientFrame.History history -> history(history);
            case ClientFrame.Presence presence -> presence(presence);
            case ClientFrame.Call call -> call(call);
            case ClientFrame.Refresh refresh -> refresh(refresh);
            case ClientFrame.Ping ping -> out.open("ping", 0, 2);
            case ClientFrame.Disconnect disconnect -> out.open("disconnect", 0, 2);
            case ClientFrame.Bad bad -> throw new IllegalArgumentException("a bad frame is never sent: " + bad.code());
        }
        out.end();
    }

    private void connect(ClientFrame.Connect connect) throws IOException {
        ClientFrame.Resume resume = connect.resume();
        int optional = one(connect.token() != null) + one(connect.agent() != null) + one(connect.nonce() != null);
        out.open("connect", connect.id(), 2 + optional + one(connect.batch()) + one(resume != null));
        out.textIfAny(Field.TOKEN, connect.token());
        out.textIfAny(Field.AGENT, connect.agent());
        out.textIfAny(Field.NONCE, connect.nonce());
        out.flagIfSet(Field.BATCH, connect.batch());
        if (resume != null) {
            resume(resume);
        }
    }

    private void resume(ClientFrame.Resume resume) throws IOException {
        int optional = one(resume.session() != null) + one(resume.turn() > 0);
        out.open(Field.RESUME, 1 + optional + one(!resume.observe().isEmpty()));
        out.textIfAny(Field.SESSION, resume.session());
        if (resume.turn() > 0) {
            out.number(Field.TURN, resume.turn());
        }
        out.open(Field.CHANNELS, resume.channels().size());
        for (Want want : resume.channels()) {
            boolean position = want.since() != null;
            out.openNamed(want.channel(), (position ? 2 : 0) + one(want.last() > 0) + one(want.presence()));
            if (want.since() != null) {
                out.position(want.since());
            }
            tail(want);
            out.end();
        }
        out.end();
        if (!resume.observe().isEmpty()) {
            observe(resume.observe());
        }
        out.end();
    }

    private void observe(List<ClientFrame.Observation> all) throws IOException {
        out.open(Field.OBSERVE, all.size());
        for (ClientFrame.Observation each : all) {
            Position since = each.since();
            out.openNamed(each.channel(), since == null ? 0 : 2);
            if (since != null) {
                out.presencePosition(since);
            }
            out.end();
        }
        out.end();
    }

    private void subscribe(ClientFrame.Subscribe subscribe) throws IOException {
        Want want = subscribe.want();
        int optional = one(want.since() != null) + one(want.last() > 0) + one(want.presence());
        out.open("subscribe", subscribe.id(), 3 + optional + one(subscribe.retry()));
        out.text(Field.CHANNEL, want.channel());
        out.position(Field.SINCE, want.since());
        tail(want);
        out.flagIfSet(Field.RETRY, subscribe.retry());
    }

    private void tail(Want want) throws IOException {
        if (want.last() > 0) {
            out.number(Field.LAST, want.last());
        }
        Position known = want.presenceSince();
        if (known == null) {
            out.flagIfSet(Field.PRESENCE, want.presence());
        } else {
            out.open(Field.PRESENCE, 2);
            out.presencePosition(known);
            out.end();
        }
    }

    private void unsubscribe(ClientFrame.Unsubscribe unsubscribe) throws IOException {
        out.open("unsubscribe", unsubscribe.id(), 3 + one(unsubscribe.retry()));
        out.text(Field.CHANNEL, unsubscribe.channel());
        out.flagIfSet(Field.RETRY, unsubscribe.retry());
    }

    private void publish(ClientFrame.Publish publish) throws IOException {
        ClientFrame.Extras extras = publish.extras();
        int optional = one(extras.key() != null)
                + one(extras.slot() != null)
                + one(!extras.headers().isEmpty());
        out.open("publish", publish.id(), 4 + optional + one(publish.retry()));
        out.text(Field.CHANNEL, publish.channel());
        out.textIfAny(Field.KEY, extras.key());
        out.textIfAny(Field.SLOT, extras.slot());
        out.headers(extras.headers());
        out.payload(publish.payload());
        out.flagIfSet(Field.RETRY, publish.retry());
    }

    private void history(ClientFrame.History history) throws IOException {
        int range = one(history.since() != null) + one(history.before() != null) + one(history.limit() > 0);
        out.open("history", history.id(), 3 + range + one(history.reverse()) + one(history.key() != null));
        out.text(Field.CHANNEL, history.channel());
        out.position(Field.SINCE, history.since());
        out.position(Field.BEFORE, history.before());
        if (history.limit() > 0) {
            out.number(Field.LIMIT, history.limit());
        }
        out.flagIfSet(Field.REVERSE, history.reverse());
        out.textIfAny(Field.KEY, history.key());
    }

    private void presence(ClientFrame.Presence presence) throws IOException {
        Position since = presence.since();
        int optional = one(presence.state() != null) + one(since != null) + one(presence.after() != null);
        out.open("presence", presence.id(), 4 + optional + one(presence.retry()));
        out.text(Field.CHANNEL, presence.channel());
        out.text(Field.ACTION, presence.action().wire());
        if (since != null) {
            out.open(Field.SINCE, 2);
            out.presencePosition(since);
            out.end();
        }
        out.textIfAny(Field.AFTER, presence.after());
        out.payload(presence.state());
        out.flagIfSet(Field.RETRY, presence.retry());
    }

    private void call(ClientFrame.Call call) throws IOException {
        out.open("call", call.id(), 3 + one(call.payload() != null) + one(call.retry()));
        out.text(Field.METHOD, call.method());
        out.payload(call.payload());
        out.flagIfSet(Field.RETRY, call.retry());
    }

    private void refresh(ClientFrame.Refresh refresh) throws IOException {
        out.open("refresh", refresh.id(), 3 + one(refresh.add()) + one(refresh.retry()));
        out.text(Field.TOKEN, refresh.token());
        out.flagIfSet(Field.ADD, refresh.add());
        out.flagIfSet(Field.RETRY, refresh.retry());
    }

    private static int one(boolean present) {
        return present ? 1 : 0;
    }
}
