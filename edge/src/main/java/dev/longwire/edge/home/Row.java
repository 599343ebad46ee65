// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.Session;
import org.jspecify.annotations.Nullable;

/** What is told of a session. */
final class Row implements SessionPort {

    private final Session session;

    Row(Session session) {
        this.session = session;
    }

    static String kind(Session session) {
        Carrier carrier = session.carrier();
        if (carrier == null) {
            return "none";
        }
        return switch (carrier.form()) {
            case WS_JSON, WS_CBOR -> "websocket";
            case POLL -> "poll";
            case STREAM -> "stream";
        };
    }

    @Override
    public String client() {
        return session.client();
    }

    @Override
    public @Nullable String user() {
        return session.principal().user();
    }

    @Override
    public @Nullable String agent() {
        return session.agent();
    }

    @Override
    public @Nullable String token() {
        return session.principal().tokenId();
    }

    @Override
    public double expires() {
        return session.principal().expiresAtMillis();
    }

    @Override
    public String carrier() {
        return kind(session);
    }

    @Override
    public int number() {
        Carrier carrier = session.carrier();
        return carrier == null ? 0 : (int) carrier.id();
    }

    @Override
    public int subscriptions() {
        return session.subscriptionCount();
    }

    @Override
    public double lag() {
        return session.lag();
    }
}
