// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tokens that add something to what the session may do. They stay with a session; a new one has none, and is shown them
 * again before it is asked for what may need them. All of it runs on the lane.
 */
final class AddedTokens {
    private final Set<String> tokens = new LinkedHashSet<>();
    private int unanswered;

    static JsonWriter fields(String token) {
        return new JsonWriter().text("token", token).flagIfSet("add", true);
    }

    /** The server has taken one. */
    void taken(String token) {
        tokens.add(token);
    }

    boolean isEmpty() {
        return tokens.isEmpty();
    }

    /** Shows all of them once more; one that is refused now has ended. */
    void again(Consumer<Request> ask, Runnable then) {
        unanswered = tokens.size();
        for (String token : List.copyOf(tokens)) {
            ask.accept(Request.attached("refresh", fields(token), answer -> answered(then), refused -> {
                tokens.remove(token);
                answered(then);
            }));
        }
    }

    private void answered(Runnable then) {
        if (--unanswered == 0) {
            then.run();
        }
    }
}
