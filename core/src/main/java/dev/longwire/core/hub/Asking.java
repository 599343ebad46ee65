// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.deadline.Dated;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Question;
import dev.longwire.protocol.ClientFrame.Request;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that the application's backend may have to be asked about before it is done. */
abstract sealed class Asking extends Dated {

    /** What it has been asked; null until then. */
    @Nullable
    Question question;

    /** A request, or a channel of {@code resume}, in the lane of its channel. */
    static final class Errand extends Asking {
        final Session session;
        final String lane;
        final Request request;

        /** Whether an attach wants it: then the request is a {@code subscribe} that nobody sent. */
        final boolean rejoin;

        /** What was decided while its session was on its way; null for nothing. */
        @Nullable
        Decision decision;

        /** What was asked by the hub that it comes from; null for nothing. */
        @Nullable
        String askedBefore;

        /** How long that may still take. */
        long leftMillis;

        Errand(Session session, String lane, Request request, boolean rejoin) {
            this.session = session;
            this.lane = lane;
            this.request = request;
            this.rejoin = rejoin;
        }
    }

    /** Carriers that want in, all by the same attempt of one client. */
    static final class Entrance extends Asking {
        final List<Arrival> arrivals = new ArrayList<>(1);
    }

    /**
     * One of them.
     *
     * @param atMillis when its token was looked at
     */
    record Arrival(HubInput.Verified verified, long atMillis) {

        /** As it is now: the token has aged, and may be past its end. */
        HubInput.Verified now(long nowMillis) {
            long life = verified.lifeMillis();
            boolean ages = life != Principal.FOR_EVER;
            return new HubInput.Verified(
                    verified.carrier(),
                    verified.connect(),
                    verified.principal(),
                    ages ? life - (nowMillis - atMillis) : life,
                    verified.resume(),
                    verified.turn(),
                    verified.fresh());
        }
    }
}
