// SPDX-License-Identifier: Apache-2.0
import dev.longwire.core.event.EventLog.Entry;
import dev.longwire.core.event.EventType;
import dev.longwire.server.Longwire;
import dev.longwire.server.LongwireServer;
import dev.longwire.server.event.EventListener;
import java.io.IOException;
import java.util.Set;

/** A program with a Longwire server in it, which announces in the channel {@code lobby} what is read and what no longer. */
public final class Door implements EventListener {

    private static final String LOBBY = "lobby";

    private LongwireServer server;

    public static void main(String[] args) throws IOException {
        Door door = new Door();
        door.server = Longwire.builder()
                .port(args.length > 0 ? Integer.parseInt(args[0]) : 8000)
                .start();
        door.server.listen(door, Set.of(EventType.CHANNEL_OCCUPIED, EventType.CHANNEL_VACATED));
        Runtime.getRuntime().addShutdownHook(new Thread(door.server::stop));
        System.out.println("ready on " + door.server.url());
    }

    /** On a thread of its own: it may take its time, and whatever it waits for, nobody else does. */
    @Override
    public void event(Entry entry) {
        String channel = entry.event().channel();
        if (channel == null || channel.equals(LOBBY)) {
            return;
        }
        // A channel's name holds nothing that means something in JSON.
        String news = "{\"event\":\"" + entry.event().type().label() + "\",\"channel\":\"" + channel + "\"}";
        server.publish(LOBBY, news).whenComplete((position, failure) -> System.out.println(
                failure == null ? news + " at " + position.offset() : "not announced: " + failure.getMessage()));
    }

    @Override
    public void missed(long count) {
        System.out.println(count + " events were gone before they could be announced");
    }
}
