// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.gate.Visitor;
import dev.longwire.server.loop.Addresses;
import dev.longwire.server.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request and its one answer. The request's body is there only until the handler returns. */
final class Exchange {

    /** What wants to know when the peer takes bytes again or is gone, while an answer is being held or streamed. */
    interface Watcher {
        void writable();

        void gone();
    }

    private static final long LATER_MILLIS = 5_000;

    private final HttpConnection connection;
    private final FullHttpRequest request;
    private final QueryStringDecoder target;
    private final boolean keepAlive;
    private final boolean turnedAway;
    private final @Nullable InetSocketAddress client;
    private @Nullable Watcher watcher;

    /** The origin that may read the answer, once the guard has let it in. */
    private @Nullable String readableBy;

    Exchange(HttpConnection connection, FullHttpRequest request, Visitor visitor) {
        this.connection = connection;
        this.request = request;
        this.target = new QueryStringDecoder(request.uri());
        this.turnedAway = visitor.turnedAway();
        this.keepAlive = HttpUtil.isKeepAlive(request) && !turnedAway;
        this.client = visitor.client(request.headers());
    }

    /** Whether its connection is one too many. */
    boolean turnedAway() {
        return turnedAway;
    }

    /** Who asks; null when that is not known any more. */
    @Nullable
    InetSocketAddress client() {
        return client;
    }

    /** Who asks, as people read it. */
    String address() {
        return Addresses.text(client);
    }

    Loop loop() {
        return connection.loop();
    }

    Channel channel() {
        return connection.channel();
    }

    HttpMethod method() {
        return request.method();
    }

    String path() {
        return target.rawPath();
    }

    /** A query parameter; null when it is absent or there more than once. */
    @Nullable
    String query(String name) {
        List<String> values = target.parameters().get(name);
        return values == null || values.size() != 1 ? null : values.get(0);
    }

    /** All of the query. */
    Map<String, List<String>> query() {
        return target.parameters();
    }

    /** Whether there is a query parameter of one of these names. */
    boolean hasQuery(Set<String> names) {
        return target.parameters().keySet().stream().anyMatch(names::contains);
    }

    HttpHeaders headers() {
        return request.headers();
    }

    FullHttpRequest request() {
        return request;
    }

    byte[] body() {
        ByteBuf content = request.content();
        byte[] bytes = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), bytes);
        return bytes;
    }

    int bodyLength() {
        return request.content().readableBytes();
    }

    void allowReading(@Nullable String origin) {
        readableBy = origin;
    }

    void watch(Watcher newWatcher) {
        watcher = newWatcher;
    }

    void writable() {
        if (watcher != null) {
            watcher.writable();
        }
    }

    void gone() {
        if (watcher != null) {
            watcher.gone();
        }
    }

    void answer(HttpResponseStatus status, String type, String body) {
        answer(status, type, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
    }

    void answer(HttpResponseStatus status, String type, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        answer(response);
    }

    void answer(FullHttpResponse response) {
        share(response.headers());
        if (!response.headers().contains(HttpHeaderNames.CACHE_CONTROL)) {
            response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        }
        response.headers().set("X-Content-Type-Options", "nosniff");
        connection.answer(method().equals(HttpMethod.HEAD) ? headOnly(response) : response, keepAlive);
    }

    private static FullHttpResponse headOnly(FullHttpResponse response) {
        HttpUtil.setContentLength(response, response.content().readableBytes());
        FullHttpResponse head = response.replace(Unpooled.EMPTY_BUFFER);
        response.release();
        return head;
    }

    /** Lets the page that asked read the answer (CORS, WHATWG Fetch 3.3). */
    void share(HttpHeaders headers) {
        headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
        if (readableBy != null) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, readableBy);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, HttpHeaderNames.RETRY_AFTER);
        }
    }

    /** How an event stream begins (WHATWG HTML, 9.2): an answer that does not end, and that nobody on the way may hold back. */
    HttpResponse streamHead() {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
                .set("X-Accel-Buffering", "no")
                .set("X-Content-Type-Options", "nosniff");
        share(response.headers());
        return response;
    }

    void refuse(ErrorCode code) {
        refuse(code, null);
    }

    /** Says when to come back, if the code is one that passes. */
    void refuse(ErrorCode code, @Nullable String field) {
        boolean passing = code.http() == HttpResponseStatus.SERVICE_UNAVAILABLE.code();
        refuse(code, field, passing ? LATER_MILLIS : 0);
    }

    /** @param retryAfterMillis when to try again; 0 when that is no help */
    void refuse(ErrorCode code, @Nullable String field, long retryAfterMillis) {
        loop().loops().metrics().refused(code.wire());
        answer(Problem.of(code, field, retryAfterMillis));
    }

    /** Nobody known, or nobody who may: the same answer for all. */
    void unauthorized() {
        loop().loops().metrics().refused(ErrorCode.UNAUTHORIZED.wire());
        FullHttpResponse response = Problem.of(ErrorCode.UNAUTHORIZED);
        response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        answer(response);
    }

    /** Goes on as another protocol. */
    void become(FullHttpResponse response, ChannelHandler handler) {
        connection.become(response, handler);
    }
}
