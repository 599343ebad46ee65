// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.deadline.Dated;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Ladder;
import dev.longwire.core.hook.Answers;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Hooks;
import dev.longwire.core.hook.Question;
import dev.longwire.core.hub.Asking.Arrival;
import dev.longwire.core.hub.Asking.Entrance;
import dev.longwire.core.hub.Asking.Errand;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Want;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a decision of the application's backend, and what waits behind it. A lane is what a session asks of one
 * channel: its first is asked about, or done where nobody has to be asked, and then the next; so requests on one channel
 * keep their order, and no other lane waits. A call has a lane of its own.
 */
final class Lanes {

    /** When a client may try again after nothing was heard in time. */
    static final long RETRY_MILLIS = 1_000;

    /** Whoever does what was decided. */
    interface Doer {
        /** Nobody has to be asked, or it can't be allowed anyway. */
        void plain(Errand errand);

        void decided(Errand errand, Decision decision);

        void decided(Arrival arrival, Decision decision, long nowMillis);
    }

    private final Hooks hooks;
    private final Rights rights;
    private final Outbox outbox;
    private final Map<String, Asking> asked = new LinkedHashMap<>();

    /** Connects that wait, by their nonce. */
    private final Map<String, Entrance> byNonce = new LinkedHashMap<>();

    private final Ladder deadlines = new Ladder();
    private final Answers answers = new Answers();
    private @Nullable Doer doer;
    private long now;

    Lanes(Rules rules, Outbox outbox) {
        this.hooks = rules.hooks();
        this.rights = rules.rights();
        this.outbox = outbox;
    }

    void doer(Doer whoever) {
        doer = whoever;
    }

    private Doer doer() {
        return Objects.requireNonNull(doer);
    }

    void at(long nowMillis) {
        now = nowMillis;
    }

    /** Whether the request waits, or has been done, here. */
    boolean takes(Session session, Request request) {
        if (hooks.all().isEmpty() && session.lanes.isEmpty()) {
            return false;
        }
        String lane = lane(request);
        if (lane == null || !session.lanes.containsKey(lane) && hook(session, request) == null) {
            return false;
        }
        Errand errand = new Errand(session, lane, request, false);
        if (request.retry() && request instanceof ClientFrame.Call && session.isNew()) {
            // Its first try was in a session that is gone, and so is what became of it.
            doer().decided(errand, new Decision.Failed(true, 0));
        } else {
            enter(errand);
        }
        return true;
    }

    /** Whether a channel of {@code resume} waits, or has been joined, here. */
    boolean rejoins(Session session, Want want) {
        Request request = new ClientFrame.Subscribe(1, want, false);
        if (hook(session, request) == null) {
            return false;
        }
        enter(new Errand(session, want.channel(), request, true));
        return true;
    }

    /** Whether a channel of {@code resume} still waits here: it will be joined from where the client said. */
    static boolean rejoining(Session session, String channel) {
        ArrayDeque<Errand> lane = session.lanes.get(channel);
        if (lane != null) {
            for (Errand errand : lane) {
                if (errand.rejoin) {
                    return true;
                }
            }
        }
        return false;
    }

    private void enter(Errand errand) {
        ArrayDeque<Errand> lane = errand.session.lanes.get(errand.lane);
        if (lane == null) {
            add(errand);
            advance(errand.session, errand.lane);
        } else {
            lane.add(errand);
        }
    }

    private static void add(Errand errand) {
        errand.session
                .lanes
                .computeIfAbsent(errand.lane, key -> new ArrayDeque<>(2))
                .add(errand);
    }

    /** Does what can be done, up to what has to be asked. */
    private void advance(Session session, String name) {
        ArrayDeque<Errand> lane = session.lanes.get(name);
        while (lane != null && !lane.isEmpty()) {
            Errand first = lane.element();
            if (first.decision != null) {
                lane.remove();
                doer().decided(first, first.decision);
                continue;
            }
            Hook hook = hook(session, first.request);
            if (hook == null) {
                lane.remove();
                doer().plain(first);
                continue;
            }
            Question question = question(first, hook, session.client + "-" + (session.questions + 1));
            Decision known = answers.find(question, now);
            if (known == null) {
                session.questions++;
                ask(first, question, hook.deadlineMillis());
                outbox.add(new HubOutput.Consult(question));
                return;
            }
            lane.remove();
            doer().decided(first, known);
        }
        session.lanes.remove(name);
    }

    private void ask(Asking asking, Question question, long millis) {
        asking.question = question;
        asked.put(question.id(), asking);
        deadlines.start(asking, now + millis, now);
    }

    /** What is not allowed anyway nobody is asked about, nor what the application itself has said. */
    private @Nullable Hook hook(Session session, Request request) {
        return switch (request) {
            case ClientFrame.Subscribe subscribe
            when rights.subscribe(session, subscribe.want())
                    && !rights.assigned(session, subscribe.want().channel()) ->
                hooks.find(Hook.Kind.SUBSCRIBE, subscribe.want().channel());
            case ClientFrame.Publish publish
            when rights.publish(session, publish.channel()) -> hooks.find(Hook.Kind.PUBLISH, publish.channel());
            case ClientFrame.Call call when rights.allow(session, call) -> hooks.find(Hook.Kind.CALL, call.method());
            default -> null;
        };
    }

    private static @Nullable String lane(Request request) {
        return switch (request) {
            case ClientFrame.Subscribe subscribe -> subscribe.want().channel();
            case ClientFrame.Unsubscribe unsubscribe -> unsubscribe.channel();
            case ClientFrame.Publish publish -> publish.channel();
            case ClientFrame.History history -> history.channel();
            case ClientFrame.Presence presence -> presence.channel();
            // No channel is called so.
            case ClientFrame.Call call -> "call " + call.id();
            case ClientFrame.Subscriptions list -> null;
            case ClientFrame.Refresh refresh -> null;
            case ClientFrame.Connect connect -> null;
        };
    }

    private static Question question(Errand errand, Hook hook, String id) {
        Session session = errand.session;
        Question.Who who =
                new Question.Who(session.principal.user(), session.client, session.agent, session.principal.info());
        return switch (errand.request) {
            case ClientFrame.Publish(long i, String channel, Payload data, ClientFrame.Extras extras, boolean retry) ->
                new Question(id, hook, Hook.Kind.PUBLISH, who, channel, session.id, data, extras.headers());
            case ClientFrame.Call call ->
                new Question(id, hook, Hook.Kind.CALL, who, call.method(), session.id, call.payload(), Map.of());
            default -> new Question(id, hook, Hook.Kind.SUBSCRIBE, who, errand.lane, session.id, null, Map.of());
        };
    }

    /** Somebody wants in: what is known of that; or null, and the backend is asked. */
    @Nullable
    Decision about(HubInput.Verified verified) {
        Hook hook = hooks.find(Hook.Kind.CONNECT, "");
        if (hook == null) {
            return Decision.Allowed.ONCE;
        }
        Arrival arrival = new Arrival(verified, now);
        String nonce = verified.connect().nonce();
        Entrance copied = nonce == null ? null : byNonce.get(nonce);
        if (copied != null && same(copied.arrivals.get(0).verified(), verified)) {
            // A copy of a poll is the same attempt.
            copied.arrivals.add(arrival);
            return null;
        }
        Question question = question(verified, hook, verified.fresh().client() + "-connect");
        Decision known = answers.find(question, now);
        if (known == null) {
            Entrance entrance = new Entrance();
            entrance.arrivals.add(arrival);
            await(entrance, question, hook.deadlineMillis());
            outbox.add(new HubOutput.Consult(question));
        }
        return known;
    }

    private void await(Entrance entrance, Question question, long millis) {
        ask(entrance, question, millis);
        String nonce = entrance.arrivals.get(0).verified().connect().nonce();
        if (nonce != null) {
            byNonce.put(nonce, entrance);
        }
    }

    private static boolean same(HubInput.Verified one, HubInput.Verified other) {
        return one.turn() == other.turn()
                && Objects.equals(one.principal().user(), other.principal().user());
    }

    private static Question question(HubInput.Verified verified, Hook hook, String id) {
        Question.Who who = new Question.Who(
                verified.principal().user(),
                verified.fresh().client(),
                verified.connect().agent(),
                verified.principal().info());
        return new Question(id, hook, Hook.Kind.CONNECT, who, "", "", null, Map.of());
    }

    /** The backend has decided; false when nobody here waits for it. */
    boolean decided(String id, Decision decision) {
        Asking asking = asked.remove(id);
        if (asking != null) {
            Deadlines.stop(asking);
            settle(asking, decision);
        }
        return asking != null;
    }

    private void settle(Asking asking, Decision said) {
        Question question = Objects.requireNonNull(asking.question);
        answers.note(question, said, now);
        boolean passes = said instanceof Decision.Failed
                && question.hook().allowsOnFailure()
                && question.kind() != Hook.Kind.CALL;
        Decision decision = passes ? Decision.Allowed.ONCE : said;
        switch (asking) {
            // A later attach, somewhere, has the session already: what is done for it here comes after that.
            case Errand errand when errand.session.onItsWay -> errand.decision = decision;
            case Errand errand -> {
                Objects.requireNonNull(errand.session.lanes.get(errand.lane)).remove(errand);
                doer().decided(errand, decision);
                advance(errand.session, errand.lane);
            }
            case Entrance entrance -> {
                String nonce = entrance.arrivals.get(0).verified().connect().nonce();
                if (nonce != null) {
                    byNonce.remove(nonce, entrance);
                }
                entrance.arrivals.forEach(each -> doer().decided(each, decision, now));
            }
        }
    }

    void tick() {
        for (Dated due = deadlines.expired(now); due != null; due = deadlines.expired(now)) {
            Asking asking = (Asking) due;
            asked.remove(Objects.requireNonNull(asking.question).id());
            settle(asking, new Decision.Failed(true, RETRY_MILLIS));
        }
    }

    long wakeAt() {
        return deadlines.next();
    }

    /** The session is gone from here. */
    void forget(Session session) {
        session.lanes.values().forEach(lane -> lane.forEach(this::unasked));
        session.lanes.clear();
    }

    private void unasked(Asking asking) {
        if (asking.question != null) {
            Deadlines.stop(asking);
            asked.remove(asking.question.id());
        }
    }

    /**
     * A later attach begins: what it says anew, and what only reads, is not waited for any more; the client asks again.
     * What has an effect goes on: who asks for it once more gets the one answer.
     */
    void renew(Session session) {
        drop(session, Lanes::goesOn);
    }

    /**
     * A session's token has ended: until it has another nothing is done for it, and its client asks again. All of a lane is
     * forgotten, or what stood behind would be done before what stood first is asked again. Calls may have run already.
     */
    void lapsed(Session session) {
        drop(session, ClientFrame.Call.class::isInstance);
    }

    private void drop(Session session, Predicate<Request> stays) {
        for (Map.Entry<String, ArrayDeque<Errand>> each : List.copyOf(session.lanes.entrySet())) {
            for (Errand errand : List.copyOf(each.getValue())) {
                if (!stays.test(errand.request)) {
                    unasked(errand);
                    each.getValue().remove(errand);
                    if (!errand.rejoin) {
                        session.replies.forget(errand.request.id());
                    }
                }
            }
            if (each.getValue().isEmpty()) {
                session.lanes.remove(each.getKey());
            }
        }
    }

    private static boolean goesOn(Request request) {
        return switch (request) {
            case ClientFrame.Publish publish -> true;
            case ClientFrame.Call call -> true;
            case ClientFrame.Presence presence -> presence.action().enters();
            default -> false;
        };
    }

    /** Goes on where something that stood first was taken out, or was decided while the session was on its way. */
    void proceed(Session session) {
        if (session.onItsWay) {
            return;
        }
        for (String name : List.copyOf(session.lanes.keySet())) {
            ArrayDeque<Errand> lane = session.lanes.get(name);
            if (lane != null && (lane.element().question == null || lane.element().decision != null)) {
                advance(session, name);
            }
        }
    }

    Answers answers() {
        return answers;
    }

    /** Nothing that was decided of this user holds any more. */
    void revoked(String user) {
        answers.forget(user);
    }

    /**
     * A session comes from elsewhere, with what it waits for.
     *
     * @param again whether whoever was asked may be gone: then all is asked again, by the same ids
     */
    void restored(Session session, boolean again) {
        for (ArrayDeque<Errand> lane : session.lanes.values()) {
            Errand first = lane.element();
            String id = first.askedBefore;
            Hook hook = id == null ? null : hook(session, first.request);
            if (id != null && hook != null) {
                Question question = question(first, hook, id);
                ask(first, question, first.leftMillis);
                if (again) {
                    outbox.add(new HubOutput.Consult(question));
                }
            }
        }
    }

    /** The connects that wait. */
    List<Entrance> entrances() {
        List<Entrance> all = new ArrayList<>();
        for (Asking each : asked.values()) {
            if (each instanceof Entrance entrance) {
                all.add(entrance);
            }
        }
        return all;
    }

    /** One that was written out waits again. */
    void restored(Entrance entrance, String id, long leftMillis) {
        HubInput.Verified first = entrance.arrivals.get(0).verified();
        Hook hook = hooks.find(Hook.Kind.CONNECT, "");
        if (hook == null) {
            // Nobody is asked any more.
            hook = new Hook("", Set.of(Hook.Kind.CONNECT), List.of(), leftMillis, true);
        }
        Question question = question(first, hook, id);
        await(entrance, question, leftMillis);
        if (!hook.name().isEmpty()) {
            outbox.add(new HubOutput.Consult(question));
        }
    }
}
