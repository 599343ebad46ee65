// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What polls mean that are answered with something else than frames. */
@Timeout(60)
final class PollTransportTest implements Transport.Events {
    private static final String CONNECTED =
            "{\"seq\":1,\"frames\":[{\"type\":\"connected\",\"id\":1,\"session\":\"s\",\"turn\":1}]}";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final AtomicInteger polls = new AtomicInteger();
    private final HttpServer server;
    private final PollTransport transport;
    private volatile int status;

    PollTransportTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/poll");
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        transport = new PollTransport(http, uri, 10_000, true);
    }

    @AfterEach
    void end() {
        transport.abort();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean first = polls.incrementAndGet() == 1;
        byte[] body = (first ? CONNECTED : "{}").getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(first ? 200 : status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void refuses(int with, String outcome) throws InterruptedException {
        status = with;
        transport.open(this);
        transport.demand();
        transport.demand();
        transport.send("{\"type\":\"connect\",\"id\":1}");
        assertThat(heard.poll(30, TimeUnit.SECONDS)).startsWith("[{\"type\":\"connected\"");
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(outcome);
    }

    /** Shows [CS40]. */
    @Test
    void aSessionThatIsGoneIsAskedForAgain() throws InterruptedException {
        refuses(404, "closed 4003");
    }

    /** Shows [CS40]. */
    @Test
    void aTurnThatIsOverIsFollowedByAnother() throws InterruptedException {
        refuses(409, "closed 4003");
    }

    /** Shows [CS40]. */
    @Test
    void whatIsTooLongIsTheSameAgain() throws InterruptedException {
        refuses(413, "closed 1009");
    }

    @Test
    void anythingElseIsAnOutage() throws InterruptedException {
        refuses(502, "failed 502");
    }

    @Override
    public void received(String text) {
        heard.add(text);
    }

    @Override
    public void closed(int code) {
        heard.add("closed " + code);
    }

    @Override
    public void failed(Transport.Failure failure) {
        heard.add("failed " + failure.status());
    }

    @Override
    public void opened() {}

    @Override
    public void sent() {}

    @Override
    public void heard() {}

    @Override
    public void asked() {}
}
