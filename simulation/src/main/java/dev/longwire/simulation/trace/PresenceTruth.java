// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.protocol.Member;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Changed;
import dev.longwire.protocol.ServerFrame.Synced;
import dev.longwire.simulation.ground.Counters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What owners told of presence, change by change, and the set of members after each. */
final class PresenceTruth {

    /** One life of a channel's presence: at each version the change that led there, and everybody who was there then. */
    private static final class Life {
        final List<Changed> changes = new ArrayList<>();
        final List<Map<String, Member>> sets = new ArrayList<>(List.of(Map.of()));
    }

    private final Counters counters;
    private final Map<String, Life> lives = new LinkedHashMap<>();
    private final Map<String, String> epochs = new LinkedHashMap<>();

    PresenceTruth(Counters counters) {
        this.counters = counters;
    }

    static String name(Member member) {
        return member.user() == null ? "c:" + member.client() : "u:" + member.user();
    }

    private Life life(String channel, String epoch) {
        return lives.computeIfAbsent(channel + " " + epoch, unused -> new Life());
    }

    void epoch(String channel, String epoch) {
        epochs.put(channel, epoch);
    }

    /** @param held whether a session holds this member there, without any doubt */
    void told(Changed change, Predicate<String> held) {
        String channel = change.channel();
        Life life = life(channel, change.at().epoch());
        if (change.at().offset() != life.changes.size() + 1) {
            if (change.at().offset() <= life.changes.size()) {
                return;
            }
            throw new Broken(26, channel + ": version " + change.at() + " comes after " + life.changes.size());
        }
        Map<String, Member> set = new TreeMap<>(life.sets.get(life.sets.size() - 1));
        change.joined().forEach(each -> enters(change, set.put(name(each), each), null, each));
        change.updated().forEach(each -> enters(change, set.put(name(each), each), each, each));
        for (Member each : change.left()) {
            Member before = set.remove(name(each));
            if (before == null) {
                throw new Broken(26, channel + ": who was not there leaves: " + each);
            }
            if (held.test(name(each))) {
                throw new Broken(25, channel + ": who is there is told to have left: " + each);
            }
            counters.count("members left");
        }
        if (set.size() != change.count()) {
            throw new Broken(26, channel + ": " + set.size() + " are there, and told is " + change);
        }
        life.changes.add(change);
        life.sets.add(set);
    }

    private void enters(Changed change, @Nullable Member before, @Nullable Member known, Member now) {
        if ((before == null) != (known == null) || now.version() != change.at().offset()) {
            throw new Broken(26, change.channel() + ": " + before + " is told to be " + now);
        }
        counters.count(known == null ? "members joined" : "members updated");
    }

    /** What an observer is told of a change is what the owner told. */
    void same(String client, Changed change) {
        Life life = life(change.channel(), change.at().epoch());
        int index = (int) change.at().offset() - 1;
        if (index >= life.changes.size() || !life.changes.get(index).equals(change)) {
            throw new Broken(26, client + " was told " + change + ", which nobody told");
        }
    }

    /** A snapshot is the set at its version. */
    void same(String client, Synced part) {
        same(client, part.channel(), part.at(), part.members());
    }

    void same(String client, String channel, Position at, List<Member> members) {
        Life life = life(channel, at.epoch());
        Map<String, Member> set = new TreeMap<>();
        members.forEach(each -> set.put(name(each), each));
        if (at.offset() >= life.sets.size() || !life.sets.get((int) at.offset()).equals(set)) {
            throw new Broken(
                    26,
                    client + " was shown " + members + " in " + channel + " at " + at + ", there were "
                            + (at.offset() < life.sets.size() ? life.sets.get((int) at.offset()) : "none"));
        }
    }

    /** Where the channel stands now. */
    Position now(String channel) {
        String epoch = epochs.getOrDefault(channel, "");
        return new Position(epoch, life(channel, epoch).changes.size());
    }

    private static String data(Member member) {
        return member.data() == null ? "" : new String(member.data().bytes(), StandardCharsets.UTF_8);
    }

    /** At rest: exactly these are there, each with something that one of their sessions says. */
    void atRest(String channel, Map<String, List<String>> expected) {
        Position now = now(channel);
        Map<String, Member> set = life(channel, now.epoch()).sets.get((int) now.offset());
        boolean same = set.keySet().equals(expected.keySet());
        for (Map.Entry<String, Member> each : set.entrySet()) {
            same &= expected.getOrDefault(each.getKey(), List.of()).contains(data(each.getValue()));
        }
        if (!same) {
            Map<String, String> shown = new TreeMap<>();
            set.forEach((name, each) -> shown.put(name, data(each)));
            throw new Broken(
                    25, channel + ": at rest there are " + expected + ", and known at " + now + " are " + shown);
        }
        counters.count(set.isEmpty() ? "nobody at rest" : "members at rest");
    }
}
