// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is in one channel. A member is a user, or an anonymous session; it is there as long as at least one session holds
 * it, and a hub answers for its sessions by a lease.
 *
 * <p>What is so and what observers were told are kept side by side, and a change is the difference of the two: so whoever
 * comes and goes between two tellings was never there, and what a page shows agrees with the changes before and after it.
 *
 * <p>As a time-out it stands for the rest that observers of a big channel are given after each telling.
 */
public final class Roster extends Timed {

    /** A page, or the news of one telling, as long as it may be on the wire. */
    public static final int PAGE_BYTES = 63 * 1024;

    private final String name;
    private final PresenceSettings settings;
    private final Attendance attendance;
    private final TreeMap<String, Attendee> members = new TreeMap<>();
    private final Map<String, Lease> leases = new LinkedHashMap<>();
    private final TreeMap<String, Attendee> changed = new TreeMap<>();

    private int shown;

    /** Counts what was said, so that it is known which came last. */
    private long said;

    /** Whether it stands in the owner's queue of those that have something to tell. */
    boolean queued;

    Roster(String name, PresenceSettings settings, Attendance attendance) {
        this.name = name;
        this.settings = settings;
        this.attendance = attendance;
    }

    /** The name of its log. */
    public String name() {
        return name;
    }

    PresenceSettings settings() {
        return settings;
    }

    /** How many members observers know. */
    public int count() {
        return shown;
    }

    /** Whether anybody is there, or has left and observers don't know yet. */
    public boolean occupied() {
        return !members.isEmpty();
    }

    Iterable<Lease> leases() {
        return leases.values();
    }

    /** Who wants to be there: a session of a user, or an anonymous one. */
    public record Attendant(@Nullable String user, String client, long turn) {

        /** What names the member. */
        String key() {
            return user == null ? "c:" + client : "u:" + user;
        }
    }

    /** Where that session is: a life of a hub. */
    public record Place(int hub, long life) {}

    /**
     * A session holds its member here, with this to say. One that comes late, after the session has gone on to another
     * turn or hub, changes nothing.
     */
    public void enter(Place place, Attendant who, @Nullable Payload info, @Nullable Payload data, long nowMillis) {
        Attendee member = members.get(who.key());
        Holding holding = member == null ? null : member.holding(who.client());
        boolean late = holding != null
                && (who.turn() < holding.turn
                        || who.turn() == holding.turn && !holding.lease.is(place.hub(), place.life()));
        if (late) {
            return;
        }
        if (member == null) {
            member = new Attendee(this, who.key(), who.user(), who.user() == null ? who.client() : null);
            members.put(member.key, member);
        }
        Lease lease = lease(place);
        attendance.renew(lease, nowMillis);
        if (holding == null) {
            holding = new Holding(member, who.client(), who.turn(), lease);
            member.holdings.add(holding);
        } else {
            release(holding);
            holding.turn = who.turn();
            holding.lease = lease;
        }
        lease.holdings++;
        if (holding.says(info, data) || holding.said == 0) {
            holding.said = ++said;
        }
        look(member);
    }

    /**
     * A session doesn't hold its member any more; or, with {@code lateMillis}, won't after that time unless another hub
     * takes it.
     */
    public void leave(Place place, Attendant who, long lateMillis, long nowMillis) {
        Attendee member = members.get(who.key());
        Holding holding = member == null ? null : member.holding(who.client());
        if (holding == null || !holding.lease.is(place.hub(), place.life()) || who.turn() < holding.turn) {
            return;
        }
        if (lateMillis > 0) {
            release(holding);
            holding.lease.loose++;
            attendance.loosen(holding, lateMillis, nowMillis);
        } else {
            drop(holding);
        }
    }

    /**
     * A hub is heard of; false when less is known of it here than it says.
     *
     * @param holdings how many sessions it holds here
     */
    public boolean renew(Place place, int holdings, long nowMillis) {
        Lease lease = leases.get(key(place));
        if (lease == null) {
            return false;
        }
        attendance.renew(lease, nowMillis);
        return lease.holdings >= holdings;
    }

    /** Its lease does not count it any more, and nothing is due. */
    private static void release(Holding holding) {
        if (holding.loose()) {
            Deadlines.stop(holding);
            holding.lease.loose--;
        } else {
            holding.lease.holdings--;
        }
    }

    void drop(Holding holding) {
        release(holding);
        holding.member.holdings.remove(holding);
        look(holding.member);
    }

    /** A hub was not heard of for long: what it holds goes. */
    void expire(Lease lease) {
        Deadlines.stop(lease);
        leases.remove(key(new Place(lease.hub, lease.life)));
        if (lease.holdings + lease.loose > 0) {
            for (Attendee member : List.copyOf(members.values())) {
                for (Holding holding : List.copyOf(member.holdings)) {
                    if (holding.lease == lease) {
                        drop(holding);
                    }
                }
            }
        }
    }

    private Lease lease(Place place) {
        Lease lease = leases.get(key(place));
        if (lease == null) {
            lease = new Lease(this, place.hub(), place.life());
            leases.put(key(place), lease);
        }
        return lease;
    }

    private static String key(Place place) {
        return place.hub() + "." + place.life();
    }

    /** Notes whether there is something to tell of a member. */
    private void look(Attendee member) {
        if (member.changed()) {
            changed.put(member.key, member);
            attendance.queue(this);
        } else {
            changed.remove(member.key);
            forget(member);
        }
    }

    private void forget(Attendee member) {
        if (!member.present() && member.shown == null) {
            members.remove(member.key);
        }
    }

    /** Whether there is something that observers don't know. */
    public boolean hasNews() {
        return !changed.isEmpty();
    }

    /** Whether changes are told in batches. */
    boolean big() {
        return Math.max(shown, members.size()) > settings.batchFrom();
    }

    /** What observers are told next. */
    public record News(long count, List<Member> joined, List<Member> updated, List<Member> left) {}

    /** As much news as one frame may carry, which then are told; null when there are none. */
    public @Nullable News tell(long version) {
        if (changed.isEmpty()) {
            return null;
        }
        List<Member> joined = new ArrayList<>();
        List<Member> updated = new ArrayList<>();
        List<Member> left = new ArrayList<>();
        int bytes = 0;
        while (!changed.isEmpty() && bytes < PAGE_BYTES - 2 * settings.stateBytes()) {
            Attendee member = Objects.requireNonNull(changed.remove(changed.firstKey()));
            if (member.present()) {
                Member now = member.now(version);
                (member.shown == null ? joined : updated).add(now);
                shown += member.shown == null ? 1 : 0;
                member.shown = now;
                bytes += Attendee.bytes(now);
            } else {
                Member gone = member.gone(version);
                left.add(gone);
                member.shown = null;
                shown--;
                forget(member);
                bytes += Attendee.bytes(gone);
            }
        }
        return new News(shown, joined, updated, left);
    }

    /**
     * Some of those whom observers know.
     *
     * @param next after whom the next page begins; null at the end
     * @param bytes about how long it is on the wire
     */
    public record Page(List<Member> members, @Nullable String next, int bytes) {
        public static final Page NONE = new Page(List.of(), null, 0);
    }

    /** Those after {@code after} (empty for the first), as many as a page holds. */
    public Page page(String after) {
        List<Member> list = new ArrayList<>();
        int bytes = 0;
        for (Attendee member : members.tailMap(after, false).values()) {
            Member known = member.shown;
            if (known != null) {
                int more = Attendee.bytes(known);
                if (bytes + more > PAGE_BYTES && !list.isEmpty()) {
                    return new Page(list, keyOf(list.get(list.size() - 1)), bytes);
                }
                list.add(known);
                bytes += more;
            }
        }
        return new Page(list, null, bytes);
    }

    private static String keyOf(Member member) {
        return new Attendant(member.user(), member.client() == null ? "" : member.client(), 0).key();
    }

    void write(StateWriter out, long nowMillis) {
        new RosterState(this).write(out, nowMillis);
    }

    void read(StateReader in, long nowMillis, List<RosterState.Due> dues) {
        new RosterState(this).read(in, nowMillis, dues);
    }

    Iterable<Attendee> members() {
        return members.values();
    }

    int size() {
        return members.size();
    }

    int leaseCount() {
        return leases.size();
    }

    Lease restoreLease(Place place) {
        return lease(place);
    }

    void restore(Attendee member) {
        member.holdings.forEach(each -> said = Math.max(said, each.said));
        members.put(member.key, member);
        shown += member.shown == null ? 0 : 1;
        if (member.changed()) {
            changed.put(member.key, member);
        }
    }
}
