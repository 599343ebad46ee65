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

/**
 * The console's files at / and those of the documentation at /docs/, which their builds put beside the classes; or a plain page each
 * where there was no such build.
 */
final class Pages {

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
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

    private static final String PLAIN_DOCS = """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Longwire</title>
            <h1>The documentation is not here</h1>
            <p>It was not built: Node.js and npm were not found when the server was. It stands in <code>docs/</code> of the sources.</p>
            </html>
            """;

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private Pages() {}

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
        put(files, "console", "/", PLAIN);
        put(files, "docs", "/docs/", PLAIN_DOCS);
        return files;
    }

    /** Beside the documentation, which links to its neighbours. */
    static void toDocs(Exchange exchange) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.PERMANENT_REDIRECT, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.LOCATION, "docs/");
        exchange.answer(response);
    }

    private static void put(Map<String, File> files, String folder, String path, String plain) {
        for (String name : new String(bytes(folder, "files.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String ending = name.substring(name.lastIndexOf('.') + 1);
            File file = new File(TYPES.getOrDefault(ending, "application/octet-stream"), bytes(folder, name));
            files.put(path + name, file);
            if (name.equals("index.html")) {
                files.put(path, file);
            }
        }
        files.putIfAbsent(path, new File("text/html; charset=utf-8", plain.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] bytes(String folder, String name) {
        try (InputStream in = Pages.class.getResourceAsStream("/" + folder + "/" + name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the pages' files can't be read", e);
        }
    }
}
