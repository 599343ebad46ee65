// SPDX-License-Identifier: Apache-2.0
package dev.longwire.example;

import dev.longwire.server.LongwireServer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** What the application's own API has to do with channels. */
@RestController
final class NewsController {

    /** @param title of the article */
    record Article(String title) {}

    private final LongwireServer longwire;
    private final Realtime.Rooms rooms;
    private final JsonMapper json;

    NewsController(LongwireServer longwire, Realtime.Rooms rooms, JsonMapper json) {
        this.longwire = longwire;
        this.rooms = rooms;
        this.json = json;
    }

    /** Answers when the article is in the channel's log; no thread waits for that. */
    @PostMapping("/articles")
    CompletableFuture<Map<String, Object>> publish(@RequestBody Article article) {
        return longwire.publish("news", json.writeValueAsString(article))
                .thenApply(position -> Map.of("offset", position.offset()));
    }

    @GetMapping("/rooms")
    Set<String> rooms() {
        return rooms;
    }

    @GetMapping("/realtime")
    Map<String, String> realtime() {
        return Map.of("url", longwire.url());
    }
}
