// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Errors of plain HTTP as problem details (RFC 9457). They say nothing but what {@code codes.json} says. */
final class Problem {

    private static final int BAD_REQUEST = 400;

    private Problem() {}

    static FullHttpResponse of(ErrorCode code) {
        return of(code, null, 0);
    }

    /** @param field a field of ours that is at fault */
    static FullHttpResponse of(ErrorCode code, @Nullable String field) {
        return of(code, field, 0);
    }

    /** @param retryAfterMillis when to try again; 0 when that is no help */
    static FullHttpResponse of(ErrorCode code, @Nullable String field, long retryAfterMillis) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(code.http() == 0 ? BAD_REQUEST : code.http());
        String json = "{\"type\":\"about:blank\",\"title\":\"" + status.reasonPhrase() + "\",\"status\":"
                + status.code()
                + ",\"code\":" + code.number() + ",\"name\":\"" + code.wire() + "\",\"detail\":\"" + code.text() + "\""
                + (field == null ? "" : ",\"field\":\"" + field + "\"")
                + (retryAfterMillis > 0 ? ",\"retry_after\":" + retryAfterMillis : "") + "}";
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json");
        if (retryAfterMillis > 0) {
            // RFC 9110 has whole seconds there.
            response.headers().set(HttpHeaderNames.RETRY_AFTER, Math.ceilDiv(retryAfterMillis, 1000));
        }
        if (code == ErrorCode.UPGRADE_REQUIRED) {
            response.headers().set(HttpHeaderNames.UPGRADE, "websocket").set("Sec-WebSocket-Version", "13");
        }
        return response;
    }
}
