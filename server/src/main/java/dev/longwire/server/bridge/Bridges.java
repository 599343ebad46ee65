// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.core.Principal;
import dev.longwire.core.bridge.BridgeInput;
import dev.longwire.core.bridge.BridgeLimits;
import dev.longwire.core.bridge.BridgeOutput.Refusal;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.ClientHead;
import dev.longwire.server.auth.Verifier;
import dev.longwire.server.config.BridgeConfig;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Loops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * All sessions of one bridge, by the names that their clients gave them.
 *
 * <p>Threads: any.
 */
public final class Bridges {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{22,64}");
    private static final Pattern QUERY = Pattern.compile("[!$-;=?-Z_a-z~%]{1,4096}");
    private static final Pattern SUBPROTOCOL = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");

    /** Sessions that are over are remembered against late copies: so many times as many as may be open. */
    private static final int REMEMBERED = 4;

    private final BridgeConfig config;
    private final Loops loops;
    private final BridgeLimits limits;
    private final @Nullable SslContext tls;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final ChannelGroup led = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();

    public Bridges(BridgeConfig config, Loops loops) {
        this.config = config;
        this.loops = loops;
        this.limits = new BridgeLimits(
                config.windowMillis(),
                config.messageBytes(),
                BridgeLimits.DEFAULT.unconfirmedBytes(),
                loops.config().session().pollWaitMillis(),
                BridgeLimits.DEFAULT.answerBytes());
        try {
            boolean secure = "wss".equals(config.url().getScheme());
            tls = secure
                    ? SslContextBuilder.forClient()
                            .endpointIdentificationAlgorithm("HTTPS")
                            .build()
                    : null;
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /**
     * A body that wants its session.
     *
     * @param headers of the request that brought it
     * @param token that the request showed; null for none
     */
    public record Wish(
            Loop loop, HttpHeaders headers, @Nullable String token, Body body) {

        /** Says nothing: a record would show its secrets. */
        @Override
        public String toString() {
            return "Wish";
        }
    }

    public BridgeConfig config() {
        return config;
    }

    /** Sessions whose upstream is open, or being opened. */
    public int openCount() {
        return open.get();
    }

    /** Closes everything; nobody is let in any more. */
    public void drain() {
        draining.set(true);
        led.close();
        List.copyOf(new ArrayList<>(sessions.values())).forEach(each -> each.accept(new BridgeInput.Shutdown()));
    }

    /**
     * Finds the session of a carrier, or opens one if that is what its client wants and whoever that is may. A session's
     * name is a secret: who knows it, has it.
     */
    public void admit(Wish wish, Carrier carrier, Consumer<Session> then) {
        ClientHead head = wish.body().head();
        if (!NAME.matcher(head.session()).matches() || head.turn() < 1) {
            carrier.refuse(ErrorCode.INVALID_FIELD);
            return;
        }
        Session session = sessions.get(head.session());
        if (session != null) {
            then.accept(session);
        } else if (!head.opening().wanted()) {
            carrier.reject(Refusal.GONE);
        } else if (draining.get()) {
            carrier.refuse(ErrorCode.SHUTTING_DOWN);
        } else if (url(head.opening().query()) == null) {
            carrier.refuse(ErrorCode.INVALID_FIELD);
        } else {
            String said = head.opening().token();
            verify(said.isEmpty() ? wish.token() : said).whenComplete((principal, failure) -> {
                if (principal == null) {
                    carrier.refuse(failure == null ? ErrorCode.UNAUTHORIZED : ErrorCode.UNAVAILABLE);
                } else {
                    enter(wish, carrier, then);
                }
            });
        }
    }

    /** What everybody may do on channels is no leave for a bridge: its own setting is. */
    private CompletionStage<@Nullable Principal> verify(@Nullable String token) {
        if (config.anonymous()) {
            return Verifier.ANONYMOUS.verify(null);
        }
        boolean missing = token == null && loops.config().authenticates();
        return missing
                ? CompletableFuture.<@Nullable Principal>completedFuture(null)
                : loops.verifier().verify(token);
    }

    private void enter(Wish wish, Carrier carrier, Consumer<Session> then) {
        Session session = sessions.computeIfAbsent(
                wish.body().head().session(), name -> room(sessions.size()) ? begin(wish, name) : null);
        if (session == null) {
            carrier.refuse(ErrorCode.OVERLOADED);
        } else {
            then.accept(session);
        }
    }

    /** A client that speaks WebSocket and nothing of ours. Called on its loop. */
    public interface Near {
        Channel channel();

        /** Goes on as what the upstream speaks. */
        void become(FullHttpResponse response, ChannelHandler handler);

        void refuse(ErrorCode code);
    }

    /**
     * Leads a client through to the upstream, if it may.
     *
     * @param asked the client's handshake, which was found valid
     * @param query of its URL
     * @param token that it showed
     */
    public void lead(Near near, HttpHeaders asked, String query, @Nullable String token) {
        URI url = url(query);
        if (url == null) {
            near.refuse(ErrorCode.INVALID_FIELD);
            return;
        }
        String offered = String.join(",", asked.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL));
        Upstream.Opening opening =
                new Upstream.Opening(url, offers(offered), passed(asked), limits.messageBytes(), tls);
        Channel client = near.channel();
        verify(token)
                .whenComplete((principal, failure) -> client.eventLoop().execute(() -> {
                    if (principal == null) {
                        near.refuse(failure == null ? ErrorCode.UNAUTHORIZED : ErrorCode.UNAVAILABLE);
                    } else if (!room(0)) {
                        near.refuse(ErrorCode.OVERLOADED);
                    } else {
                        led.add(client);
                        new Tunnel(near, opening, asked, () -> {
                                    led.remove(client);
                                    open.decrementAndGet();
                                })
                                .open();
                    }
                }));
    }

    /** Takes one of the places, if there is one left. */
    private boolean room(int all) {
        if (all >= config.sessions() * (long) REMEMBERED) {
            return false;
        }
        if (open.incrementAndGet() > config.sessions()) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    private Session begin(Wish wish, String name) {
        Session session = new Session(wish.loop(), limits, new Session.Keeper() {
            @Override
            public void over() {
                open.decrementAndGet();
            }

            @Override
            public void forget() {
                sessions.remove(name);
            }
        });
        // Not now: whoever asks for it has to find it first.
        wish.loop().post(() -> session.open(opening(wish)));
        return session;
    }

    private Upstream.Opening opening(Wish wish) {
        ClientHead.Opening asked = wish.body().head().opening();
        URI url = url(asked.query());
        return new Upstream.Opening(
                url == null ? config.url() : url,
                offers(asked.protocols()),
                passed(wish.headers()),
                limits.messageBytes(),
                tls);
    }

    private HttpHeaders passed(HttpHeaders from) {
        HttpHeaders headers = new DefaultHttpHeaders();
        config.headers().forEach(name -> headers.set(name, from.getAll(name)));
        return headers;
    }

    /** The configured one; only its query may be the client's, if that is one. */
    private @Nullable URI url(String query) {
        if (query.isEmpty() || config.url().getRawQuery() != null) {
            return config.url();
        }
        if (!QUERY.matcher(query).matches()) {
            return null;
        }
        try {
            return new URI(config.url() + "?" + query);
        } catch (URISyntaxException wrong) {
            return null;
        }
    }

    private String offers(String protocols) {
        return Arrays.stream(protocols.split(","))
                .map(String::trim)
                .filter(name -> SUBPROTOCOL.matcher(name).matches())
                .filter(name ->
                        config.subprotocols().isEmpty() || config.subprotocols().contains(name))
                .collect(Collectors.joining(","));
    }
}
