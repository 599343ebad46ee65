// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.Principal;
import dev.longwire.core.access.Operation;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.rate.Bucket;
import dev.longwire.core.rate.Meter;
import dev.longwire.core.rate.Rates;
import dev.longwire.core.rate.Variety;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One logical client: a principal, subscriptions and the answers to its latest requests. It outlives its carrier for a
 * window. It holds no message: what it has not got yet is in the channels' logs, and each subscription is a cursor there.
 */
public final class Session extends Timed {

    final String id;
    final String client;
    final Replies replies;
    Principal principal;

    /** What the principal's token has to be asked for; null while it has no end. */
    @Nullable
    Permit permit;

    /** Tokens that were added to it; replaced as a whole. */
    List<Permit> added = List.of();

    /** Whether its token has ended, and the grace after it: nothing goes out until a fresh one is shown. */
    boolean lapsed;

    @Nullable
    String agent;

    long turn;

    @Nullable
    Carrier carrier;

    /** What the principal makes of the server's rates; null until asked. */
    @Nullable
    private Rates rates;

    /** What it has brought, by whatever carrier. */
    Meter meter = new Meter();

    /** What it has published, where its token has a limit of that. */
    final Bucket publishes = new Bucket();

    /** The names of channels that an anonymous session uses; a user's are counted for all sessions together. */
    @Nullable
    Variety variety;

    final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

    /** What it has entered, by the name of the log of that channel's presence. */
    final Map<String, Membership> memberships = new LinkedHashMap<>(0);

    /** Subscriptions whose cursor is behind, in the order of their next read; null while there are none. */
    @Nullable
    ArrayDeque<Subscription> behind;

    /** What waits for a decision of the backend, or behind something that does, by lane. */
    final Map<String, ArrayDeque<Asking.Errand>> lanes = new LinkedHashMap<>(0);

    /** Whether it has come from another hub, and nobody has come back to it here: until then it does nothing. */
    boolean onItsWay;

    /** How many questions have been asked about it. */
    long questions;

    /** The turn that it began with. */
    long firstTurn;

    /** The polls of this turn; null unless the session was attached by one. */
    @Nullable
    Polling polling;

    /** The nonce of the poll that made it, so that a repeat of that poll finds it; or null. */
    @Nullable
    String nonce;

    /** How many of the subscriptions are to presence. */
    int observed;

    /** Channels whose subscriptions have been told of and are about to begin anew; null while there are none. */
    @Nullable
    Set<String> told;

    /** Whether the session stands in the hub's queue for catching up. */
    boolean queued;

    /** The subscription for which a read of a log is on its way; one at a time bounds what answers can bring. */
    @Nullable
    Subscription reading;

    /** The turn in which that read was asked for. */
    long readTurn;

    /** Requests for pages of history, in order; the first is being read while {@code paging}; null while there are none. */
    @Nullable
    ArrayDeque<Request> pages;

    boolean paging;

    Session(String id, String client, Principal principal, int replies) {
        this.id = id;
        this.client = client;
        this.principal = principal;
        this.replies = new Replies(replies);
    }

    /** The secret id. Never logged. */
    public String id() {
        return id;
    }

    /** The public id. */
    public String client() {
        return client;
    }

    public Principal principal() {
        return principal;
    }

    /** Whether nobody has come back to it yet. */
    boolean isNew() {
        return turn == firstTurn;
    }

    /** What the client calls itself, or null. */
    public @Nullable String agent() {
        return agent;
    }

    public long turn() {
        return turn;
    }

    /** What drains it now, or null. */
    public @Nullable Carrier carrier() {
        return carrier;
    }

    /** How many channels it is subscribed to. */
    public int subscriptionCount() {
        return subscriptions.size() - observed;
    }

    /** How many channels' presence it observes. */
    public int observedCount() {
        return observed;
    }

    /** Whether it has entered this channel. */
    public boolean entered(String channel) {
        return memberships.containsKey(PresenceName.of(channel));
    }

    public int membershipCount() {
        return memberships.size();
    }

    /** Whether it has a subscription to this channel, in whatever state. */
    public boolean subscribedTo(String channel) {
        return subscriptions.containsKey(channel);
    }

    /**
     * Where it stands in a channel.
     *
     * @param lag how many messages it is behind its hub
     * @param assigned whether the application made the subscription
     */
    public record Cursor(String channel, Position at, long lag, boolean assigned) {}

    /** Its subscriptions that have begun, in the order in which they were asked for; presence is not among them. */
    public List<Cursor> cursors() {
        List<Cursor> all = new ArrayList<>(subscriptionCount());
        for (Subscription each : subscriptions.values()) {
            if (!each.joining && !each.channel.presence) {
                Position at = new Position(each.epoch, each.position());
                all.add(new Cursor(each.channel.name, at, each.lag(), each.assigned));
            }
        }
        return all;
    }

    /** How many messages its furthest cursor is behind where its hub is; 0 when all are live. */
    public long lag() {
        long most = 0;
        for (Subscription each : subscriptions.values()) {
            most = Math.max(most, each.lag());
        }
        return most;
    }

    /** Another token says who it speaks for. */
    void speaksFor(Principal other) {
        principal = other;
        rates = null;
    }

    /** How much it may bring: the server's rates, unless its token narrows them. */
    Rates rates(Rates general) {
        Rates known = rates;
        if (known == null) {
            known = principal.narrowing().rates(general);
            rates = known;
        }
        return known;
    }

    /** How many channels it may have, of each kind of subscription. */
    int mostSubscriptions(Limits limits) {
        return principal.narrowing().subscriptions(limits.subscriptions());
    }

    /** Whether one of its tokens allows this. */
    boolean allows(Operation operation, String channel) {
        if (principal.capabilities().allows(operation, channel)) {
            return true;
        }
        for (Permit each : added) {
            if (each.principal.capabilities().allows(operation, channel)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether this answers its read. What a read of an earlier turn brought may come from afar, after the session has moved
     * and reads again: that is nobody's any more.
     */
    boolean awaits(ChannelReply answer) {
        return reading != null && readTurn == answer.tag().turn() && reading.channel.name.equals(answer.channel());
    }

    /** Whether something can be written for it now. */
    boolean writable() {
        return carrier != null && !carrier.stalled;
    }
}
