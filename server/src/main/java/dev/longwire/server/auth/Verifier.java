// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import dev.longwire.core.Principal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Says who a client is. Called on the client's event loop, which must not be blocked; may answer on any thread. */
public interface Verifier extends AutoCloseable {

    /** Lets everybody in, as nobody in particular. */
    Verifier ANONYMOUS = token -> CompletableFuture.<@Nullable Principal>completedFuture(Principal.ANONYMOUS);

    /**
     * The principal, or null when the client is not let in; a failure says that it could not be found out.
     *
     * @param token what the client showed; null for nothing
     */
    CompletionStage<@Nullable Principal> verify(@Nullable String token);

    /** Ends what goes on in the background. */
    @Override
    default void close() {}
}
