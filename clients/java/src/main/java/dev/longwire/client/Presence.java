// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a channel, over every loss of the connection: whoever entered stays, or enters again, and what is observed is
 * made good by what changed meanwhile. It needs no subscription to the channel's messages. Usable from any thread.
 */
public final class Presence {
    private static final Request.What WHAT = new Request.What("presence", Request.Kind.READ);
    private static final PresenceListener NOBODY = new PresenceListener() {};
    private static final int DEPTH = 40;

    private final String channel;
    private final Client client;
    private final Machine machine;
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private volatile long count;

    // What follows is touched on the lane only.
    private PresenceListener listener = NOBODY;
    private @Nullable Map<String, Member> part;
    private @Nullable String epoch;
    private long version;
    private boolean observing;
    private boolean entered;
    private @Nullable Payload said;
    private CompletableFuture<@Nullable Void> observed = new CompletableFuture<>();

    Presence(String channel, Client client, Machine machine) {
        this.channel = channel;
        this.client = client;
        this.machine = machine;
    }

    /** Those who are there, in no order; empty until {@link #observe} has been answered. A copy. */
    public List<Member> members() {
        return List.copyOf(members.values());
    }

    /** How many are there, as far as this client was told. */
    public long size() {
        return count;
    }

    /**
     * Is there from now on, until {@link #leave} or the end of the session. Needs the right {@code enter}.
     *
     * @param data what it says of itself, up to 4 KiB, or null
     */
    public CompletableFuture<@Nullable Void> enter(@Nullable Payload data) {
        return ask("enter", data, answer -> says(data));
    }

    /** Says something else of itself; fails with {@code not_present} where it has not entered. */
    public CompletableFuture<@Nullable Void> update(Payload data) {
        return ask("update", data, answer -> says(data));
    }

    /** Is there no more. */
    public CompletableFuture<@Nullable Void> leave() {
        machine.post(() -> entered = false);
        return ask("leave", null, answer -> {});
    }

    /** How many there are now, without seeing who. Needs the right {@code presence}, as {@link #observe} does. */
    public CompletableFuture<Long> count() {
        return client.request(WHAT, fields("count"), answer -> answer.number("count", 0));
    }

    /**
     * Sees who is there, from now on. One listener sees a channel at a time: another one takes its place.
     *
     * @return completes when that begins; fails without the right to it
     */
    public CompletableFuture<@Nullable Void> observe(PresenceListener newListener) {
        CompletableFuture<@Nullable Void> begins = new CompletableFuture<>();
        machine.post(() -> {
            listener = newListener;
            if (machine.state() == State.CLOSED) {
                machine.callback(() -> begins.completeExceptionally(Faults.closedClient()));
            } else if (observing) {
                observed.whenComplete((done, fault) -> settle(begins, fault));
            } else {
                observing = true;
                observed = begins;
                if (machine.connected()) {
                    askWho();
                }
            }
        });
        return begins.copy();
    }

    /** Sees no more. */
    public void unobserve() {
        machine.post(() -> {
            if (observing) {
                forget();
                if (machine.connected()) {
                    machine.request(Request.attached("presence", fields("unobserve"), done -> {}, refused -> {}));
                }
            }
        });
    }

    private static void settle(CompletableFuture<@Nullable Void> future, @Nullable Throwable fault) {
        if (fault == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(fault);
        }
    }

    private JsonWriter fields(String action) {
        return new JsonWriter().text("channel", channel).text("action", action);
    }

    private CompletableFuture<@Nullable Void> ask(String action, @Nullable Payload data, Consumer<JsonObject> then) {
        JsonWriter fields = fields(action);
        if (data != null) {
            data.write(fields);
        }
        return client.<@Nullable Void>request(WHAT, fields, answer -> {
            then.accept(answer);
            return null;
        });
    }

    private void says(@Nullable Payload data) {
        entered = true;
        said = data;
    }

    private void askWho() {
        part = null;
        JsonWriter fields = fields("observe");
        if (epoch != null) {
            fields.open("since").text("epoch", epoch).number("version", version).close();
        }
        CompletableFuture<@Nullable Void> begins = observed;
        machine.request(
                Request.attached("presence", fields, done -> machine.callback(() -> begins.complete(null)), refused -> {
                    machine.callback(() -> begins.completeExceptionally(refused));
                    ended("unobserve", refused);
                }));
    }

    private void forget() {
        observing = false;
        epoch = null;
        part = null;
        members.clear();
        count = 0;
    }

    /** There is a connection again: what it is not told is not observed, and a new session has entered nothing. */
    void attached(boolean resumed) {
        if (entered && !resumed) {
            JsonWriter fields = fields("enter");
            if (said != null) {
                said.write(fields);
            }
            machine.request(Request.attached("presence", fields, done -> {}, refused -> ended("leave", refused)));
        }
        if (observing) {
            askWho();
        }
    }

    /** The client is closed. */
    void closed(LongwireException cause) {
        boolean told = observing || entered;
        CompletableFuture<@Nullable Void> begins = observed;
        machine.callback(() -> begins.completeExceptionally(cause));
        observing = false;
        entered = false;
        if (told) {
            tell(to -> to.onEnd(cause));
        }
    }

    private void ended(String action, LongwireException why) {
        if (action.equals("leave")) {
            entered = false;
        } else {
            forget();
        }
        tell(to -> to.onEnd(why));
    }

    private void tell(Consumer<PresenceListener> what) {
        PresenceListener to = listener;
        machine.callback(() -> what.accept(to));
    }

    /** What the server says by itself. */
    void frame(JsonObject frame) {
        String reason = frame.text("reason");
        if (reason != null) {
            String action = frame.text("action");
            ended(action == null ? "" : action, new LongwireException(0, reason, "The server has ended it."));
        } else if (observing && frame.text("sync") != null) {
            sync(frame);
        } else if (observing && part == null && frame.needText("epoch").equals(epoch)) {
            change(frame);
        }
    }

    private static List<Member> list(JsonObject frame, String name) {
        String raw = frame.raw(name);
        return JsonReader.elements(raw == null ? "[]" : raw, DEPTH).stream()
                .map(text -> Member.read(JsonObject.parse(text, DEPTH)))
                .toList();
    }

    private void sync(JsonObject frame) {
        Map<String, Member> whole = part == null ? new LinkedHashMap<>() : part;
        part = whole;
        list(frame, "members").forEach(member -> whole.put(member.key(), member));
        if (!"end".equals(frame.text("sync"))) {
            return;
        }
        boolean sameEpoch = frame.needText("epoch").equals(epoch);
        part = null;
        stand(frame);
        for (Member member : List.copyOf(members.values())) {
            if (!whole.containsKey(member.key())) {
                members.remove(member.key());
                tell(to -> to.onLeft(member));
            }
        }
        for (Member member : whole.values()) {
            Member known = members.put(member.key(), member);
            if (known == null) {
                tell(to -> to.onJoined(member));
            } else if (!sameEpoch || member.version() > known.version()) {
                tell(to -> to.onUpdated(member));
            }
        }
        tell(PresenceListener::onChanged);
    }

    private void change(JsonObject frame) {
        long next = frame.number("version", 0);
        if (next <= version) {
            return;
        }
        if (next != version + 1) {
            // Something is missing, which the server would not leave out: everything is asked for again.
            epoch = null;
            machine.request(Request.attached("presence", fields("unobserve"), done -> {}, refused -> {}));
            askWho();
            return;
        }
        stand(frame);
        list(frame, "joined").forEach(this::came);
        list(frame, "updated").forEach(this::came);
        for (Member member : list(frame, "left")) {
            Member known = members.remove(member.key());
            tell(to -> to.onLeft(known == null ? member : known));
        }
        tell(PresenceListener::onChanged);
    }

    private void came(Member member) {
        Member known = members.get(member.key());
        if (known == null || member.version() > known.version()) {
            members.put(member.key(), member);
            tell(to -> {
                if (known == null) {
                    to.onJoined(member);
                } else {
                    to.onUpdated(member);
                }
            });
        }
    }

    private void stand(JsonObject frame) {
        epoch = frame.needText("epoch");
        version = frame.number("version", 0);
        count = frame.number("count", 0);
    }
}
