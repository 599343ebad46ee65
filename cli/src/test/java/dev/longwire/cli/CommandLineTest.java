// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.client.Client;
import dev.longwire.client.Message;
import dev.longwire.client.json.JsonObject;
import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command line and the Java client, with a real server in between. */
@Timeout(180)
final class CommandLineTest {
    private LongwireServer server = start(0);
    private final int port = server.port();
    private final String url = "http://127.0.0.1:" + port;

    @AfterEach
    void stop() {
        server.close();
    }

    private static LongwireServer start(int port) {
        try {
            return LongwireServer.start(
                    ServerConfig.DEFAULT.at("127.0.0.1", port).withDrainMillis(100));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void thousandsOfLinesArriveCompleteAndInOrderAtThreeKindsOfSubscribers() throws Exception {
        int count = 5_000;
        List<String> lines = IntStream.rangeClosed(1, count)
                .mapToObj(n -> "{\"n\": " + n + ", \"text\":\"é \\u00e9 line " + n + "\", \"pad\":["
                        + "0,".repeat(n % 50) + "0]}")
                .toList();
        List<String> expected = IntStream.rangeClosed(1, count)
                .mapToObj(n -> n + " " + lines.get(n - 1))
                .toList();

        BareSubscriber bare = BareSubscriber.start(port, "events", count);
        bare.subscribed.get(60, TimeUnit.SECONDS);
        Shell.Running printed = Shell.start(
                        new byte[0], "subscribe", "--url", url, "-v", "--count", Integer.toString(count), "events")
                .says("subscribed to events");
        CompletableFuture<List<String>> heard = new CompletableFuture<>();
        List<String> hearing = new ArrayList<>();
        try (Client client = Client.builder(url).build()) {
            client.connect();
            client.channel("events")
                    .subscribe(message -> {
                        hearing.add(message.position().offset() + " " + message.payload());
                        if (hearing.size() == count) {
                            heard.complete(hearing);
                        }
                    })
                    .ready()
                    .get(60, TimeUnit.SECONDS);

            Shell.Ran published = Shell.run(String.join("\n", lines), "publish", "--url", url, "events", "-");
            assertThat(published).isEqualTo(new Shell.Ran(0, "", ""));
            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(bare.all.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(printed.end().lines().stream()
                            .map(line -> JsonObject.parse(line, 40))
                            .map(line -> line.number("offset", 0) + " " + line.raw("data"))
                            .toList())
                    .isEqualTo(expected);
        }
    }

    @Test
    void oneMessageThereAndBack() {
        Shell.Ran published = Shell.run(
                "",
                "publish",
                "--url",
                url,
                "--header",
                "trace=é",
                "--header",
                "b=2",
                "chat:1",
                "{\"text\" : \"héllo\"}");
        assertThat(published.code()).isZero();
        JsonObject position = JsonObject.parse(published.out().strip(), 2);
        assertThat(position.text("channel")).isEqualTo("chat:1");
        assertThat(position.number("offset", 0)).isEqualTo(1);
        assertThat(position.text("stored")).isEqualTo("memory");

        Shell.Ran text = Shell.run("a \"b\"\n\nc\n", "publish", "--url", url, "--text", "chat:1", "-");
        assertThat(text).isEqualTo(new Shell.Ran(0, "", ""));

        Shell.Ran read = Shell.run("", "subscribe", "--url", url, "--last", "10", "--count", "4", "chat:1");
        assertThat(read.code()).isZero();
        List<JsonObject> lines =
                read.lines().stream().map(line -> JsonObject.parse(line, 40)).toList();
        assertThat(lines.get(0).names())
                .containsExactly("channel", "epoch", "offset", "time", "from", "client", "headers", "data");
        assertThat(lines.get(0).texts("headers")).containsEntry("trace", "é").containsEntry("b", "2");
        assertThat(lines.stream().map(line -> line.raw("data")))
                .containsExactly("{\"text\" : \"héllo\"}", "\"a \\\"b\\\"\"", "\"\"", "\"c\"");

        String since = position.text("epoch") + ":3";
        Shell.Ran rest = Shell.run("", "subscribe", "--url", url, "--since", since, "--count", "1", "chat:1");
        assertThat(JsonObject.parse(rest.out().strip(), 40).raw("data")).isEqualTo("\"c\"");
        assertThat(rest.err()).isEmpty();
    }

    @Test
    void linesThatCannotBeSentAreNamedAndTheRestIsSent() {
        String long70k = "\"" + "x".repeat(70_000) + "\"";
        byte[] head = "1\n{\n\n2\r\n".getBytes(StandardCharsets.UTF_8);
        byte[] tail = (long70k + "\n1,\"type\":\"ping\"\n3").getBytes(StandardCharsets.UTF_8);
        byte[] input = new byte[head.length + 2 + tail.length];
        System.arraycopy(head, 0, input, 0, head.length);
        input[head.length] = (byte) 0xff;
        input[head.length + 1] = '\n';
        System.arraycopy(tail, 0, input, head.length + 2, tail.length);

        Shell.Ran published = Shell.run(input, "publish", "--url", url, "numbers", "-");
        assertThat(published.code()).isEqualTo(2);
        assertThat(published.err().lines())
                .hasSize(4)
                .anyMatch(line -> line.startsWith("longwire: line 2: not JSON"))
                .anyMatch(line -> line.startsWith("longwire: line 5: not UTF-8"))
                .anyMatch(line -> line.startsWith("longwire: line 6: too_large"))
                .anyMatch(line -> line.startsWith("longwire: line 7: not JSON"));
        assertThat(Shell.run("", "subscribe", "--url", url, "--last", "9", "--count", "3", "numbers")
                        .lines())
                .hasSize(3)
                .allMatch(line -> line.matches(".*\"data\":[123]}"));
    }

    @Test
    void aPositionThatIsNotThereIsSaidOnStandardError() {
        Shell.Running reader = Shell.start(
                        new byte[0], "subscribe", "--url", url, "-v", "--count", "1", "--since", "nonesuch:7", "chat:1")
                .says("subscribed to chat:1");
        Shell.run("", "publish", "--url", url, "chat:1", "8");
        Shell.Ran ran = reader.end();
        JsonObject reset = JsonObject.parse(ran.err().lines().findFirst().orElse(""), 4);
        assertThat(reset.text("channel")).isEqualTo("chat:1");
        assertThat(reset.text("reset")).isIn("unknown", "epoch_changed");
        assertThat(reset.raw("before")).isEqualTo("{\"epoch\":\"nonesuch\",\"offset\":7}");
        assertThat(ran.out()).contains("\"data\":8}");
    }

    @Test
    void exitCodesSayWhatWentWrong() {
        assertThat(Shell.run("", "publish", "--url", "http://127.0.0.1:1", "a", "1")
                        .code())
                .isEqualTo(69);
        assertThat(Shell.run("", "subscribe", "--url", "http://127.0.0.1:1", "a")
                        .code())
                .isEqualTo(69);
        assertThat(Shell.run("", "publish", "--url", "ftp://127.0.0.1", "a", "1")
                        .code())
                .isEqualTo(2);
        assertThat(Shell.run("", "publish", "--url", url, "a", "{").code()).isEqualTo(2);
        assertThat(Shell.run("", "publish", "--url", url, "a b", "1").code()).isEqualTo(2);
        assertThat(Shell.run("", "publish", "--url", url, "$own", "1"))
                .matches(ran -> ran.code() == 1 && ran.err().contains("bad_channel"));
        assertThat(Shell.run("", "subscribe", "--url", url, "$own"))
                .matches(ran -> ran.code() == 1 && ran.err().contains("bad_channel"));
        assertThat(Shell.run("", "subscribe", "--url", url, "--since", "k:1", "a", "b")
                        .code())
                .isEqualTo(2);
        assertThat(Shell.run("", "nonsense").code()).isEqualTo(2);
        assertThat(Shell.run("").code()).isEqualTo(2);
    }

    @Test
    void everyCommandHelps() {
        for (String command : List.of("serve", "publish", "subscribe", "version")) {
            assertThat(Shell.run("", "help", command))
                    .matches(ran -> ran.code() == 0 && ran.out().contains("Examples:"))
                    .matches(ran -> ran.out().contains("  longwire " + command));
        }
        assertThat(Shell.run("", "version").out()).startsWith("longwire ");
    }

    @Test
    void aSubscriberLivesThroughARestartAndSaysWhatItMeans() {
        Shell.Running reader = Shell.start(new byte[0], "subscribe", "--url", url, "-v", "--count", "2", "chat:1")
                .says("subscribed to chat:1");
        assertThat(Shell.run("", "publish", "--url", url, "chat:1", "1").code()).isZero();
        reader.prints("\"data\":1}");
        server.close();
        reader.says("again in");
        server = start(port);
        // The log in memory is another one now, and the reader is told.
        reader.says("{\"reset\":");
        assertThat(Shell.run("", "publish", "--url", url, "chat:1", "2").code()).isZero();
        Shell.Ran ran = reader.end();
        assertThat(ran.code()).isZero();
        assertThat(ran.lines().get(1)).endsWith("\"data\":2}");
    }

    @Test
    void aThousandClientsInOneProcessNeedNoThreadsOfTheirOwn() throws Exception {
        int count = 1_000;
        int before = ManagementFactory.getThreadMXBean().getThreadCount();
        List<Client> clients = new ArrayList<>();
        CountDownLatch heard = new CountDownLatch(count);
        List<Message> wrong = Collections.synchronizedList(new ArrayList<>());
        try {
            List<CompletableFuture<?>> ready = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Client client = Client.builder(url).build();
                clients.add(client);
                client.connect();
                ready.add(client.channel("all")
                        .subscribe(message -> {
                            if (!message.payload().json().equals("\"hello\"")) {
                                wrong.add(message);
                            }
                            heard.countDown();
                        })
                        .ready());
            }
            CompletableFuture.allOf(ready.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            assertThat(threads - before).isLessThan(50);
            clients.get(0).channel("all").publish("\"hello\"").get(60, TimeUnit.SECONDS);
            assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(wrong).isEmpty();
        } finally {
            List<CompletableFuture<?>> closed = new ArrayList<>();
            clients.forEach(client -> closed.add(client.closeAsync()));
            CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        }
    }
}
