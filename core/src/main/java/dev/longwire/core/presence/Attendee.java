// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A member as it is now and as observers were told last. */
final class Attendee {

    /** What an entry takes on the wire beside its texts and payloads, about. */
    private static final int AROUND_BYTES = 64;

    final Roster roster;
    final String key;
    final @Nullable String user;
    final @Nullable String client;

    /** By what it is there now; nobody is there without one. */
    final List<Holding> holdings = new ArrayList<>(1);

    /** What observers know; null for nothing. */
    @Nullable
    Member shown;

    Attendee(Roster roster, String key, @Nullable String user, @Nullable String client) {
        this.roster = roster;
        this.key = key;
        this.user = user;
        this.client = client;
    }

    boolean present() {
        return !holdings.isEmpty();
    }

    /** Whether observers know something else than what is so. */
    boolean changed() {
        Member known = shown;
        if (known == null || !present()) {
            return present() != (known != null);
        }
        Holding latest = latest();
        return !Objects.equals(known.data(), latest.data) || !Objects.equals(known.info(), latest.info);
    }

    /** The session that spoke last, of those that are there. */
    private Holding latest() {
        Holding latest = holdings.get(0);
        for (Holding each : holdings) {
            latest = each.said > latest.said ? each : latest;
        }
        return latest;
    }

    Member now(long version) {
        Holding latest = latest();
        return new Member(user, client, latest.info, latest.data, version);
    }

    Member gone(long version) {
        return new Member(user, client, null, null, version);
    }

    @Nullable
    Holding holding(String ofClient) {
        for (Holding each : holdings) {
            if (each.client.equals(ofClient)) {
                return each;
            }
        }
        return null;
    }

    /** An upper bound of what a member takes on the wire. */
    static int bytes(Member member) {
        String name = member.user() == null ? member.client() : member.user();
        return AROUND_BYTES + (name == null ? 0 : 3 * name.length()) + bytes(member.info()) + bytes(member.data());
    }

    private static int bytes(@Nullable Payload payload) {
        if (payload == null) {
            return 0;
        }
        int length = payload.bytes().length;
        // Bytes travel as base64 in JSON.
        return payload.binary() ? length / 3 * 4 + 8 : length;
    }
}
