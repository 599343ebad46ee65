// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A backend as it should be: it verifies every request with the library of the Standard Webhooks, takes each once by its id,
 * and keeps the events. How it answers is another's business.
 */
final class Deliveries implements Receiver.Mood {

    private final Webhook library;
    private final Receiver.Mood then;
    private final Map<String, byte[]> taken = new HashMap<>();
    private final List<Map<?, ?>> events = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private int repeats;

    Deliveries(String secret, Receiver.Mood then) {
        this.library = new Webhook(secret);
        this.then = then;
    }

    @Override
    public boolean answer(Receiver.Request request, OutputStream out) throws IOException, InterruptedException {
        take(request);
        return then.answer(request, out);
    }

    private synchronized void take(Receiver.Request request) throws IOException {
        Map<String, List<String>> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        String id = request.headers().getOrDefault("webhook-id", "");
        try {
            library.verify(new String(request.body(), StandardCharsets.UTF_8), headers);
        } catch (WebhookVerificationException e) {
            wrong.add(id + ": " + e.getMessage());
            return;
        }
        byte[] before = taken.putIfAbsent(id, request.body());
        if (before != null) {
            repeats++;
            if (!Arrays.equals(before, request.body())) {
                wrong.add(id + " is not what it was");
            }
            return;
        }
        Map<String, Object> all = Documents.parse("{\"all\":" + request.text() + "}");
        for (Object each : Documents.list(all, "all")) {
            events.add((Map<?, ?>) each);
        }
    }

    /** Requests whose signature is wrong, or that came again with something else. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /** How often a request came that had come before. */
    synchronized int repeats() {
        return repeats;
    }

    /** Every event once, in the order in which they came. */
    synchronized List<Map<?, ?>> events() {
        return List.copyOf(events);
    }

    /** What they happened to, in their order. */
    List<String> subjects() {
        return events().stream()
                .map(each -> String.valueOf(each.get("subject")))
                .toList();
    }
}
