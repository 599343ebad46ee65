// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.core.channel.ChannelReply.Appended;
import dev.longwire.core.channel.ChannelRequest.Append;
import dev.longwire.core.log.Retention;
import dev.longwire.protocol.Position;
import dev.longwire.simulation.ground.Plan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The true logs: everything that was ever appended, in the epoch and at the offset that its owner said. */
final class Truth {

    /** More than any message's envelope in the log. */
    private static final int MOST_ENVELOPE_BYTES = 260;

    /** A message as it was accepted. */
    record Entry(
            String payload, @Nullable String key, @Nullable String user, String client, long at) {
        String publisher() {
            return user == null ? "client " + client : "user " + user;
        }

        private int mostBytes() {
            return payload.length() + MOST_ENVELOPE_BYTES;
        }
    }

    private final Plan plan;
    private final Map<String, Map<String, List<Entry>>> logs = new LinkedHashMap<>();
    private final Map<String, String> epochs = new LinkedHashMap<>();

    Truth(Plan plan) {
        this.plan = plan;
    }

    void appended(Append request, Appended reply, long now) {
        Position position = reply.position();
        List<Entry> log = log(reply.channel(), position.epoch());
        if (position.offset() != log.size() + 1) {
            throw new Broken(
                    7, reply.channel() + ": offset " + position + " was given after " + log.size() + " messages");
        }
        log.add(new Entry(
                new String(request.payload().bytes(), StandardCharsets.UTF_8),
                request.extras().key(),
                request.user(),
                request.client(),
                now));
        epochs.put(reply.channel(), position.epoch());
    }

    void epoch(String channel, String epoch, long head) {
        if (log(channel, epoch).size() != head) {
            throw new Broken(
                    7,
                    channel + ": head is " + head + " in " + epoch + " after "
                            + log(channel, epoch).size() + " messages");
        }
        epochs.put(channel, epoch);
    }

    private List<Entry> log(String channel, String epoch) {
        return logs.computeIfAbsent(channel, name -> new LinkedHashMap<>())
                .computeIfAbsent(epoch, name -> new ArrayList<>());
    }

    Iterable<Map.Entry<String, Map<String, List<Entry>>>> all() {
        return logs.entrySet();
    }

    long head(String channel, String epoch) {
        return log(channel, epoch).size();
    }

    @Nullable
    Entry at(String channel, Position position) {
        List<Entry> log = log(channel, position.epoch());
        return position.offset() < 1 || position.offset() > log.size() ? null : log.get((int) position.offset() - 1);
    }

    /** Where the channel stands in its latest epoch, or null when nobody has asked yet. */
    @Nullable
    Position now(String channel) {
        String epoch = epochs.get(channel);
        return epoch == null ? null : new Position(epoch, head(channel, epoch));
    }

    /** Whether retention allows that this message is gone by now. */
    boolean mayBeGone(String channel, Position position, long now) {
        Entry entry = at(channel, position);
        if (entry == null) {
            return true;
        }
        Retention retention = plan.settings().namespaces().of(channel).retention();
        List<Entry> log = log(channel, position.epoch());
        boolean old =
                now - entry.at() > retention.ageMillis() && log.size() - position.offset() + 1 > retention.count();
        boolean idle = false;
        long bytes = 0;
        for (int i = (int) position.offset() - 1; i < log.size(); i++) {
            bytes += log.get(i).mostBytes();
            long next = i + 1 < log.size() ? log.get(i + 1).at() : now;
            idle |= next - log.get(i).at() >= retention.idleMillis();
        }
        return old || idle || bytes > retention.bytes();
    }
}
