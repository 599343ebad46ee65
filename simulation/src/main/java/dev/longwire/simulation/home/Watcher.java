// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.Principal;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.event.Event;
import dev.longwire.core.log.LogView;
import dev.longwire.protocol.Poll;
import java.util.List;
import java.util.function.Predicate;

/** Sees what happens inside the home, at the doors of the core. */
public interface Watcher {

    /** An owner appended a message; this becomes the true log. */
    void appended(ChannelRequest.Append request, ChannelReply.Appended reply);

    /** An owner said in which epoch a channel is. */
    void epoch(String channel, String epoch, long head);

    /** A hub attached a session to a link. */
    void attached(Link link, String session, long turn);

    /** The application subscribes a user to a channel, or ends that. */
    void assigned(String user, String channel, boolean begins);

    /** Messages are written to a link. */
    void delivered(Link link, String channel);

    /** Messages are written for a session; {@code refused} when what it came with has been revoked here. */
    void served(Principal principal, boolean refused);

    /**
     * A hub answers a poll.
     *
     * @param heldMillis since it came
     * @param fullMillis since there was something to say
     */
    void answered(Link link, Poll poll, long heldMillis, long fullMillis);

    /**
     * An owner may have told something new of a channel's presence.
     *
     * @param log all it ever told
     * @param held whether a session holds a member there, without any doubt
     */
    void told(String channel, LogView log, Predicate<String> held);

    /** A hub told of a session. */
    void happened(Event.OfSession event, long wallMillis);

    /** An owner told of a channel. */
    void happened(Event event);

    /** A hub is gone with its sessions. */
    void hubCrashed();

    /** An owner is gone, with these logs. */
    void ownerLost(List<String> logs);

    /** A hub or owner was written out. */
    void slept(int bytes, int sessions, int subscriptions);
}
