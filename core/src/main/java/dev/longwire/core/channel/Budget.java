// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

/** What all logs of an owner hold together, and how room is made where that is too much. */
final class Budget {

    /** For so long nothing is looked for after nothing was found to be trimmed; publishes are to come back then. */
    static final long BUSY_MILLIS = 1_000;

    /** What a channel costs beside the bytes of its messages, about: its objects, and room in its log. */
    private static final long CHANNEL_BYTES = 1_024;

    private final ChannelSettings settings;
    private final Directory directory;
    private long bytes;
    private long fullUntil = Long.MIN_VALUE;

    Budget(ChannelSettings settings, Directory directory) {
        this.settings = settings;
        this.directory = directory;
    }

    /** Messages came, or went where it is less than 0. */
    void add(long difference) {
        bytes += difference;
    }

    /** Whether there is room in a channel, if necessary after trimming those that are furthest above a fair share. */
    boolean room(Channel wanting, int length, long nowMillis) {
        long most = settings.budgetBytes();
        if (held() + length <= most) {
            return true;
        }
        if (nowMillis < fullUntil) {
            return false;
        }
        // A tenth more than is needed goes, so that the walk over all channels is paid for by many appends.
        long fair = most * 9 / 10 / Math.max(1, directory.size()) - CHANNEL_BYTES;
        for (Channel channel : directory.all()) {
            channel.log.shrink(Math.max(0, fair - length), nowMillis - settings.spareMillis());
        }
        count();
        directory.dropEmpty(wanting, nowMillis);
        boolean found = held() + length <= most;
        if (!found) {
            fullUntil = nowMillis + BUSY_MILLIS;
        }
        return found;
    }

    private long held() {
        return bytes + CHANNEL_BYTES * directory.size();
    }

    void count() {
        bytes = 0;
        for (Channel channel : directory.all()) {
            bytes += channel.log.bytes();
        }
    }
}
