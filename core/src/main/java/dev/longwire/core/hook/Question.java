// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hook;

import dev.longwire.protocol.Payload;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a backend is asked.
 *
 * @param id the same whenever this is asked, and of no other question; no secret, and without dots
 * @param hook whom to ask
 * @param who who wants it
 * @param what the channel, or the method; empty for a connect
 * @param session where the decision goes: the session's id, a secret; empty for a connect
 * @param data what is to be published, or what the call brings; null for nothing
 * @param headers of what is to be published
 */
public record Question(
        String id,
        Hook hook,
        Hook.Kind kind,
        Who who,
        String what,
        String session,
        @Nullable Payload data,
        Map<String, String> headers) {

    /**
     * Who wants something.
     *
     * @param user null for an anonymous one
     * @param client the public id; of a connect the one that a new session gets, if there will be one
     * @param agent what the client calls itself, or null
     * @param info what the token shows of the user, JSON, or null
     */
    public record Who(
            @Nullable String user,
            String client,
            @Nullable String agent,
            @Nullable Payload info) {}

    /** Without the session, which is a secret, and without what users say. */
    @Override
    public String toString() {
        return "Question[" + id + " " + kind.wire() + " " + what + "]";
    }
}
