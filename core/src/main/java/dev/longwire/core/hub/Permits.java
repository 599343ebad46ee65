// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Assignments;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.access.Revocations;
import dev.longwire.core.deadline.Dated;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Ladder;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame.Refreshed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How what a session may do changes while it is there: a fresh token, one that adds something, the end of a token, and
 * its revocation. Whatever the cause, channels that are lost are left in the same turn, and the client is told.
 */
final class Permits {

    /** Tokens that a session may have added to the one it came with. */
    static final int MOST_ADDED = 16;

    /** The end of what has none; a moment that stays one when time is added to it. */
    private static final long NEVER_ENDS = Long.MAX_VALUE / 4;

    /** The reason in an {@code unsubscribed} when an added token has ended. */
    private static final String ENDED = "expired";

    /** The reason in an {@code unsubscribed} when the application has ended it. */
    private static final String WITHDRAWN = "server";

    private final long graceMillis;
    private final Assignments assignments;
    private final Sessions sessions;
    private final Requests requests;
    private final Ladder ladder = new Ladder();
    private final Revocations revocations = new Revocations();

    Permits(Rules rules, Sessions sessions, Requests requests) {
        this.assignments = rules.rights().assignments();
        this.graceMillis = rules.limits().graceMillis();
        this.sessions = sessions;
        this.requests = requests;
    }

    Assignments assignments() {
        return assignments;
    }

    Revocations revocations() {
        return revocations;
    }

    /** A token takes the place of the one that the session came with. What was added stays. */
    void shown(Session session, Principal principal, long lifeMillis, long nowMillis) {
        session.speaksFor(principal);
        session.lapsed = false;
        if (session.permit != null) {
            Deadlines.stop(session.permit);
            session.permit = null;
        }
        if (lifeMillis != Principal.FOR_EVER) {
            // Who has less than twice the grace left is asked halfway.
            long askAt = nowMillis + Math.max(lifeMillis - graceMillis, lifeMillis / 2);
            session.permit = new Permit(session, principal, nowMillis + lifeMillis, askAt, false);
            start(session.permit, nowMillis);
        }
    }

    private void start(Permit permit, long nowMillis) {
        boolean ends = permit.added || permit.asked;
        ladder.start(permit, ends ? permit.endsAt + graceMillis : permit.askAt, nowMillis);
    }

    /** A session that was written out has its time-outs again. */
    void restore(Session session, long nowMillis) {
        if (session.permit != null && !session.lapsed) {
            start(session.permit, nowMillis);
        }
        for (Permit each : session.added) {
            start(each, nowMillis);
        }
    }

    /** A session comes from another hub, and may have been on its way when something was revoked. */
    void adopted(Session session, long nowMillis) {
        if (revocations.refuse(session.principal, nowMillis)) {
            sessions.kick(session.id, CloseCode.REVOKED);
            return;
        }
        List<Permit> left = new ArrayList<>(session.added);
        left.removeIf(each -> revocations.refuse(each.principal, nowMillis));
        session.added = left;
        restore(session, nowMillis);
        sessions.lanes().restored(session, false);
    }

    /** The session is gone. */
    static void forget(Session session) {
        if (session.permit != null) {
            Deadlines.stop(session.permit);
        }
        session.added.forEach(Deadlines::stop);
    }

    /** The home has found a token genuine that a session was to be refreshed with. */
    void renewed(HubInput.Renewed input, long nowMillis) {
        Session session = sessions.find(input.session());
        // What a later attach has brought counts more than what was on its way then.
        if (session == null || session.turn != input.turn() || session.lapsed) {
            return;
        }
        ClientFrame.Refresh refresh = input.refresh();
        Principal principal = input.principal();
        boolean same =
                Objects.equals(principal.user(), session.principal.user()) || refresh.add() && principal.user() == null;
        if (!same || revocations.refuse(principal, nowMillis)) {
            requests.refuse(session, refresh.id(), ErrorCode.UNAUTHORIZED, null);
        } else if (refresh.add()) {
            add(session, input, nowMillis);
        } else {
            shown(session, principal, input.lifeMillis(), nowMillis);
            requests.answer(session, new Refreshed(refresh.id(), principal.expiresAtMillis()));
            requests.withdraw(session, Rights.LOST);
        }
    }

    private void add(Session session, HubInput.Renewed input, long nowMillis) {
        Principal principal = input.principal();
        List<Permit> added = new ArrayList<>(session.added);
        added.removeIf(
                each -> principal.tokenId() != null && principal.tokenId().equals(each.principal.tokenId()));
        if (added.size() >= MOST_ADDED) {
            requests.refuse(session, input.refresh().id(), ErrorCode.TOO_MANY_TOKENS, null);
            return;
        }
        session.added.forEach(Deadlines::stop);
        long life = input.lifeMillis();
        long endsAt = life == Principal.FOR_EVER ? NEVER_ENDS : nowMillis + life;
        added.add(new Permit(session, principal, endsAt, endsAt, true));
        session.added = added;
        added.forEach(each -> start(each, nowMillis));
        requests.answer(session, new Refreshed(input.refresh().id(), principal.expiresAtMillis()));
        requests.withdraw(session, Rights.LOST);
    }

    /** The home has not accepted a token: everything stays as it is. */
    void kept(HubInput.Kept input) {
        Session session = sessions.find(input.session());
        if (session != null && session.turn == input.turn()) {
            requests.refuse(session, input.refresh().id(), input.code(), null);
        }
    }

    /** Ends every session that came with such a token, and takes back what such tokens have added to others. */
    void revoke(Revocation revocation, long nowMillis) {
        revocations.add(revocation, nowMillis);
        if (revocation.kind() == Revocation.Kind.USER) {
            sessions.lanes().revoked(revocation.name());
        }
        List<Session> all = new ArrayList<>();
        sessions.all().forEach(all::add);
        for (Session session : all) {
            if (names(revocation, session.principal)) {
                sessions.kick(session.id, CloseCode.REVOKED);
            } else {
                List<Permit> left = new ArrayList<>();
                for (Permit each : session.added) {
                    if (names(revocation, each.principal)) {
                        Deadlines.stop(each);
                    } else {
                        left.add(each);
                    }
                }
                if (left.size() < session.added.size()) {
                    session.added = left;
                    requests.withdraw(session, Rights.LOST);
                }
            }
        }
    }

    /** The application says what a user follows, whatever their tokens allow. */
    void assign(HubInput.Assign input) {
        boolean room = !input.begins() || assignments.add(input.user(), input.channel());
        if (!room) {
            return;
        }
        if (!input.begins()) {
            assignments.remove(input.user(), input.channel());
        }
        List<Session> all = new ArrayList<>();
        sessions.all().forEach(all::add);
        for (Session session : all) {
            if (!input.user().equals(session.principal.user())) {
                continue;
            }
            if (input.begins()) {
                sessions.assigned(session, input.channel());
            } else {
                requests.end(session, input.channel(), WITHDRAWN);
            }
        }
    }

    private static boolean names(Revocation revocation, Principal principal) {
        String name = switch (revocation.kind()) {
            case USER -> principal.user();
            case TOKEN -> principal.tokenId();
        };
        return revocation.name().equals(name);
    }

    void tick(long nowMillis) {
        for (Dated due = ladder.expired(nowMillis); due != null; due = ladder.expired(nowMillis)) {
            Permit permit = (Permit) due;
            Session session = permit.session;
            if (permit.added) {
                session.added = new ArrayList<>(session.added);
                session.added.remove(permit);
                requests.withdraw(session, ENDED);
            } else if (permit.asked) {
                sessions.lapse(session, nowMillis);
            } else {
                permit.asked = true;
                start(permit, nowMillis);
                requests.say(session, new Refreshed(0, permit.principal.expiresAtMillis()));
            }
        }
    }

    long wakeAt() {
        return ladder.next();
    }
}
