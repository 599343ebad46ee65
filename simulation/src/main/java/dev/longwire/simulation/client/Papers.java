// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.CloseCode;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.ground.Pass;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The application's backend as one client knows it: makes tokens, in a storm brief ones that allow now this, now that. */
final class Papers {

    private final String client;
    private final @Nullable String user;
    private final Ground ground;
    private int made;
    private boolean calm;

    /** The one that was shown last. */
    private @Nullable Pass shown;

    Papers(String client, @Nullable String user, Ground ground) {
        this.client = client;
        this.user = user;
        this.ground = ground;
    }

    /** From now on everything is allowed, for ever. */
    void calm() {
        calm = true;
    }

    boolean count() {
        return ground.has(Fault.TOKENS);
    }

    /** Whether a connection that was closed so may go on with a fresh token. */
    static boolean mend(CloseCode code) {
        return code == CloseCode.TOKEN_EXPIRED || code == CloseCode.UNAUTHORIZED;
    }

    /** Whether another one is to be shown: in the end everybody has one that lasts. */
    boolean overdue() {
        return calm && shown != null && shown.endsAt() > 0;
    }

    /** The server asks for another one: in a storm not everybody listens. */
    void prompted(ModelClient bearer) {
        if (calm || ground.dice().chance(60)) {
            bearer.refresh();
        }
    }

    /** What to show at the next opportunity. */
    @Nullable
    String fresh() {
        if (!count()) {
            return user;
        }
        List<String> channels = new ArrayList<>();
        for (String channel : ground.plan().channels()) {
            if (calm || ground.dice().chance(75)) {
                channels.add(channel);
            }
        }
        long endsAt = calm ? 0 : ground.now() + ground.dice().between(300, 5_000);
        Pass pass = new Pass(user == null ? "" : user, client + "-" + ++made, channels, ground.now(), endsAt);
        shown = pass;
        return pass.text();
    }
}
