// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.deadline.Dated;

/** A token that a session has shown, for as long as it counts. One that never ends needs none of these. */
final class Permit extends Dated {

    final Session session;
    final Principal principal;

    /** When the token ends, by the hub's clock; it counts for a grace beyond that. */
    final long endsAt;

    /** When the client is to be asked for another one. */
    final long askAt;

    /** Whether it only adds to what the session may do. */
    final boolean added;

    /** Whether the client has been asked. */
    boolean asked;

    Permit(Session session, Principal principal, long endsAt, long askAt, boolean added) {
        this.session = session;
        this.principal = principal;
        this.endsAt = endsAt;
        this.askAt = askAt;
        this.added = added;
    }
}
