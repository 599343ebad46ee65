// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.protocol.codec.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The HTTP API of a server, for those who have a key to it. */
final class Api {
    private static final int DEPTH = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the server is, http://, https://, ws:// or wss://. Default: $$LONGWIRE_URL, else "
                    + "http://127.0.0.1:8000.")
    private @Nullable String url;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "An admin key with the scope that this needs. Default: $$LONGWIRE_KEY.")
    private @Nullable String key;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /** What is asked of a route, without what is null. */
    static String query(String path, @Nullable String... namesAndValues) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1];
            if (value != null) {
                query.add(namesAndValues[i] + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return path + query;
    }

    /**
     * Reads.
     *
     * @throws Exit when the server refuses or can't be reached
     */
    String get(String pathAndQuery) {
        return whole(request(pathAndQuery).timeout(PATIENCE).GET().build());
    }

    /**
     * Does something.
     *
     * @throws Exit when the server refuses or can't be reached
     */
    String post(String pathAndQuery) {
        return whole(request(pathAndQuery)
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    /**
     * Does something with a document of JSON.
     *
     * @throws Exit when the server refuses or can't be reached
     */
    String post(String path, String json) {
        return whole(request(path)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    /** An answer that does not end. */
    InputStream stream(String pathAndQuery) throws IOException {
        HttpResponse<InputStream> answer =
                send(request(pathAndQuery).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw refused(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8), answer.statusCode());
        }
        return answer.body();
    }

    /**
     * Gives away the items of a list, page by page.
     *
     * @param list the name of the list in each page
     * @param cursor the name of the parameter that says where a page begins
     * @param first where the first one does, or null
     */
    void pages(String pathAndQuery, String list, String cursor, @Nullable String first, Consumer<String> taker) {
        char joint = pathAndQuery.indexOf('?') < 0 ? '?' : '&';
        String where = first;
        do {
            String more = where == null ? "" : joint + cursor + "=" + URLEncoder.encode(where, StandardCharsets.UTF_8);
            Map<String, byte[]> page = members(get(pathAndQuery + more));
            byte[] items = page.get(list);
            List<byte[]> elements = items == null ? null : StrictJson.elements(items, DEPTH);
            if (elements == null) {
                throw misunderstood();
            }
            elements.forEach(each -> taker.accept(new String(each, StandardCharsets.UTF_8)));
            where = next(page.get("next"));
        } while (where != null);
    }

    private static Exit misunderstood() {
        return new Exit(Exit.FAILED, "the server's answer is not understood");
    }

    /** A name, or a position as it stands in a query. */
    private static @Nullable String next(byte @Nullable [] value) {
        String text = value == null ? null : StrictJson.text(value);
        Map<String, byte[]> position = value == null || text != null ? null : StrictJson.members(value, DEPTH);
        if (position == null) {
            return text;
        }
        byte[] epoch = position.get("epoch");
        byte[] offset = position.get("offset");
        return epoch == null || offset == null
                ? null
                : StrictJson.text(epoch) + ":" + new String(offset, StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> members(String json) {
        Map<String, byte[]> members = StrictJson.members(json.getBytes(StandardCharsets.UTF_8), DEPTH);
        if (members == null) {
            throw misunderstood();
        }
        return members;
    }

    private String whole(HttpRequest request) {
        HttpResponse<String> answer = send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (answer.statusCode() != 200) {
            throw refused(answer.body(), answer.statusCode());
        }
        return answer.body();
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return client.send(request, body);
        } catch (IOException unreachable) {
            throw new Exit(Exit.UNREACHABLE, "can't reach " + request.uri().getAuthority());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Exit(Exit.FAILED, "interrupted");
        }
    }

    /** What the server says of it, if it says something. */
    private static Exit refused(String body, int status) {
        Map<String, byte[]> problem = StrictJson.members(body.getBytes(StandardCharsets.UTF_8), DEPTH);
        byte[] name = problem == null ? null : problem.get("name");
        byte[] detail = problem == null ? null : problem.get("detail");
        byte[] field = problem == null ? null : problem.get("field");
        String text = (name == null ? "status " + status : StrictJson.text(name))
                + (detail == null ? "" : ": " + StrictJson.text(detail))
                + (field == null ? "" : " (" + StrictJson.text(field) + ")");
        return new Exit(Exit.FAILED, text);
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        HttpRequest.Builder request;
        String base = base();
        try {
            request = HttpRequest.newBuilder(URI.create(base + pathAndQuery));
        } catch (IllegalArgumentException wrong) {
            throw new Exit(Exit.USAGE, base + " is no address of a server");
        }
        String shown = key != null ? key : System.getenv("LONGWIRE_KEY");
        return shown == null || shown.isEmpty() ? request : request.header("Authorization", "Bearer " + shown);
    }

    /** The same server, whichever of its addresses was named. */
    private String base() {
        String named = url != null ? url : System.getenv("LONGWIRE_URL");
        String where = named == null || named.isEmpty() ? "http://127.0.0.1:8000" : named;
        where = where.startsWith("ws") ? "http" + where.substring(2) : where;
        where = where.endsWith("/v1/ws") ? where.substring(0, where.length() - 6) : where;
        return where.endsWith("/") ? where.substring(0, where.length() - 1) : where;
    }
}
