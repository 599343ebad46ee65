// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** An application's backend that decides: it verifies each question with the library of the Standard Webhooks. */
final class Decider implements Receiver.Mood {

    private final Webhook library;
    private final Function<Map<String, Object>, String> decide;
    private final List<Map<String, Object>> questions = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();

    /** @param decide a whole answer to a question, or the body of a good one */
    Decider(String secret, Function<Map<String, Object>, String> decide) {
        this.library = new Webhook(secret);
        this.decide = decide;
    }

    @Override
    public boolean answer(Receiver.Request request, OutputStream out) throws IOException, InterruptedException {
        Map<String, List<String>> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        try {
            library.verify(request.text(), headers);
        } catch (WebhookVerificationException e) {
            wrong.add(e.getMessage());
            return false;
        }
        Map<String, Object> question = Documents.parse(request.text());
        questions.add(question);
        if (!Documents.text(question, "id").equals(request.headers().get("webhook-id"))) {
            wrong.add("the id of " + question);
        }
        CountDownLatch latch = held.get(String.valueOf(question.get("channel")));
        if (latch != null) {
            latch.await();
        }
        String answer = decide.apply(question);
        if (answer.isEmpty()) {
            return false;
        }
        out.write((answer.startsWith("HTTP") ? answer : ok(answer)).getBytes(StandardCharsets.UTF_8));
        return true;
    }

    static String ok(String body) {
        return "HTTP/1.1 200 x\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    /** What is asked of a channel is answered when this opens. */
    CountDownLatch hold(String channel) {
        CountDownLatch latch = new CountDownLatch(1);
        held.put(channel, latch);
        return latch;
    }

    List<Map<String, Object>> questions() {
        return questions;
    }

    /** What was asked about this channel or method. */
    List<Map<String, Object>> about(String what) {
        return questions.stream()
                .filter(each -> what.equals(each.get("channel")) || what.equals(each.get("method")))
                .toList();
    }

    List<String> wrong() {
        return wrong;
    }
}
