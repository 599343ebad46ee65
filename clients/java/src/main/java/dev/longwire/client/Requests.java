// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The requests of a session: those that wait, and a window of those that were sent and have no answer yet, both in order.
 */
final class Requests {
    private final int window;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private final Map<Long, Request> sent = new LinkedHashMap<>();
    private long lastId;

    Requests(int window) {
        this.window = window;
    }

    long nextId() {
        return ++lastId;
    }

    void add(Request request) {
        waiting.add(request);
    }

    /** Sends what the window allows. */
    void flush(Link link) {
        while (sent.size() < window) {
            Request request = waiting.poll();
            if (request == null) {
                return;
            }
            String frame = request.first(nextId(), Alarm.nowMillis());
            sent.put(request.id(), request);
            link.send(frame);
        }
    }

    /** The answer to one of them; anything else is an answer to nothing, and passed over. */
    void answered(long id, JsonObject frame) {
        Request request = sent.remove(id);
        if (request == null) {
            return;
        }
        if ("error".equals(frame.text("type"))) {
            request.fail(Faults.error(frame));
        } else {
            request.answer(frame);
        }
    }

    /** The connection is gone, and with it what belonged to it. */
    void detached() {
        sent.values().removeIf(request -> request.fate() == Request.Fate.DROPPED);
        waiting.removeIf(request -> request.fate() == Request.Fate.DROPPED);
    }

    /**
     * There is a connection again: what has no answer is sent again first, in order.
     *
     * @param knownMillis for how long after it was sent a repeat is known as one: for ever in the same session; while keys
     *     count, for the same user in another one; else not at all
     */
    void attached(Link link, long knownMillis) {
        long nowMillis = Alarm.nowMillis();
        for (Request request : List.copyOf(sent.values())) {
            if (nowMillis - request.sentAt() < knownMillis) {
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
        all.addAll(waiting);
        sent.clear();
        waiting.clear();
        all.forEach(request -> request.fail(cause));
    }
}
