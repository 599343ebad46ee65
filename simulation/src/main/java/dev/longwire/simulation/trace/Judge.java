// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.core.Principal;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.event.Event;
import dev.longwire.core.hub.Session;
import dev.longwire.core.log.LogView;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.Want;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.home.Link;
import dev.longwire.simulation.home.Tap;
import dev.longwire.simulation.home.Watcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Holds everything that happens against the promises, and throws {@link Broken} at the first one that is not kept. */
public final class Judge implements Tap, Watcher {

    /**
     * What a session may cost when it is written out: answers to its requests, among them small pages of history that
     * wait for a poll, and a number per subscription.
     */
    private static final int MOST_SESSION_BYTES = 16_000;

    private static final int MOST_SUBSCRIPTION_BYTES = 400;

    /** How long a poll that has something to say may wait for more that is on its way. */
    private static final int MOST_HOLD_MILLIS = 1_500;

    private record Attach(String session, long turn) {}

    private final Ground ground;
    private final Truth truth;
    private final Book book;
    private final PresenceTruth presence;
    private final EventTrace events;
    private final Assigned assigned = new Assigned();
    private final Map<String, ClientTrace> clients = new LinkedHashMap<>();
    private final Map<Link, LinkTrace> links = new LinkedHashMap<>();
    private final Map<Link, Attach> attaches = new LinkedHashMap<>();
    private final Map<String, Long> turns = new LinkedHashMap<>();

    /** How often messages were written to a link since it became full. */
    private final Map<Link, Integer> full = new LinkedHashMap<>();

    public Judge(Ground ground) {
        this.ground = ground;
        this.truth = new Truth(ground.plan());
        this.book = new Book(truth, ground.counters());
        this.presence = new PresenceTruth(ground.counters());
        this.events = new EventTrace(truth, ground.counters());
    }

    private ClientTrace client(String name) {
        return clients.computeIfAbsent(name, unused -> {
            ClientTrace trace = new ClientTrace(name, truth, book, presence, ground.counters());
            trace.hooked = ground.has(Fault.HOOKS);
            trace.assigned = ground.has(Fault.ASSIGN) ? assigned : null;
            return trace;
        });
    }

    // ---- what clients do

    /** A client claims a position that it never had: whatever is answered, nobody was promised anything. */
    public void forged(String client, Want want) {
        client(client).forged.add(want);
    }

    public void handed(String client, String channel, Position position) {
        client(client).handed(channel, position);
    }

    @Override
    public void sent(Link link, ClientFrame frame) {
        if (frame instanceof ClientFrame.Connect connect && !links.containsKey(link)) {
            links.put(link, new LinkTrace(client(Objects.requireNonNull(connect.agent())), connect));
        }
        trace(link).sent(frame);
    }

    @Override
    public void sentAgain(Link link, ClientFrame frame) {
        if (frame instanceof ClientFrame.Publish publish) {
            trace(link).again(publish);
        }
    }

    @Override
    public void saw(Link link, ServerFrame frame) {
        if (link.inFlight() <= ground.plan().bufferBytes()) {
            // Whatever fills it next is another time that it is full.
            full.remove(link);
        }
        trace(link).saw(frame, ground.now());
    }

    private LinkTrace trace(Link link) {
        return Objects.requireNonNull(links.get(link), "a link that was never connected");
    }

    // ---- what the home does

    @Override
    public void appended(ChannelRequest.Append request, ChannelReply.Appended reply) {
        truth.appended(request, reply, ground.now());
    }

    @Override
    public void epoch(String channel, String epoch, long head) {
        if (!PresenceName.is(channel)) {
            truth.epoch(channel, epoch, head);
        }
    }

    @Override
    public void attached(Link link, String session, long turn) {
        Attach attach = new Attach(session, turn);
        if (attach.equals(attaches.get(link))) {
            // The first answer to a poll is given again.
            return;
        }
        Long before = turns.put(session, turn);
        if (before != null && turn <= before) {
            throw new Broken(16, link + " got turn " + turn + " of a session that is in turn " + before);
        }
        attaches.put(link, attach);
    }

    @Override
    public void assigned(String user, String channel, boolean begins) {
        assigned.assigned(user, channel, begins);
    }

    @Override
    public void delivered(Link link, String channel) {
        Attach attach = Objects.requireNonNull(attaches.get(link), "messages before connected");
        if (attach.turn() < Objects.requireNonNull(turns.get(attach.session()))) {
            throw new Broken(16, link + " was replaced and still gets messages of " + channel);
        }
        // One read may have been on its way when the link filled up.
        int whileFull = link.inFlight() > ground.plan().bufferBytes() ? full.merge(link, 1, Integer::sum) : 0;
        if (whileFull == 0) {
            full.remove(link);
        } else if (whileFull > 1) {
            throw new Broken(18, link + " is full and still gets messages of " + channel);
        }
    }

    @Override
    public void served(Principal principal, boolean refused) {
        long end = principal.expiresAtMillis();
        if (end > 0 && ground.now() > end + ground.plan().limits().graceMillis()) {
            throw new Broken(27, principal.tokenId() + " ended at " + end + " and is still served");
        }
        if (refused) {
            throw new Broken(27, principal.tokenId() + " was revoked and is still served");
        }
    }

    @Override
    public void answered(Link link, Poll poll, long heldMillis, long fullMillis) {
        long most = ground.plan().limits().pollWaitMillis();
        long wait = poll.waitMillis() == Poll.DEFAULT_WAIT ? most : Math.min(most, poll.waitMillis());
        if (heldMillis > wait + 1_000 || fullMillis > MOST_HOLD_MILLIS) {
            throw new Broken(
                    23,
                    link + " wanted an answer within " + wait + " ms and got it after " + heldMillis + ", " + fullMillis
                            + " after there was something to say");
        }
    }

    @Override
    public void told(String channel, LogView log, Predicate<String> held) {
        presence.epoch(channel, log.epoch());
        log.slice(log.tail(), log.head(), Integer.MAX_VALUE).read((offset, bytes, start, length) -> {
            if (Codec.of(Format.JSON).decodeStored(bytes, start, length) instanceof ServerFrame.Changed changed) {
                presence.told(changed, held);
            }
        });
    }

    @Override
    public void happened(Event.OfSession event, long wallMillis) {
        events.session(event, wallMillis);
    }

    @Override
    public void happened(Event event) {
        events.channel(event);
    }

    @Override
    public void hubCrashed() {
        events.hubCrashed();
    }

    @Override
    public void ownerLost(List<String> logs) {
        events.ownerLost(logs);
    }

    @Override
    public void slept(int bytes, int sessions, int subscriptions) {
        if (bytes > MOST_SESSION_BYTES * (sessions + 1) + MOST_SUBSCRIPTION_BYTES * subscriptions) {
            throw new Broken(
                    18,
                    sessions + " sessions and carriers with " + subscriptions + " subscriptions take " + bytes
                            + " bytes");
        }
    }

    // ---- the end

    /** Nothing has gone on for a while: this client must have got everything of these channels. */
    public void atRest(Link link, List<String> channels) {
        trace(link).atRest(channels);
    }

    /**
     * Nothing has gone on for a while: these are there.
     *
     * @param members by name, what each of their sessions says
     */
    public void atRest(String channel, Map<String, List<String>> members) {
        presence.atRest(channel, members);
    }

    public void observedAtRest(Link link, String channel) {
        trace(link).observedAtRest(channel);
    }

    /** Nothing has gone on for a while: these sessions are there, and nobody else. */
    public void atRest(List<Session> sessions) {
        events.atRest(sessions, ground.plan().channels());
    }

    public void close() {
        book.close();
    }
}
