// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ClientFrame.Publish;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.ClientFrame.Subscribe;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Connected;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.Want;
import dev.longwire.simulation.ground.Pass;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one link brought its client, frame by frame. */
final class LinkTrace {

    /** Why a subscription ended, when the application ended it. */
    private static final String WITHDRAWN = "server";

    private final ClientTrace client;
    private final Connect connect;
    private final CompanyTrace company;
    private final Map<String, Want> resumed = new LinkedHashMap<>();
    private final Map<String, Watch> watches = new LinkedHashMap<>();

    /** Channels that it was told it may not have any more, and has not got again. */
    private final Set<String> lost = new LinkedHashSet<>();

    /** What the application subscribed it to on this link, and it has not asked for itself. */
    private final Set<String> given = new LinkedHashSet<>();

    /** What it asked to be rid of on this link. */
    private final Set<String> unwanted = new LinkedHashSet<>();

    private final Map<Long, Integer> answers = new LinkedHashMap<>();
    private final Set<Long> retried = new LinkedHashSet<>();
    private final List<Publish> early = new ArrayList<>();
    private @Nullable Connected connected;
    private boolean over;

    /** What the token allows that was accepted last; null where tokens are names. */
    private @Nullable Pass pass;

    LinkTrace(ClientTrace client, Connect connect) {
        this.client = client;
        this.connect = connect;
        this.company = new CompanyTrace(client, connect.resume());
        this.pass = Pass.read(connect.token());
        Resume resume = connect.resume();
        if (resume != null) {
            resume.channels().forEach(want -> resumed.putIfAbsent(want.channel(), want));
        }
    }

    void sent(ClientFrame frame) {
        if (frame instanceof Request request) {
            client.requests.put(request.id(), request);
            if (request.retry()) {
                retried.add(request.id());
            }
        }
        if (frame instanceof ClientFrame.Unsubscribe unsubscribe) {
            unwanted.add(unsubscribe.channel());
        }
        if (frame instanceof Publish publish) {
            client.book.sent(client.name, publish);
            if (connected == null) {
                // It may run in a session that the client never hears of.
                early.add(publish);
                client.book.on(unknown(), publish);
            } else {
                client.book.on(connected.session(), publish);
            }
        }
    }

    void again(Publish publish) {
        client.book.sent(client.name, publish);
    }

    void saw(ServerFrame frame, long now) {
        if (over) {
            throw new Broken(0, client.name + ": after disconnect came " + frame);
        }
        boolean needsSession = !(frame instanceof ServerFrame.Pong
                || frame instanceof ServerFrame.Error
                || frame instanceof ServerFrame.Disconnect
                || frame instanceof Connected);
        if (needsSession && connected == null) {
            throw new Broken(0, client.name + ": before connected came " + frame);
        }
        if (frame instanceof ServerFrame.Reply reply && reply.id() != 0) {
            answered(reply);
        }
        switch (frame) {
            case Connected first -> connected(first);
            case Subscribed subscribed -> subscribed(subscribed, now);
            case ServerFrame.Unsubscribed unsubscribed -> unsubscribed(unsubscribed);
            case Message message -> {
                mayCome(message.channel(), frame);
                watch(message.channel(), frame).message(message);
            }
            case ServerFrame.Gap gap -> watch(gap.channel(), frame).gap(gap, now);
            case ServerFrame.EpochChanged change ->
                watch(change.channel(), frame).epochChanged(change);
            case ServerFrame.Published published ->
                client.book.acked(session(), request(Publish.class, published), published);
            case ServerFrame.Error error -> refused(error);
            case ServerFrame.History history -> history(history);
            case ServerFrame.Outcome outcome -> outcome(outcome);
            case ServerFrame.Subscriptions subscriptions -> subscriptions(subscriptions);
            case ServerFrame.Disconnect goodbye -> over = true;
            case ServerFrame.Pong pong -> client.counters.count("pongs");
            case ServerFrame.Attended attended -> company.attended(attended);
            case ServerFrame.Members page -> {
                request(ClientFrame.Presence.class, page);
                client.presence.same(client.name, page.channel(), page.at(), page.members());
                client.counters.count("presence queried");
            }
            case ServerFrame.Observed observed -> company.observed(observed);
            case ServerFrame.Dropped dropped -> throw new Broken(0, "everybody may be there: " + dropped);
            case ServerFrame.Result result -> result(result);
            case ServerFrame.Refreshed refreshed -> refreshed(refreshed);
        }
    }

    /** The backend answers with what it was called with. */
    private void result(ServerFrame.Result frame) {
        ClientFrame.Call call = request(ClientFrame.Call.class, frame);
        if (!frame.payload().equals(call.payload())) {
            throw new Broken(0, client.name + ": the result of another call: " + frame);
        }
        client.counters.count("calls answered");
    }

    private void refreshed(ServerFrame.Refreshed frame) {
        client.counters.count(frame.id() == 0 ? "tokens wanted" : "refreshed");
        if (frame.id() != 0) {
            pass = Pass.read(request(ClientFrame.Refresh.class, frame).token());
        }
    }

    /** Nothing of a channel may come that the accepted token does not allow. */
    private void mayCome(String channel, ServerFrame frame) {
        boolean assigned =
                client.assigned != null && client.assigned.ever(user()).contains(channel);
        if (pass != null && !pass.allows(channel) && !assigned) {
            throw new Broken(17, client.name + ": without the right came " + frame);
        }
    }

    private @Nullable String user() {
        Pass shown = Pass.read(connect.token());
        return shown == null ? connect.token() : shown.user();
    }

    private String session() {
        return connected == null ? "" : connected.session();
    }

    private void answered(ServerFrame.Reply reply) {
        if (!client.requests.containsKey(reply.id())) {
            throw new Broken(0, client.name + ": an answer to nothing: " + reply);
        }
        // What was asked on an earlier link of the session may be answered here before it is asked for again.
        int count = answers.merge(reply.id(), 1, Integer::sum);
        if (count > (retried.contains(reply.id()) ? 2 : 1)) {
            throw new Broken(0, client.name + ": answered once too often: " + reply);
        }
    }

    private <T extends Request> T request(Class<T> kind, ServerFrame.Reply reply) {
        Request request = client.requests.get(reply.id());
        if (!kind.isInstance(request)) {
            throw new Broken(0, client.name + ": " + reply + " answers " + request);
        }
        return kind.cast(request);
    }

    private void connected(Connected frame) {
        if (connected != null || frame.id() != connect.id()) {
            throw new Broken(0, client.name + ": connected out of place: " + frame);
        }
        connected = frame;
        client.counters.count(frame.resumed() ? "resumed" : "new sessions");
        Resume resume = connect.resume();
        boolean asked = resume != null && frame.session().equals(resume.session());
        if (frame.resumed() != asked || resume != null && resume.turn() != frame.turn()) {
            throw new Broken(16, client.name + ": asked for " + resume + " and got " + frame);
        }
        early.forEach(publish -> client.book.known(unknown(), frame.session(), publish));
    }

    /** The session of a connect that has not been answered. */
    private String unknown() {
        return "of request " + connect.id();
    }

    private void subscribed(Subscribed frame, long now) {
        mayCome(frame.channel(), frame);
        Want want;
        if (frame.id() == 0) {
            want = resumed.remove(frame.channel());
            if (want == null && assignable(frame.channel())) {
                want = new Want(frame.channel(), null, 0, false);
                given.add(frame.channel());
                client.counters.count("subscribed by the application");
            }
        } else {
            want = request(Subscribe.class, frame).want();
            if (given.remove(frame.channel())) {
                // It wants it from a place of its own choice.
                watches.remove(frame.channel());
                client.subscribedAnew(frame.channel());
                client.counters.count("assigned made one's own");
            }
        }
        if (want == null || !want.channel().equals(frame.channel()) || watches.containsKey(frame.channel())) {
            throw new Broken(13, client.name + ": subscribed out of place: " + frame);
        }
        if (!client.forged.contains(want)) {
            Watch.answered(client.name, want, frame, client.truth, now);
        }
        count(frame);
        lost.remove(frame.channel());
        watches.put(frame.channel(), new Watch(client.name, want, frame, client.truth, client.counters));
        client.excuse(frame.channel());
        if (frame.id() != 0 && (want.since() == null || client.forged.contains(want))) {
            client.subscribedAnew(frame.channel());
        }
    }

    private boolean assignable(String channel) {
        return client.assigned != null && client.assigned.ever(user()).contains(channel);
    }

    private void count(Subscribed frame) {
        if (frame.recovered()) {
            client.counters.count(frame.replay() > 0 ? "recovered with replay" : "recovered");
        } else if (frame.reason() != null) {
            client.counters.count("not recovered " + frame.reason().wire());
        } else {
            client.counters.count(frame.replay() > 0 ? "subscribed with last" : "subscribed");
        }
    }

    private void unsubscribed(ServerFrame.Unsubscribed frame) {
        if (frame.id() == 0) {
            boolean wasResumed = resumed.remove(frame.channel()) != null;
            boolean wasWatched = watches.remove(frame.channel()) != null;
            boolean coming = wasResumed || wasWatched;
            given.remove(frame.channel());
            if (WITHDRAWN.equals(frame.reason()) && assignable(frame.channel())) {
                client.counters.count("ended by the application");
                client.excuse(frame.channel());
                return;
            }
            if (client.hooked && !wasWatched) {
                client.counters.count("not let back " + frame.reason());
                client.excuse(frame.channel());
                return;
            }
            // In a poll's answer that is written again it may be said once more.
            boolean again = !coming && lost.contains(frame.channel());
            if (pass == null || !coming && !again && pass.allows(frame.channel())) {
                throw new Broken(0, client.name + ": unsubscribed by the server: " + frame);
            }
            lost.add(frame.channel());
            client.counters.count("rights lost");
            client.excuse(frame.channel());
            return;
        }
        given.remove(frame.channel());
        boolean known = watches.remove(frame.channel()) != null;
        boolean retried = frame.id() != 0 && client.requests.containsKey(frame.id());
        if (!known && !retried) {
            throw new Broken(0, client.name + ": unsubscribed out of place: " + frame);
        }
    }

    private Watch watch(String channel, ServerFrame frame) {
        Watch watch = watches.get(channel);
        if (watch == null) {
            throw new Broken(13, client.name + ": without a subscription came " + frame);
        }
        if (frame instanceof ServerFrame.Gap gap && gap.cause() == ServerFrame.Gap.Cause.CONFLATED) {
            client.conflated(channel, gap.to());
        } else if (!(frame instanceof Message)) {
            client.excuse(channel);
        }
        return watch;
    }

    private void refused(ServerFrame.Error error) {
        Request request = client.requests.get(error.id());
        client.counters.count("errors " + error.code().wire());
        if (request instanceof Publish publish) {
            client.book.refused(client.name, publish, error.code());
        } else if (error.code() == ErrorCode.INTERNAL) {
            throw new Broken(0, client.name + ": " + error);
        }
    }

    private void history(ServerFrame.History frame) {
        ClientFrame.History asked = request(ClientFrame.History.class, frame);
        client.counters.count("history pages");
        mayCome(frame.channel(), frame);
        long last = -1;
        for (Message message : frame.messages()) {
            Truth.Entry entry =
                    client.truth.at(frame.channel(), new Position(frame.head().epoch(), message.offset()));
            String payload = new String(message.payload().bytes(), StandardCharsets.UTF_8);
            if (entry == null || !entry.payload().equals(payload)) {
                throw new Broken(2, client.name + ": history shows " + message + ", accepted was " + entry);
            }
            if (last != -1 && message.offset() != last + (asked.reverse() ? -1 : 1)) {
                throw new Broken(10, client.name + ": history jumps from " + last + " to " + message.offset());
            }
            last = message.offset();
        }
    }

    private void outcome(ServerFrame.Outcome frame) {
        ClientFrame.History asked = request(ClientFrame.History.class, frame);
        Position position = frame.position();
        client.counters.count(position == null ? "outcomes none" : "outcomes");
        Truth.Entry entry = position == null ? null : client.truth.at(frame.channel(), position);
        if (position != null
                && (entry == null || entry.key() == null || !entry.key().equals(asked.key()))) {
            throw new Broken(4, client.name + ": " + asked.key() + " is said to be at " + position + ": " + entry);
        }
    }

    private void subscriptions(ServerFrame.Subscriptions frame) {
        for (ServerFrame.Subscriptions.Entry entry : frame.channels()) {
            Watch watch = watches.get(entry.channel());
            if (watch == null || !watch.epoch().equals(entry.position().epoch())) {
                throw new Broken(
                        0,
                        client.name + ": subscriptions show " + entry + ", known is "
                                + (watch == null ? null : watch.position()));
            }
        }
        client.counters.count("subscriptions listed");
    }

    void observedAtRest(String channel) {
        company.atRest(channel);
    }

    /** With nothing going on any more, everything must have come. */
    void atRest(List<String> channels) {
        if (connected == null || !resumed.isEmpty()) {
            throw new Broken(11, client.name + ": not all answered at rest: " + resumed.keySet());
        }
        Set<String> assigned = client.assigned == null ? Set.of() : client.assigned.now(user());
        for (String channel : assigned) {
            if (!watches.containsKey(channel) && !unwanted.contains(channel)) {
                throw new Broken(11, client.name + ": the application subscribed it, at rest it isn't: " + channel);
            }
        }
        for (String channel : watches.keySet()) {
            if (pass != null && !pass.allows(channel) && !assigned.contains(channel)) {
                throw new Broken(17, client.name + ": was never told that it lost " + channel);
            }
        }
        for (String channel : channels) {
            Watch watch = watches.get(channel);
            if (watch == null) {
                throw new Broken(11, client.name + ": no subscription at rest: " + channel);
            }
            watch.atRest(client.truth.now(channel));
        }
    }
}
