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
        return of(code, null);
    }

    /** @param field a field of ours that is at fault */
    static FullHttpResponse of(ErrorCode code, @Nullable String field) {
        return of(code, field, HttpResponseStatus.valueOf(code.http() == 0 ? BAD_REQUEST : code.http()));
    }

    /** For a code that has no status of its own. */
    static FullHttpResponse of(ErrorCode code, @Nullable String field, HttpResponseStatus status) {
        String json = "{\"type\":\"about:blank\",\"title\":\"" + status.reasonPhrase() + "\",\"status\":"
                + status.code()
                + ",\"code\":" + code.number() + ",\"name\":\"" + code.wire() + "\",\"detail\":\"" + code.text() + "\""
                + (field == null ? "" : ",\"field\":\"" + field + "\"") + "}";
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json");
        if (code == ErrorCode.UPGRADE_REQUIRED) {
            response.headers().set(HttpHeaderNames.UPGRADE, "websocket").set("Sec-WebSocket-Version", "13");
        }
        return response;
    }
}
