// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.channel.ChannelReply.Refused;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventType;
import dev.longwire.core.event.Events;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.presence.Roster.News;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Message;

/**
 * Tells what happens in channels. Whoever goes and comes back at once, as a session does that moves to another hub, was
 * never away.
 */
final class Chronicle {

    /** How long nobody has to be there. */
    private static final long VACANT_MILLIS = 1_000;

    private final Events events = new Events();
    private final Deadlines vacancies = new Deadlines(VACANT_MILLIS);

    /** That a channel has nobody, and is told to be vacated if that lasts. */
    static final class Vacancy extends Timed {
        final Channel channel;

        Vacancy(Channel channel) {
            this.channel = channel;
        }
    }

    Events events() {
        return events;
    }

    /** Somebody has come to the channel or gone. */
    void look(Channel channel, long nowMillis) {
        boolean wanted = events.wants(EventType.CHANNEL_OCCUPIED) || events.wants(EventType.CHANNEL_VACATED);
        if (!wanted || PresenceName.is(channel.name)) {
            return;
        }
        Vacancy vacancy = channel.vacancy;
        if (channel.interestedHubs() > 0) {
            if (vacancy != null) {
                Deadlines.stop(vacancy);
                channel.vacancy = null;
            }
            if (!channel.toldOccupied) {
                channel.toldOccupied = true;
                events.add(new Event.ChannelOccupied(channel.name));
            }
        } else if (channel.toldOccupied && vacancy == null) {
            vacancy = new Vacancy(channel);
            channel.vacancy = vacancy;
            vacancies.start(vacancy, nowMillis);
        }
    }

    /** Tells which channels have had nobody for a while. */
    void tick(long nowMillis) {
        for (Timed due = vacancies.expired(nowMillis); due != null; due = vacancies.expired(nowMillis)) {
            Deadlines.stop(due);
            Channel channel = ((Vacancy) due).channel;
            channel.vacancy = null;
            channel.toldOccupied = false;
            events.add(new Event.ChannelVacated(channel.name));
        }
    }

    long wakeAt() {
        return vacancies.next();
    }

    void published(String epoch, Message message) {
        if (events.wants(EventType.MESSAGE_PUBLISHED)) {
            events.add(new Event.MessagePublished(new Position(epoch, message.offset()), message));
        }
    }

    /** What became of a publish, of which only a refusal is told here. */
    void answered(ChannelRequest.Append request, ChannelReply reply) {
        if (reply instanceof Refused refused && events.wants(EventType.MESSAGE_REFUSED)) {
            Event.Who who = new Event.Who(request.client(), request.user());
            events.add(new Event.MessageRefused(who, request.channel(), refused.code()));
        }
    }

    /** Observers of a channel's presence are told this, and so is everybody else. */
    void members(Channel log, News news) {
        String name = PresenceName.channel(log.name);
        long count = news.count();
        news.joined().forEach(each -> events.add(new Event.MemberJoined(name, each, count)));
        news.updated().forEach(each -> events.add(new Event.MemberUpdated(name, each, count)));
        news.left().forEach(each -> events.add(new Event.MemberLeft(name, each, count)));
    }
}
