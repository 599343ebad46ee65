// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.longwire.server.auth.Verifier;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.hook.Authorizers;
import dev.longwire.server.loop.Loops;
import dev.longwire.server.metrics.Metrics;
import dev.longwire.server.outgoing.Sender;
import dev.longwire.server.webhook.Webhooks;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The description of the API names what there is, and nothing else. */
final class OpenApiTest {

    /** What clients use is described by the protocol, and the description doesn't describe itself. */
    private static final Set<String> NOT_FOR_BACKENDS =
            Set.of("/v1/ws", "/v1/poll", "/v1/events", "/v1/tickets", "/v1/openapi.json");

    @Test
    void everyRouteIsDescribedAndNoOther() throws IOException {
        Map<String, String> described = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        read(described, names);
        Map<String, String> real = methods();
        real.keySet().removeIf(path -> !path.startsWith("/v1/") || NOT_FOR_BACKENDS.contains(path));
        assertThat(described).isEqualTo(real);
        assertThat(names).as("every operation has a name of its own").hasSameSizeAs(described.keySet());
    }

    private static Map<String, String> methods() {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Metrics metrics = new Metrics();
            Loops loops = new Loops(
                    ServerConfig.DEFAULT,
                    group,
                    new Loops.Deciders(Verifier.ANONYMOUS, Authorizers.NONE),
                    metrics,
                    ConnectionListener.NONE);
            Webhooks none = new Webhooks(List.of(), loops.journal(), new Sender(group), metrics);
            return new Router(loops, none).methods();
        } finally {
            group.shutdownGracefully();
        }
    }

    /** Walks the document: under {@code paths}, level 2 is a path, 3 a method, 4 the parts of an operation. */
    private static void read(Map<String, String> methods, Set<String> names) throws IOException {
        List<String> at = new ArrayList<>();
        try (InputStream in = OpenApiTest.class.getResourceAsStream("/api/openapi.json");
                JsonParser json = new JsonFactory().createParser(in)) {
            String name = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                switch (token) {
                    case FIELD_NAME -> name = json.currentName();
                    case START_OBJECT, START_ARRAY -> at.add(name);
                    case END_OBJECT, END_ARRAY -> at.removeLast();
                    default -> {
                        if (at.size() == 4 && at.get(1).equals("paths") && name.equals("operationId")) {
                            assertThat(methods.put(at.get(2), at.get(3).toUpperCase(Locale.ROOT)))
                                    .isNull();
                            names.add(json.getText());
                        }
                    }
                }
            }
        }
    }
}
