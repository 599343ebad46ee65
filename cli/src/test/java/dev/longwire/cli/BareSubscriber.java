// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.client.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What somebody writes who has the JDK and the page about the protocol, and nothing of ours. */
final class BareSubscriber implements WebSocket.Listener {
    final CompletableFuture<String> subscribed = new CompletableFuture<>();
    final CompletableFuture<List<String>> all = new CompletableFuture<>();
    private final String channel;
    private final int count;
    private final List<String> got = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    private BareSubscriber(String channel, int count) {
        this.channel = channel;
        this.count = count;
    }

    /** Subscribes, and collects so many payloads. */
    static BareSubscriber start(int port, String channel, int count) {
        BareSubscriber subscriber = new BareSubscriber(channel, count);
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/ws"), subscriber)
                .exceptionally(fault -> {
                    subscriber.subscribed.completeExceptionally(fault);
                    throw new IllegalStateException(fault);
                });
        return subscriber;
    }

    @Override
    public void onOpen(WebSocket socket) {
        socket.request(1);
        socket.sendText(
                "[{\"type\":\"connect\",\"id\":1},{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}]",
                true);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            frame(JsonObject.parse(text.toString(), 40));
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    private void frame(JsonObject frame) {
        String type = frame.needText("type");
        if (type.equals("subscribed")) {
            subscribed.complete(frame.needText("epoch"));
        } else if (type.equals("message")) {
            got.add(frame.number("offset", 0) + " " + Objects.requireNonNull(frame.raw("data")));
            if (got.size() == count) {
                all.complete(got);
            }
        } else if (type.equals("error")) {
            subscribed.completeExceptionally(new IllegalStateException(frame.text("name")));
        }
    }
}
