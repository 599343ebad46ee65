// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.core.Principal;
import dev.longwire.core.bridge.BridgeInput;
import dev.longwire.core.bridge.BridgeLimits;
import dev.longwire.core.bridge.BridgeOutput.Refusal;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.ClientHead;
import dev.longwire.server.config.BridgeConfig;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Loops;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * All bridge sessions of a server, by the names that their clients gave them.
 *
 * <p>Threads: any.
 */
public final class Bridges {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{22,64}");
    private static final int LONGEST_QUERY = 4_096;

    private final Loops loops;
    private final SslContext tls;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();

    public Bridges(Loops loops) {
        this.loops = loops;
        try {
            tls = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS").build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /** A request that wants a session; its headers are those of the request that brought it. */
    public record Wish(BridgeConfig config, Loop loop, HttpHeaders headers, Body body) {}

    /** Lets a carrier in, if whoever it is may: the one door. */
    public void admit(Wish wish, Carrier carrier, java.util.function.BiConsumer<Sessioned, Body> then) {
        ClientHead head = wish.body().head();
        if (!NAME.matcher(head.session()).matches() || head.turn() < 1) {
            carrier.refuse(ErrorCode.INVALID_FIELD);
            return;
        }
        String token = head.opening().token();
        Connect connect = new Connect(1, token.isEmpty() ? null : token, "bridge", null, false, null);
        loops.verifier().verify(connect).whenComplete((principal, failure) -> {
            if (principal == null) {
                carrier.refuse(failure == null ? ErrorCode.UNAUTHORIZED : ErrorCode.UNAVAILABLE);
            } else {
                enter(wish, principal, carrier, then);
            }
        });
    }

    /** A session, as carriers see it. */
    public interface Sessioned {
        void tell(BridgeInput input);
    }

    private void enter(
            Wish wish, Principal principal, Carrier carrier, java.util.function.BiConsumer<Sessioned, Body> then) {
        String key = wish.config().name() + "/" + wish.body().head().session();
        boolean wanted = wish.body().head().opening().wanted();
        Session session = wanted
                ? sessions.computeIfAbsent(key, name -> open(wish, principal, name))
                : sessions.get(key);
        if (session == null) {
            carrier.reject(Refusal.GONE);
        } else {
            then.accept(
                    input -> session.post(() -> {
                        session.tell(input);
                        session.settle();
                    }),
                    wish.body());
        }
    }

    private Session open(Wish wish, Principal principal, String key) {
        BridgeConfig config = wish.config();
        BridgeLimits limits = BridgeLimits.DEFAULT.with(config.windowMillis(), config.messageBytes());
        Session session = new Session(wish.loop(), limits, principal.user(), () -> sessions.remove(key));
        ClientHead.Opening opening = wish.body().head().opening();
        session.post(() -> session.upstream()
                .connect(wish.loop().executor(), opening(config, opening, wish.headers()), config, tlsOf(config)));
        return session;
    }

    private @Nullable SslContext tlsOf(BridgeConfig config) {
        return "wss".equals(config.url().getScheme()) ? tls : null;
    }

    private static Upstream.Opening opening(BridgeConfig config, ClientHead.Opening asked, HttpHeaders from) {
        HttpHeaders headers = new DefaultHttpHeaders();
        config.headers().forEach(name -> headers.set(name, from.getAll(name)));
        boolean fixed = config.url().getRawQuery() != null || asked.query().isEmpty();
        boolean fits = asked.query().length() <= LONGEST_QUERY && asked.query().matches("[!-~&&[^#]]*");
        URI url = fixed || !fits ? config.url() : URI.create(config.url() + "?" + asked.query());
        String offered = Arrays.stream(asked.protocols().split(","))
                .map(String::trim)
                .filter(name -> !name.isEmpty())
                .filter(name -> config.subprotocols().isEmpty() || config.subprotocols().contains(name))
                .reduce((one, other) -> one + "," + other)
                .orElse("");
        return new Upstream.Opening(url, offered, headers);
    }
}
