// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.log.LogSlice;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.simulation.ground.Bug;
import dev.longwire.simulation.ground.Ground;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a hub's outputs to links; and plants the mistakes that a hub's home could make there. */
final class Scribe {

    /** A message and its length in the log. */
    record Line(long offset, ServerFrame frame, int bytes) {}

    private final Ground ground;
    private final Watcher watcher;
    private final Codec codec = Codec.of(Format.JSON);
    private final Map<Peer, String> sessionOf = new LinkedHashMap<>();
    private final Map<String, Peer> newest = new LinkedHashMap<>();
    private final Map<String, Peer> replaced = new LinkedHashMap<>();

    Scribe(Ground ground, Watcher watcher) {
        this.ground = ground;
        this.watcher = watcher;
    }

    List<Line> read(LogSlice slice) {
        List<Line> lines = new ArrayList<>();
        slice.read((offset, bytes, start, length) ->
                lines.add(new Line(offset, codec.decodeStored(bytes, start, length), length)));
        return lines;
    }

    void send(Peer link, ServerFrame frame, int hub, Registry registry) {
        ground.story().tell(() -> "hub " + hub + " -> " + link + " " + frame);
        if (frame instanceof ServerFrame.Connected connected) {
            registry.lives(connected.session(), hub);
            watcher.attached(link.link(), connected.session(), connected.turn());
            sessionOf.put(link, connected.session());
            newest.put(connected.session(), link);
        }
        if (ground.has(Bug.RECOVER_FALSELY) && frame instanceof Subscribed subscribed && subscribed.reason() != null) {
            link.write(
                    new Subscribed(subscribed.id(), subscribed.channel(), subscribed.head(), true, 0, null, false), 0);
        } else {
            link.write(frame, 0);
        }
    }

    void deliver(Peer link, String channel, List<Line> lines) {
        ground.story()
                .tell(() -> "hub -> " + link + " " + channel + " "
                        + lines.stream().map(line -> line.offset()).toList());
        watcher.delivered(link.link(), channel);
        int count = lines.size();
        boolean repeat = link instanceof Exchange exchange && exchange.attempt() > 1;
        if (ground.has(Bug.DROP_PUSH) && ground.dice().chance(3) || repeat && ground.has(Bug.EMPTY_REPEAT)) {
            return;
        }
        if (ground.has(Bug.CUT_REPLAY) && count > 1) {
            count--;
        }
        for (int i = 0; i < count; i++) {
            write(link, lines.get(i));
        }
        if (ground.has(Bug.DELIVER_TWICE) && !lines.isEmpty() && ground.dice().chance(3)) {
            write(link, lines.get(0));
        }
        Peer old = replaced.get(sessionOf.get(link));
        if (ground.has(Bug.SERVE_REPLACED) && old != null && old.carrier.id() != link.carrier.id()) {
            watcher.delivered(old.link(), channel);
            lines.forEach(line -> write(old, line));
        }
    }

    private void write(Peer link, Line line) {
        ServerFrame frame = line.frame();
        if (frame instanceof Message message
                && ground.has(Bug.CHANGE_PAYLOAD)
                && ground.dice().chance(2)) {
            frame = new Message(
                    message.channel(),
                    message.offset(),
                    message.timeMillis(),
                    message.from(),
                    message.client(),
                    message.slot(),
                    message.headers(),
                    Payload.json("\"changed\"".getBytes(StandardCharsets.UTF_8)));
        }
        link.write(frame, line.bytes());
    }

    void closed(Peer link, CloseCode code) {
        boolean ignored = ground.has(Bug.SERVE_REPLACED) || ground.has(Bug.RUN_LATE_INPUT);
        String session = sessionOf.get(link);
        if (ignored && link instanceof WsLink && code == CloseCode.REPLACED && session != null) {
            replaced.put(session, link);
        } else {
            link.close(code);
        }
    }

    /** The link whose turn this input runs in. */
    WsLink lateInput(WsLink link, ClientFrame frame) {
        if (!ground.has(Bug.RUN_LATE_INPUT) || !(frame instanceof ClientFrame.Publish)) {
            return link;
        }
        return newest.get(sessionOf.get(link)) instanceof WsLink later ? later : link;
    }

    ChannelRequest asked(ChannelRequest request) {
        if (ground.has(Bug.FORGET_KEY)
                && request instanceof ChannelRequest.Append append
                && append.extras().key() != null) {
            Extras without =
                    new Extras(null, append.extras().slot(), append.extras().headers());
            return new ChannelRequest.Append(
                    append.channel(),
                    append.tag(),
                    append.user(),
                    append.client(),
                    append.payload(),
                    without,
                    append.sent(),
                    append.refusal());
        }
        return request;
    }
}
