// SPDX-License-Identifier: Apache-2.0
import dev.longwire.client.Channel;
import dev.longwire.client.Client;
import dev.longwire.client.Message;
import dev.longwire.client.Start;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody in the chat of examples/chat who does sums: {@code !sum 1 2 3}. The client needs nothing but the JDK. */
public final class Bot {

    /** Enough of JSON for an example; a program has a library for it. */
    private static final Pattern ASKED = Pattern.compile("\"text\"\\s*:\\s*\"!sum((?: -?\\d{1,9}){1,100})\"");

    private Bot() {}

    public static void main(String[] args) throws InterruptedException {
        String url = args.length > 0 ? args[0] : "http://127.0.0.1:8000";
        Client client = Client.builder(url).build();
        client.connect();
        Channel room = client.channel("chat:lobby");
        // From now on: what was asked before it came, another one may have answered.
        room.subscribe(Start.now(), message -> answer(room, message)).ready().join();
        System.out.println("listening in chat:lobby");
        new CountDownLatch(1).await();
    }

    private static void answer(Channel room, Message message) {
        Matcher asked = ASKED.matcher(message.payload().toString());
        if (asked.find()) {
            long sum = 0;
            for (String each : asked.group(1).trim().split(" ")) {
                sum += Long.parseLong(each);
            }
            // Without a connection it waits in the outbox, and is said once.
            room.publish("{\"name\":\"bot\",\"text\":\"" + sum + "\"}");
        }
    }
}
