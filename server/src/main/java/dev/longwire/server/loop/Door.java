// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.Principal;
import dev.longwire.core.hook.Question;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.auth.Tickets;
import dev.longwire.server.auth.Tickets.Ticket;
import org.jspecify.annotations.Nullable;

/** How a carrier gets to its session: who the client is, which session its ticket names, and which loop has that. */
final class Door {

    private final Loop loop;
    private final Loops loops;

    Door(Loop loop, Loops loops) {
        this.loop = loop;
        this.loops = loops;
    }

    /** An attach that waits for its session to come from another loop. */
    private record Move(Loop to, HubInput.Verified verified) {}

    void verify(Carrier carrier, Connect connect) {
        String token =
                connect.token() != null ? connect.token() : Loop.line(carrier).token();
        loops.verifier().verify(token).whenComplete((principal, failure) -> {
            HubInput denied = new HubInput.Denied(
                    carrier, connect, failure == null ? ErrorCode.UNAUTHORIZED : ErrorCode.UNAVAILABLE);
            if (loop.executor().inEventLoop()) {
                admit(carrier, connect, principal, denied);
            } else {
                loop.post(() -> admit(carrier, connect, principal, denied));
            }
        });
    }

    /** A token that a session was refreshed with goes the way of one that came with {@code connect}. */
    void verify(HubOutput.Reverify asked) {
        loops.verifier().verify(asked.refresh().token()).whenComplete((principal, failure) -> {
            ErrorCode refusal = failure == null ? ErrorCode.UNAUTHORIZED : ErrorCode.UNAVAILABLE;
            if (loop.executor().inEventLoop()) {
                loop.accept(renewed(asked, principal, refusal));
            } else {
                loop.post(() -> loop.accept(renewed(asked, principal, refusal)));
            }
        });
    }

    /** The application's backend is asked; its answer comes on whatever thread. */
    void consult(Question question) {
        loops.authorizers()
                .consult(
                        question,
                        decision -> loop.post(
                                () -> loop.accept(new HubInput.Decided(question.session(), question.id(), decision))));
    }

    /** A decision for a session that has moved goes after it. */
    void astray(HubInput.Decided decided) {
        Loop home = loops.homeOf(decided.session());
        if (home != null && home != loop) {
            loop.later(home, () -> home.accept(decided));
        }
    }

    private static HubInput renewed(HubOutput.Reverify asked, @Nullable Principal principal, ErrorCode refusal) {
        return principal == null
                ? new HubInput.Kept(asked.session(), asked.turn(), asked.refresh(), refusal)
                : new HubInput.Renewed(asked.session(), asked.turn(), asked.refresh(), principal, life(principal));
    }

    private static long life(Principal principal) {
        return principal.lifeMillis(System.currentTimeMillis());
    }

    private void admit(Carrier carrier, Connect connect, @Nullable Principal principal, HubInput denied) {
        if (principal == null) {
            loop.accept(denied);
            return;
        }
        Ticket ticket = ticket(connect);
        long asked = connect.resume() == null ? 0 : connect.resume().turn();
        long turn = asked > 0 ? asked : ticket == null ? 1 : ticket.turn() + 1;
        HubInput.FreshIds fresh = new HubInput.FreshIds(Tickets.freshSession(), Tickets.freshClient());
        String session = ticket == null ? null : ticket.session();
        HubInput.Verified verified =
                new HubInput.Verified(carrier, connect, principal, life(principal), session, turn, fresh);
        Loop home = session == null ? null : loops.homes().of(session, principal.user());
        if (session == null || home == null) {
            begin(verified, loop);
        } else if (home == loop) {
            loop.accept(verified);
        } else {
            loop.later(home, () -> home.accept(new HubInput.Release(session, turn, new Move(loop, verified))));
        }
    }

    private @Nullable Ticket ticket(Connect connect) {
        String text = connect.resume() == null ? null : connect.resume().session();
        return text == null ? null : loop.tickets().open(text);
    }

    /** There is to be a new session, unless its user has as many as a user may have. */
    private void begin(HubInput.Verified verified, Loop on) {
        if (loops.homes().begin(verified.fresh().session(), verified.principal(), on)) {
            on.accept(verified);
        } else {
            loops.metrics().limitHit("sessions_per_user");
            on.accept(new HubInput.Denied(verified.carrier(), verified.connect(), ErrorCode.TOO_MANY_SESSIONS));
        }
    }

    /** This loop's hub has let a session go, or has not. */
    void released(HubOutput.Released released) {
        Move move = (Move) released.asker();
        byte[] state = released.state();
        if (state != null) {
            loops.homes().move(released.session(), move.to);
        }
        loop.later(move.to, () -> {
            if (state != null) {
                move.to.accept(new HubInput.Adopt(state));
                move.to.accept(move.verified);
            } else if (released.overtaken()) {
                move.to.accept(new HubInput.Overtaken(move.verified.carrier()));
            } else {
                begin(move.verified, move.to);
            }
        });
    }
}
