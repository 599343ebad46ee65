// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.hook;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Question;
import java.util.concurrent.CompletionStage;

/** Somebody who decides. */
@FunctionalInterface
public interface Authorizer {

    /**
     * Decides something, sooner or later: must not block, being called on the server's event loops. A stage that fails, and
     * one that is late, is no decision.
     *
     * @param question the same one may come again, with the same id
     */
    CompletionStage<Decision> decide(Question question);
}
