// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.auth.Passes;
import dev.longwire.server.loop.Loop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request shows to say who it is for: {@code Authorization: Bearer} (RFC 6750, 2.1), or a pass in the URL. */
final class Credentials {

    private static final String SCHEME = "Bearer ";

    /** Where others put tokens; a URL is written down in too many places for that. */
    private static final Set<String> NEVER_IN_URL = Set.of("token", "access_token", "jwt", "id_token");

    private static final String PASS = "ticket";

    private final Passes passes = new Passes();

    /** The one bearer token of a request; null for none, or several. */
    static @Nullable String bearer(HttpHeaders headers) {
        List<String> all = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        if (all.size() != 1 || !all.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String token = all.get(0).substring(SCHEME.length()).trim();
        return token.isEmpty() ? null : token;
    }

    static boolean inUrl(Exchange exchange) {
        return exchange.hasQuery(NEVER_IN_URL);
    }

    /** The token that a client shows with its request, before it has said anything. A pass is used up by this. */
    @Nullable
    String of(Exchange exchange) {
        String pass = exchange.query(PASS);
        return pass == null ? bearer(exchange.headers()) : passes.take(pass, Loop.nowMillis());
    }

    /** {@code POST /v1/tickets}: a pass for whoever shows a token that is accepted. */
    void issue(Exchange exchange) {
        String token = bearer(exchange.headers());
        if (token == null) {
            exchange.unauthorized();
            return;
        }
        exchange.loop().loops().verifier().verify(token).whenComplete((principal, failure) -> {
            if (failure != null) {
                exchange.refuse(ErrorCode.UNAVAILABLE);
                return;
            }
            if (principal == null) {
                exchange.unauthorized();
                return;
            }
            String pass = passes.issue(token, Loop.nowMillis());
            exchange.answer(
                    HttpResponseStatus.OK,
                    "application/json",
                    "{\"ticket\":\"" + pass + "\",\"expires\":" + (System.currentTimeMillis() + Passes.LIFE_MILLIS)
                            + "}");
        });
    }
}
