// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** Who the client is to the server: its session, and how attempts to attach to it are numbered. */
final class Identity {
    private final String agent;
    private @Nullable String session;
    private volatile @Nullable String user;
    private volatile @Nullable String client;
    private String nonce = Names.random();
    private long turn;
    private long dedupeMillis;

    Identity(String agent) {
        this.agent = agent;
    }

    /** The public id of the session. */
    @Nullable
    String client() {
        return client;
    }

    /** Who the server takes the session for. */
    @Nullable
    String user() {
        return user;
    }

    /** Whether there is no session to come back to. */
    boolean isFresh() {
        return session == null;
    }

    /** The next attempt is to get another session. */
    void forget() {
        session = null;
        turn = 0;
    }

    /** Says who is there, with what else {@code lists} writes about what to go on with. */
    String hello(long id, @Nullable String token, Lists lists) {
        JsonWriter hello = new JsonWriter()
                .text("type", "connect")
                .number("id", id)
                .textIfAny("token", token)
                .text("agent", agent)
                .text("nonce", nonce)
                .flagIfSet("batch", true);
        if (session != null) {
            hello.open("resume").text("session", session).number("turn", ++turn);
            lists.write(hello);
            hello.close();
        }
        return hello.end();
    }

    /** Writes what a resume says beside whose it is. */
    interface Lists {
        void write(JsonWriter out);
    }

    /** What an attach has brought. */
    record Welcome(boolean resumed, long keysKnownMillis) {}

    /** Reads a {@code connected}. */
    Welcome welcome(JsonObject frame) {
        boolean resumed = session != null && frame.flag("resumed");
        String who = frame.text("user");
        long known = who != null && who.equals(user) ? dedupeMillis : 0;
        session = frame.needText("session");
        client = frame.text("client");
        user = who;
        turn = frame.number("turn", turn);
        nonce = Names.random();
        dedupeMillis = frame.number("dedupe", 0);
        return new Welcome(resumed, known);
    }
}
