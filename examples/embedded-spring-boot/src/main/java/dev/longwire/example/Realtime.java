// SPDX-License-Identifier: Apache-2.0
package dev.longwire.example;

import dev.longwire.core.event.EventLog.Entry;
import dev.longwire.core.event.EventType;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Question;
import dev.longwire.server.Longwire;
import dev.longwire.server.LongwireServer;
import dev.longwire.server.event.EventListener;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The server as a bean: it starts and stops with the application, tells it what happens, and asks it before a publish. */
@Configuration(proxyBeanMethods = false)
final class Realtime {

    /** The channels that somebody listens to, as far as this application was told. */
    static final class Rooms extends ConcurrentSkipListSet<String> implements EventListener {

        /** On a thread of the server's own, one event after the other. */
        @Override
        public void event(Entry entry) {
            String channel = entry.event().channel();
            if (entry.event().type() == EventType.CHANNEL_OCCUPIED) {
                add(channel);
            } else {
                remove(channel);
            }
        }

        @Override
        public void missed(long count) {
            // What was told before may not be true any more.
            clear();
        }
    }

    @Bean
    Rooms rooms() {
        return new Rooms();
    }

    @Bean(destroyMethod = "stop")
    LongwireServer longwire(@Value("${longwire.port}") int port, Rooms rooms) throws IOException {
        // Nobody but this application says something in `news`; who has no answer within a second is refused.
        Hook readOnly = new Hook("read-only", Set.of(Hook.Kind.PUBLISH), List.of("news"), 1_000, false);
        return Longwire.builder()
                .port(port)
                .listen(rooms, EventType.CHANNEL_OCCUPIED, EventType.CHANNEL_VACATED)
                .authorize(readOnly, Realtime::refuse)
                .start();
    }

    /** On an event loop: it must not block. An answer that takes time is a stage that is completed later. */
    private static CompletionStage<Decision> refuse(Question question) {
        return CompletableFuture.completedFuture(new Decision.Refused(0));
    }
}
