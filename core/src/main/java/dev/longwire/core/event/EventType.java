// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import org.jspecify.annotations.Nullable;

/** The kinds of events, by the names that they have outside. */
public enum EventType {
    SESSION_OPENED("session.opened"),
    SESSION_RESUMED("session.resumed"),
    SESSION_CLOSED("session.closed"),
    SESSION_ERROR("session.error"),
    SESSION_SUBSCRIBED("session.subscribed"),
    SESSION_UNSUBSCRIBED("session.unsubscribed"),
    CHANNEL_OCCUPIED("channel.occupied"),
    CHANNEL_VACATED("channel.vacated"),
    MESSAGE_PUBLISHED("message.published"),
    MESSAGE_REFUSED("message.refused"),
    MEMBER_JOINED("member.joined"),
    MEMBER_UPDATED("member.updated"),
    MEMBER_LEFT("member.left"),
    USER_ONLINE("user.online"),
    USER_OFFLINE("user.offline"),
    LIMIT_HIT("limit.hit");

    private final String label;

    EventType(String label) {
        this.label = label;
    }

    /** What it is called outside, for good. */
    public String label() {
        return label;
    }

    /** The kind of this name, or null. */
    public static @Nullable EventType of(String label) {
        for (EventType each : values()) {
            if (each.label.equals(label)) {
                return each;
            }
        }
        return null;
    }
}
