// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/** Hears who comes to a channel and who goes, one call at a time and in order. */
public interface PresenceListener {
    /** Somebody is there who was not. To begin with, everybody who is. */
    default void onJoined(Member member) {}

    /** Somebody says something else of themselves. */
    default void onUpdated(Member member) {}

    /** Somebody is not there any more. */
    default void onLeft(Member member) {}

    /** What was told since the last time is a whole: {@link Presence#members} is as it is now. */
    default void onChanged() {}

    /** It goes on no more, or what was entered has been left: a right was lost, or the client is closed. */
    default void onEnd(LongwireException cause) {}
}
