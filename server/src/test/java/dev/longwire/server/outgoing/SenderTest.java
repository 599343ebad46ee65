// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.Certificate;
import dev.longwire.server.Eventually;
import dev.longwire.server.Receiver;
import dev.longwire.server.config.PrivateTargets;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of the server's own, on real sockets, to receivers that behave and to others. */
@Timeout(60)
final class SenderTest {

    private static final PrivateTargets LOOPBACK = PrivateTargets.of(List.of("127.0.0.0/8"));
    private static final long PATIENT = 30_000;
    private static final long IMPATIENT = 300;
    private static final int ANSWER_BYTES = 1_000;

    private EventLoopGroup group;
    private Receiver receiver;

    @BeforeEach
    void start() throws Exception {
        group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        receiver = new Receiver(Receiver.says(200));
    }

    @AfterEach
    void stop() throws Exception {
        receiver.close();
        group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).sync();
    }

    private Target target(String url, PrivateTargets allowed, int connections, int waiting) {
        return new Sender(group).to(new Destination(URI.create(url), allowed, connections, waiting, ANSWER_BYTES));
    }

    private Target target() {
        return target("http://127.0.0.1:" + receiver.port() + "/in", LOOPBACK, 1, 100);
    }

    private static Post post(String body, long deadline) {
        return new Post(Map.of("X-Name", "v"), body.getBytes(StandardCharsets.UTF_8), deadline, false);
    }

    private static CompletableFuture<Outcome> ask(Target target, Post post) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        target.post(post, outcome::complete);
        return outcome;
    }

    private static Outcome outcome(Target target, long deadline) throws Exception {
        return ask(target, post("body", deadline)).get(40, TimeUnit.SECONDS);
    }

    private static int status(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Answer.class);
        return ((Outcome.Answer) outcome).status();
    }

    private static Failure failure(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed) outcome).why();
    }

    @Test
    void aRequestArrivesAsItWasMadeAndSoDoesTheAnswer() throws Exception {
        receiver.mood(Receiver.writes("HTTP/1.1 201 Made\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nok"));
        Target target = target("http://127.0.0.1:" + receiver.port() + "/a%20b?c=d", LOOPBACK, 1, 1);
        Outcome.Answer answer =
                (Outcome.Answer) ask(target, post("grüße", PATIENT)).get();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("retry-after")).isEqualTo("7");
        assertThat(answer.body()).isEqualTo("ok".getBytes(StandardCharsets.US_ASCII));
        Receiver.Request request = receiver.requests().get(0);
        assertThat(request.line()).isEqualTo("POST /a%20b?c=d HTTP/1.1");
        assertThat(request.text()).isEqualTo("grüße");
        assertThat(request.headers())
                .containsEntry("host", "127.0.0.1:" + receiver.port())
                .containsEntry("x-name", "v")
                .containsEntry("content-length", "7");
    }

    @Test
    void aConnectionIsKeptAndRequestsArriveInTheirOrder() throws Exception {
        Target target = target();
        List<CompletableFuture<Outcome>> all = new ArrayList<>();
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            bodies.add("n" + i);
            all.add(ask(target, post("n" + i, PATIENT)));
        }
        for (CompletableFuture<Outcome> each : all) {
            assertThat(status(each.get())).isEqualTo(200);
        }
        assertThat(receiver.requests()).extracting(Receiver.Request::text).containsExactlyElementsOf(bodies);
        assertThat(receiver.connections()).isOne();
    }

    @Test
    void thereAreNoMoreConnectionsThanConfiguredAndNoMoreWaiting() throws Exception {
        receiver.mood(receiver.hangs);
        Target target = target("http://127.0.0.1:" + receiver.port() + "/", LOOPBACK, 2, 3);
        List<CompletableFuture<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            all.add(ask(target, post("held", PATIENT)));
        }
        Eventually.holds(() -> receiver.requests().size() == 2);
        for (int i = 0; i < 3; i++) {
            all.add(ask(target, post("waits", PATIENT)));
        }
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.BUSY);
        assertThat(all).noneMatch(CompletableFuture::isDone);
        assertThat(receiver.connections()).isEqualTo(2);
        target.close();
        for (CompletableFuture<Outcome> each : all) {
            assertThat(failure(each.get())).isEqualTo(Failure.STOPPED);
        }
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.STOPPED);
        Eventually.holds(() -> receiver.requests().size() == 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsNotFollowed(int status) throws Exception {
        try (Receiver elsewhere = new Receiver(Receiver.says(200))) {
            receiver.mood(Receiver.writes("HTTP/1.1 " + status + " x\r\nLocation: http://127.0.0.1:" + elsewhere.port()
                    + "/\r\nContent-Length: 0\r\n\r\n"));
            Target target = target();
            assertThat(status(outcome(target, PATIENT))).isEqualTo(status);
            assertThat(status(outcome(target, PATIENT))).isEqualTo(status);
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Test
    void anAnswerThatNeverComesIsLateAndTheNextRequestHasAnotherConnection() throws Exception {
        receiver.mood(receiver.hangs);
        Target target = target();
        assertThat(failure(outcome(target, IMPATIENT))).isEqualTo(Failure.TIMEOUT);
        receiver.mood(Receiver.says(204));
        assertThat(status(outcome(target, PATIENT))).isEqualTo(204);
        assertThat(receiver.connections()).isEqualTo(2);
    }

    @Test
    void theDeadlineIsForTheWholeAnswer() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        receiver.mood((request, out) -> {
            out.write("HTTP/1.1 200 x\r\nContent-Length: 900\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try {
                while (true) {
                    out.write('x');
                    out.flush();
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            } finally {
                closed.countDown();
            }
        });
        assertThat(failure(outcome(target(), IMPATIENT))).isEqualTo(Failure.TIMEOUT);
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theDeadlineIsForWaitingToo() throws Exception {
        receiver.mood(receiver.hangs);
        Target target = target();
        CompletableFuture<Outcome> first = ask(target, post("first", PATIENT));
        assertThat(failure(outcome(target, IMPATIENT))).isEqualTo(Failure.TIMEOUT);
        assertThat(first).isNotDone();
        assertThat(receiver.requests()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aNameThatIsNeverFoundHoldsNobodyLongerThanTheDeadline() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        Dialer.Lookup lookup = host -> {
            lookups.incrementAndGet();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        };
        Target target = looking(lookup, "http://hooks.example:" + receiver.port() + "/", LOOPBACK);
        for (int i = 0; i < 3; i++) {
            assertThat(failure(outcome(target, IMPATIENT))).isEqualTo(Failure.TIMEOUT);
        }
        // One thread waits, not one per request.
        assertThat(lookups).hasValue(1);
        end.countDown();
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.NAME_UNKNOWN);
    }

    private Target looking(Dialer.Lookup lookup, String url, PrivateTargets allowed) throws Exception {
        SslContext tls = SslContextBuilder.forClient().build();
        return new Sender(group, tls, lookup).to(new Destination(URI.create(url), allowed, 1, 10, ANSWER_BYTES));
    }

    @Test
    void whatIsNotPublicIsNotConnectedTo() throws Exception {
        for (String host : List.of("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]")) {
            Target target = target("http://" + host + ":" + receiver.port() + "/", PrivateTargets.NONE, 1, 1);
            assertThat(failure(outcome(target, PATIENT))).as(host).isEqualTo(Failure.ADDRESS_REFUSED);
        }
        assertThat(receiver.connections()).isZero();
    }

    @Test
    void aNameThatMeansSomethingElseAMomentLaterLeadsNowhereElse() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        // What is judged is allowed, and everything that would be looked up after it is not.
        Dialer.Lookup rebinding = host ->
                new InetAddress[] {InetAddress.getByName(lookups.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2")};
        Target target = looking(
                rebinding, "http://hooks.example:" + receiver.port() + "/", PrivateTargets.of(List.of("127.0.0.1")));
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
        assertThat(lookups).hasValue(1);
        assertThat(receiver.requests().get(0).headers()).containsEntry("host", "hooks.example:" + receiver.port());
        // A new connection is a new judgement.
        receiver.mood((request, out) -> false);
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.CONNECTION_LOST);
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.ADDRESS_REFUSED);
        assertThat(lookups).hasValue(2);
    }

    @Test
    void oneAddressThatIsRefusedSpoilsAll() throws Exception {
        Dialer.Lookup both =
                host -> new InetAddress[] {InetAddress.getLoopbackAddress(), InetAddress.getByName("169.254.169.254")};
        Target target = looking(both, "http://hooks.example:" + receiver.port() + "/", LOOPBACK);
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.ADDRESS_REFUSED);
        assertThat(receiver.connections()).isZero();
    }

    @Test
    void oneAddressAfterTheOtherIsTried() throws Exception {
        Dialer.Lookup two =
                host -> new InetAddress[] {InetAddress.getByName("127.0.0.9"), InetAddress.getLoopbackAddress()};
        Target target = looking(two, "http://hooks.example:" + receiver.port() + "/", LOOPBACK);
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
    }

    @Test
    void nobodyThere() throws Exception {
        // A port that is taken, and where nobody listens.
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Target target = target("http://127.0.0.1:" + taken.getLocalPort() + "/", LOOPBACK, 1, 1);
            assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.UNREACHABLE);
        }
    }

    @Test
    void aLongAnswerIsCut() throws Exception {
        String fits = "x".repeat(ANSWER_BYTES);
        Target target = target();
        receiver.mood(Receiver.writes("HTTP/1.1 200 x\r\nContent-Length: " + ANSWER_BYTES + "\r\n\r\n" + fits));
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
        receiver.mood(Receiver.writes("HTTP/1.1 200 x\r\nContent-Length: 1001\r\n\r\n" + fits + "x"));
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.ANSWER_TOO_LARGE);
        receiver.mood(Receiver.writes(
                "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + fits + "x\r\n0\r\n\r\n"));
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.ANSWER_TOO_LARGE);
        receiver.mood(Receiver.writes("HTTP/1.1 200 x\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"));
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.ANSWER_TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.6\r\n\r\n",
                "HTTP/1.1 abc x\r\n\r\n",
                "HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
                "HTTP/1.1 200 x\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void whatIsNoAnswerIsNone(String bytes) throws Exception {
        receiver.mood(Receiver.writes(bytes));
        Target target = target();
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.ANSWER_MALFORMED);
        receiver.mood(Receiver.says(200));
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
    }

    @Test
    void interimAnswersAreNotTheAnswer() throws Exception {
        String early = "HTTP/1.1 103 Early Hints\r\n\r\n";
        receiver.mood(Receiver.writes(early.repeat(3) + "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"));
        assertThat(status(outcome(target(), PATIENT))).isEqualTo(200);
        receiver.mood(Receiver.writes(early.repeat(9)));
        assertThat(failure(outcome(target(), PATIENT))).isEqualTo(Failure.ANSWER_MALFORMED);
    }

    @Test
    void anAnswerTooManyIsNotTheAnswerToTheNextRequest() throws Exception {
        String one = "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n";
        receiver.mood(Receiver.writes(one + "HTTP/1.1 299 x\r\nContent-Length: 0\r\n\r\n"));
        Target target = target();
        CompletableFuture<Outcome> first = ask(target, post("first", PATIENT));
        CompletableFuture<Outcome> second = ask(target, post("second", PATIENT));
        assertThat(status(first.get())).isEqualTo(200);
        assertThat(status(second.get())).isEqualTo(200);
        assertThat(receiver.connections()).isEqualTo(2);
    }

    @Test
    void aConnectionThatWasClosedMeanwhileCostsARepeatableRequestNothing() throws Exception {
        Target target = target();
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
        AtomicInteger calls = new AtomicInteger();
        receiver.mood((request, out) ->
                calls.getAndIncrement() > 0 && Receiver.says(202).answer(request, out));
        Post repeatable = new Post(Map.of(), new byte[0], PATIENT, true);
        assertThat(status(ask(target, repeatable).get())).isEqualTo(202);
        assertThat(calls).hasValue(2);
        // Once, not for ever; and never what may not be repeated.
        receiver.mood((request, out) -> false);
        assertThat(failure(ask(target, repeatable).get())).isEqualTo(Failure.CONNECTION_LOST);
        receiver.mood(Receiver.says(200));
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
        receiver.mood((request, out) -> false);
        int before = receiver.requests().size();
        assertThat(failure(outcome(target, PATIENT))).isEqualTo(Failure.CONNECTION_LOST);
        assertThat(receiver.requests()).hasSize(before + 1);
    }

    @Test
    void aConnectionThatIsToBeClosedIsNotUsedAgain() throws Exception {
        receiver.mood(Receiver.writes("HTTP/1.1 200 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        Target target = target();
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
        assertThat(status(outcome(target, PATIENT))).isEqualTo(200);
        assertThat(receiver.connections()).isEqualTo(2);
    }

    @Test
    void tlsIsSpokenOnlyWithWhomItShouldBe(@TempDir Path folder) throws Exception {
        Certificate ours = Certificate.make(folder, "ours");
        SSLContext theirs = SSLContext.getInstance("TLS");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = java.nio.file.Files.newInputStream(folder.resolve("ours.p12"))) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        theirs.init(managers.getKeyManagers(), null, null);
        ServerSocket door = theirs.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        SslContext trusting = SslContextBuilder.forClient()
                .trustManager(ours.certificate())
                .endpointIdentificationAlgorithm("HTTPS")
                .build();
        Dialer.Lookup here = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};
        Sender sender = new Sender(group, trusting, here);
        try (Receiver secure = new Receiver(door, Receiver.says(200))) {
            assertThat(status(outcome(at(sender, "https://localhost:" + secure.port()), PATIENT)))
                    .isEqualTo(200);
            assertThat(failure(outcome(at(sender, "https://other.example:" + secure.port()), PATIENT)))
                    .isEqualTo(Failure.TLS_FAILED);
            assertThat(failure(outcome(at(new Sender(group), "https://localhost:" + secure.port()), PATIENT)))
                    .isEqualTo(Failure.TLS_FAILED);
            assertThat(secure.requests()).hasSize(1);
        }
        assertThat(failure(outcome(at(sender, "https://localhost:" + receiver.port()), PATIENT)))
                .isEqualTo(Failure.TLS_FAILED);
    }

    private static Target at(Sender sender, String url) {
        PrivateTargets allowed = PrivateTargets.of(List.of("127.0.0.0/8", "::1"));
        return sender.to(new Destination(URI.create(url), allowed, 1, 1, ANSWER_BYTES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a.example/",
                "file:///etc/passwd",
                "http:///x",
                "https://user:secret@a.example/",
                "http://a.example/#x",
                "http://a.example:0/",
                "http://a.example:65536/",
                "http://127.1/",
                "a.example"
            })
    void whatIsNoAddressOfHttpIsRefused(String url) {
        assertThat(Destination.fits(URI.create(url))).isFalse();
    }
}
