// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The console's files, which its build puts beside the classes; or a plain page where there was no such build. */
final class Console {

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    private static final String PLAIN = """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Longwire</title>
            <h1>Longwire is running</h1>
            <p>The console was not built: Node.js and npm were not found when the server was. Everything else works.</p>
            <ul><li><a href="/v1/admin/stats">statistics</a></li><li><a href="/metrics">metrics</a></li></ul>
            </html>
            """;

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private Console() {}

    /** A file as it is served. */
    record File(String type, byte[] bytes) {
        void answer(Exchange exchange) {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(bytes));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, type)
                    .set("Content-Security-Policy", POLICY)
                    .set("Referrer-Policy", "no-referrer")
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
            exchange.answer(response);
        }
    }

    /** By path. */
    static Map<String, File> files() {
        Map<String, File> files = new LinkedHashMap<>();
        for (String name : read("files.txt").lines().toList()) {
            byte[] bytes = bytes(name);
            String ending = name.substring(name.lastIndexOf('.') + 1);
            File file = new File(TYPES.getOrDefault(ending, "application/octet-stream"), bytes);
            files.put(name.equals("index.html") ? "/" : "/" + name, file);
        }
        files.putIfAbsent("/", new File("text/html; charset=utf-8", PLAIN.getBytes(StandardCharsets.UTF_8)));
        return files;
    }

    private static String read(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Console.class.getResourceAsStream("/console/" + name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the console's files can't be read", e);
        }
    }
}
