// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.websocket;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.codec.Format;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The opening handshake (RFC 6455, 4.2). */
public final class Handshake {

    private static final String JSON = "longwire.v1.json";
    private static final String CBOR = "longwire.v1.cbor";

    /** The subprotocols of Longwire's own protocol. */
    public static final Set<String> OURS = Set.of(JSON, CBOR);

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    /** Offers and headers beyond this many are not read. */
    private static final int MOST_TOKENS = 64;

    private Handshake() {}

    /**
     * What a request comes to.
     *
     * @param response 101, when it is accepted
     * @param subprotocol that is spoken from now on; empty for none
     * @param deflate whether both ends compress messages from now on
     * @param refusal why not, else
     */
    public record Outcome(
            @Nullable FullHttpResponse response,
            String subprotocol,
            boolean deflate,
            @Nullable ErrorCode refusal) {

        /** How messages of ours are written in it. */
        public Format format() {
            return CBOR.equals(subprotocol) ? Format.CBOR : Format.JSON;
        }
    }

    /** Whether the request asks for WebSocket. Other upgrades ({@code h2c}, which some clients always offer) don't count. */
    public static boolean asked(HttpHeaders headers) {
        return hasToken(headers, HttpHeaderNames.UPGRADE, "websocket");
    }

    /** Whether one of these subprotocols is offered. */
    public static boolean offered(HttpHeaders headers, Set<String> spoken) {
        return choose(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL), spoken) != null;
    }

    /** What is wrong with a request for WebSocket, whatever it offers; null when it is right. */
    public static @Nullable ErrorCode fault(HttpRequest request) {
        HttpHeaders headers = request.headers();
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        boolean valid = request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && hasToken(headers, HttpHeaderNames.CONNECTION, "upgrade")
                && headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY).size() == 1
                && key != null
                && validKey(key);
        if (!valid) {
            return ErrorCode.BAD_UPGRADE;
        }
        boolean known = "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
        return known ? null : ErrorCode.UPGRADE_REQUIRED;
    }

    /**
     * The answer where these subprotocols are spoken.
     *
     * @param deflates whether messages are compressed for those who offer it
     */
    public static Outcome answer(HttpRequest request, Set<String> spoken, boolean deflates) {
        HttpHeaders headers = request.headers();
        ErrorCode fault = fault(request);
        if (fault != null) {
            return new Outcome(null, "", false, fault);
        }
        List<String> offers = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        String chosen = choose(offers, spoken);
        if (!offers.isEmpty() && chosen == null) {
            return new Outcome(null, "", false, ErrorCode.UNKNOWN_SUBPROTOCOL);
        }
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "")));
        if (chosen != null) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, chosen);
        }
        String terms = deflates ? Deflate.answer(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) : null;
        if (terms != null) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, terms);
        }
        return new Outcome(response, chosen == null ? "" : chosen, terms != null, null);
    }

    /** The first offer that is spoken here: the client's order is its preference. */
    private static @Nullable String choose(List<String> offers, Set<String> spoken) {
        int seen = 0;
        for (String line : offers) {
            for (String offer : line.split(",", MOST_TOKENS)) {
                String name = offer.trim();
                if (spoken.contains(name)) {
                    return name;
                }
                if (++seen > MOST_TOKENS) {
                    return null;
                }
            }
        }
        return null;
    }

    private static boolean validKey(String key) {
        try {
            return Base64.getDecoder().decode(key.trim()).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** What a server that has understood makes of a key. */
    public static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] hash = sha1.digest((key.trim() + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-1", e);
        }
    }

    private static boolean hasToken(HttpHeaders headers, CharSequence name, String token) {
        for (String line : headers.getAll(name)) {
            for (String each : line.split(",", MOST_TOKENS)) {
                if (each.trim().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }
}
