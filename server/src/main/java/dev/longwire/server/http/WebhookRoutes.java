// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.webhook.Health;
import dev.longwire.server.webhook.Webhooks;
import java.io.IOException;

/** How webhooks are doing, and having them delivered again ({@code docs/webhooks.md}). */
final class WebhookRoutes {

    private final Webhooks webhooks;

    WebhookRoutes(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    void list(Exchange exchange) {
        Admin.answer(exchange, json -> {
            json.writeArrayFieldStart("webhooks");
            for (Health each : webhooks.health()) {
                write(json, each);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Health health) throws IOException {
        json.writeStartObject();
        json.writeStringField("webhook", health.name());
        json.writeStringField("target", health.target());
        json.writeStringField("state", health.state().word());
        json.writeNumberField("lag", health.waiting());
        json.writeNumberField(
                "lag_millis",
                health.oldestMillis() == 0 ? 0 : Math.max(0, System.currentTimeMillis() - health.oldestMillis()));
        json.writeNumberField("failures", health.failures());
        json.writeStringField("last_error", health.lastError());
        time(json, "last_error_at", health.lastErrorMillis());
        time(json, "last_success_at", health.lastSuccessMillis());
        time(json, "next_attempt_at", health.nextAttemptMillis());
        json.writeNumberField("delivered", health.totals().delivered());
        json.writeNumberField("missed", health.totals().missed());
        json.writeNumberField("failed_requests", health.totals().failed());
        json.writeEndObject();
    }

    private static void time(JsonGenerator json, String name, long millis) throws IOException {
        if (millis > 0) {
            json.writeNumberField(name, millis);
        }
    }

    void redeliver(Exchange exchange) {
        String name = exchange.query("webhook");
        if (name == null) {
            exchange.refuse(ErrorCode.BAD_REQUEST);
            return;
        }
        webhooks.redeliver(name, exchange.query("after"))
                .ifPresentOrElse(
                        count -> count.thenAccept(
                                again -> Admin.answer(exchange, json -> json.writeNumberField("redelivered", again))),
                        () -> exchange.refuse(ErrorCode.NOT_FOUND));
    }
}
