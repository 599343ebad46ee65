// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server as the process that an operator starts and stops. */
@Timeout(120)
final class ServeProcessTest {

    private static final int DEADLINE_SECONDS = 60;

    @Test
    void sigtermTellsClientsWhenToComeBackAndExitsWithZero() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.longwire.cli.Main",
                        "serve",
                        "--port",
                        "0")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader();
                HttpClient http = HttpClient.newHttpClient()) {
            String ready = out.readLine();
            assertThat(ready).startsWith("Longwire is ready: http://127.0.0.1:").endsWith("/");
            URI url = URI.create(ready.substring(ready.indexOf("http")).replace("http", "ws") + "v1/ws");
            CompletableFuture<Integer> closed = new CompletableFuture<>();
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(url, listener(closed))
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(socket.isOutputClosed()).isFalse();
            process.destroy();
            assertThat(closed.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo(4000);
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static WebSocket.Listener listener(CompletableFuture<Integer> closed) {
        return new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                closed.complete(code);
                return CompletableFuture.completedStage(null);
            }

            @Override
            public void onError(WebSocket socket, Throwable error) {
                closed.completeExceptionally(error);
            }
        };
    }
}
