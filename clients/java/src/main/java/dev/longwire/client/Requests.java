// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a session: those that wait, and a window of those that were sent and have no answer yet, both in order.
 * A publish that was too much for the server waits again, before all that were asked for after it.
 */
final class Requests {
    private static final int RATE_LIMITED = 300;
    private static final long LEAST_WAIT_MILLIS = 10;

    private final int window;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private final Map<Long, Request> sent = new LinkedHashMap<>();
    /** Publishes that were too much, by their numbers. */
    private final NavigableMap<Long, Request> refused = new TreeMap<>();

    private final boolean impatient;
    private long heldUntil;
    private long lastId;
    /** Nothing gives up before this; answers do not move it, so it may be early. */
    private long expiresAt = Alarm.NEVER;

    /** @param impatient whether a publish that is too much fails, instead of waiting */
    Requests(int window, boolean impatient) {
        this.window = window;
        this.impatient = impatient;
    }

    long nextId() {
        return ++lastId;
    }

    void add(Request request) {
        waiting.add(request);
        expiresAt = Math.min(expiresAt, request.expiresAt());
    }

    /** Sends what the window allows. */
    void flush(Link link) {
        while (sent.size() < window) {
            long nowMillis = Alarm.nowMillis();
            Request request = next(nowMillis);
            if (request == null) {
                return;
            }
            String frame = request.first(request.id() == 0 ? nextId() : request.id(), nowMillis);
            sent.put(request.id(), request);
            link.send(frame);
        }
    }

    private @Nullable Request next(long nowMillis) {
        if (refused.isEmpty()) {
            return waiting.poll();
        }
        long first = refused.firstKey();
        // What went out after it may be refused as well: until that is known nothing passes.
        if (nowMillis >= heldUntil && sent.keySet().stream().noneMatch(id -> id > first)) {
            return refused.remove(first);
        }
        for (Request request : waiting) {
            if (request.kind() != Request.Kind.PUBLISH) {
                waiting.remove(request);
                return request;
            }
        }
        return null;
    }

    /** When those that were too much may go out again, or one has waited for too long. */
    long wakeAt(long nowMillis) {
        long again = refused.isEmpty() || nowMillis >= heldUntil ? Alarm.NEVER : heldUntil;
        return Math.min(again, expiresAt);
    }

    /** Gives up what has waited for too long. */
    void tick(long nowMillis) {
        if (nowMillis < expiresAt) {
            return;
        }
        expiresAt = Alarm.NEVER;
        List<Request> late = new ArrayList<>();
        for (Collection<Request> place : List.of(sent.values(), refused.values(), waiting)) {
            for (Request request : List.copyOf(place)) {
                if (request.expiresAt() <= nowMillis) {
                    place.remove(request);
                    late.add(request);
                } else {
                    expiresAt = Math.min(expiresAt, request.expiresAt());
                }
            }
        }
        late.forEach(request -> request.fail(Faults.timeout(request.id() > 0)));
    }

    /** The answer to one of them; anything else is an answer to nothing, and passed over. */
    void answered(long id, JsonObject frame) {
        Request request = sent.remove(id);
        if (request == null) {
            return;
        }
        if ("error".equals(frame.text("type"))) {
            LongwireException fault = Faults.error(frame);
            if (fault.code() == RATE_LIMITED && request.kind() == Request.Kind.PUBLISH && !impatient) {
                refused.put(id, request);
                heldUntil = Alarm.nowMillis() + Math.max(LEAST_WAIT_MILLIS, fault.retryAfterMillis());
            } else {
                request.fail(fault);
            }
        } else {
            request.answer(frame);
        }
    }

    /** The connection is gone: what goes with it is forgotten. */
    void detached() {
        waiting.removeIf(request -> request.kind() == Request.Kind.ATTACHED);
        sent.values().removeIf(request -> request.kind() == Request.Kind.ATTACHED);
    }

    /**
     * There is a connection again: what has no answer is sent again first, in order.
     *
     * @param resumed whether the session is the same
     * @param keysKnownMillis in another session, for how long after it was sent a key is known there
     */
    void attached(Link link, boolean resumed, long keysKnownMillis) {
        long nowMillis = Alarm.nowMillis();
        for (Request request : List.copyOf(sent.values())) {
            boolean safe = switch (request.kind()) {
                case ATTACHED, READ -> true;
                case PUBLISH -> nowMillis - request.sentAt() < keysKnownMillis;
                case CALL -> false;
            };
            if (resumed || safe) {
                link.send(request.again());
            } else {
                // It may have run, and could run twice.
                sent.remove(request.id());
                request.fail(Faults.outcomeUnknown());
            }
        }
    }

    void failAll(LongwireException cause) {
        List<Request> all = new ArrayList<>(sent.values());
        all.addAll(refused.values());
        all.addAll(waiting);
        sent.clear();
        refused.clear();
        waiting.clear();
        expiresAt = Alarm.NEVER;
        all.forEach(request -> request.fail(cause));
    }
}
