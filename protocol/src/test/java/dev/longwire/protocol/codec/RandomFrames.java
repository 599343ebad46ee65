// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.Want;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Valid frames of every kind, all from one seed. */
final class RandomFrames {

    private static final String[] SPACES = {"", "", "", " ", "\n", "\t", "\r\n  "};
    private static final String[] NUMBERS = {"0", "-0", "1", "-17", "1.50", "1e400", "-1E-7", "12345678901234567890123"
    };
    private static final String LETTERS = "abcABC019_-=@,.;:~/";
    private static final String[] CHARACTERS = {
        "a", "\"", "\\", "/", "\n", "\0", "\u007f", "é", "漢", "\u2028", "😀", "\uFFFF"
    };
    private static final String[] ESCAPED = {
        "a", "\\\"", "\\\\", "\\/", "\\n", "\\u0000", "é", "漢", "😀", "\\ud83d", "\\uD83D\\uDE00"
    };

    private final Random random;

    RandomFrames(long seed) {
        random = new Random(seed);
    }

    ClientFrame client() {
        boolean retry = random.nextBoolean();
        return switch (random.nextInt(11)) {
            case 0 -> new ClientFrame.Connect(number(1), text(40), text(40), text(40), random.nextBoolean(), resume());
            case 1 -> new ClientFrame.Subscribe(number(1), want(), retry);
            case 2 -> new ClientFrame.Unsubscribe(number(1), channel(), retry);
            case 3 -> new ClientFrame.Subscriptions(number(1));
            case 4 ->
                new ClientFrame.Publish(
                        number(1), channel(), payload(), new ClientFrame.Extras(text(40), text(40), headers()), retry);
            case 5 -> new ClientFrame.History(number(1), channel(), position(), null, random.nextInt(9), false, null);
            case 6 -> new ClientFrame.History(number(1), channel(), null, position(), 0, true, null);
            case 7 ->
                new ClientFrame.Presence(
                        number(1),
                        channel(),
                        action(),
                        random.nextBoolean() ? payload() : null,
                        position(),
                        text(40),
                        retry);
            case 8 -> new ClientFrame.Call(number(1), some(40), random.nextBoolean() ? payload() : null, retry);
            case 9 -> new ClientFrame.Refresh(number(1), some(40), random.nextBoolean(), retry);
            default -> random.nextBoolean() ? new ClientFrame.Ping() : new ClientFrame.Disconnect();
        };
    }

    ServerFrame server() {
        return switch (random.nextInt(13)) {
            case 8 ->
                new ServerFrame.Attended(
                        number(1), channel(), ClientFrame.Presence.Action.COUNT, somePosition(), number(0), false);
            case 9 ->
                new ServerFrame.Attended(
                        number(0),
                        channel(),
                        ClientFrame.Presence.Action.OBSERVE,
                        somePosition(),
                        -1,
                        random.nextBoolean());
            case 10 -> new ServerFrame.Members(number(1), channel(), somePosition(), number(0), members(), text(40));
            case 11 -> new ServerFrame.Synced(channel(), somePosition(), number(0), members(), random.nextBoolean());
            case 12 -> new ServerFrame.Dropped(channel(), action(), some(9));
            case 6 -> changed();
            case 0 ->
                new ServerFrame.Connected(
                        number(1),
                        some(40),
                        some(9),
                        random.nextBoolean(),
                        number(1),
                        text(9),
                        number(0),
                        number(0),
                        number(0),
                        number(0));
            case 1 ->
                new ServerFrame.Published(
                        number(1), channel(), somePosition(), some(9), number(0), random.nextBoolean());
            case 2 -> new ServerFrame.History(number(1), channel(), somePosition(), List.of(), position());
            case 3 ->
                new ServerFrame.Error(number(1), ErrorCode.values()[random.nextInt(30)], text(9), random.nextInt(2));
            case 4 -> new ServerFrame.Disconnect(CloseCode.values()[random.nextInt(20)], random.nextInt(2));
            case 5 -> new ServerFrame.Result(number(1), payload());
            default -> message();
        };
    }

    ServerFrame.Changed changed() {
        return new ServerFrame.Changed(channel(), somePosition(), number(0), members(), members(), members());
    }

    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            boolean user = random.nextBoolean();
            members.add(new Member(
                    user ? some(40) : null,
                    user ? null : some(9),
                    random.nextBoolean() ? Payload.json(json(3).getBytes(UTF_8)) : null,
                    random.nextBoolean() ? payload() : null,
                    number(0)));
        }
        return members;
    }

    private ClientFrame.Presence.Action action() {
        ClientFrame.Presence.Action[] all = ClientFrame.Presence.Action.values();
        return all[random.nextInt(all.length)];
    }

    ServerFrame.Message message() {
        return new ServerFrame.Message(
                channel(), number(1), number(0), text(9), some(9), text(9), headers(), payload());
    }

    /** One JSON value, written in an odd way. */
    String json(int depth) {
        StringBuilder out = new StringBuilder();
        value(out, depth);
        return out.toString();
    }

    private void value(StringBuilder out, int depth) {
        switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> out.append(pick("true", "false", "null"));
            case 1, 2 -> out.append(pick(NUMBERS));
            case 3, 4 -> string(out);
            case 5 -> array(out, depth);
            default -> object(out, depth);
        }
    }

    private void string(StringBuilder out) {
        out.append('"');
        for (int i = random.nextInt(12); i > 0; i--) {
            out.append(pick(ESCAPED));
        }
        out.append('"');
    }

    private void array(StringBuilder out, int depth) {
        out.append('[').append(pick(SPACES));
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(pick(SPACES));
            value(out, depth - 1);
            out.append(pick(SPACES));
        }
        out.append(']');
    }

    private void object(StringBuilder out, int depth) {
        out.append('{').append(pick(SPACES));
        int count = random.nextInt(random.nextInt(20) == 0 ? 40 : 5);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(pick(SPACES));
            out.append('"').append(i).append(pick(ESCAPED)).append('"').append(pick(SPACES));
            out.append(':').append(pick(SPACES));
            value(out, depth - 1);
        }
        out.append(pick(SPACES)).append('}');
    }

    private Payload payload() {
        if (random.nextInt(4) == 0) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            return Payload.binary(bytes);
        }
        return Payload.json(json(random.nextInt(6)).getBytes(UTF_8));
    }

    private ClientFrame.@Nullable Resume resume() {
        if (random.nextBoolean()) {
            return null;
        }
        Map<String, Want> wants = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            Want want = want();
            wants.put(want.channel(), want);
        }
        Map<String, ClientFrame.Observation> observe = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            ClientFrame.Observation each = new ClientFrame.Observation(channel(), position());
            observe.put(each.channel(), each);
        }
        return new ClientFrame.Resume(text(40), number(0), List.copyOf(wants.values()), List.copyOf(observe.values()));
    }

    private Want want() {
        Position since = position();
        boolean presence = random.nextBoolean();
        int last = since == null ? random.nextInt(3) : 0;
        return new Want(channel(), since, last, presence, presence ? position() : null);
    }

    private @Nullable Position position() {
        return random.nextBoolean() ? null : somePosition();
    }

    private Position somePosition() {
        return new Position(some(9), number(0));
    }

    private String channel() {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(20); i >= 0; i--) {
            name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return name.toString();
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            names.add(some(9));
        }
        for (String name : names) {
            headers.put(name, some(40));
        }
        return headers;
    }

    private long number(long min) {
        return Math.max(min, random.nextLong() >>> (11 + random.nextInt(53)));
    }

    private @Nullable String text(int max) {
        return random.nextInt(3) == 0 ? null : some(max);
    }

    private String some(int max) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(max); i > 0; i--) {
            text.append(pick(CHARACTERS));
        }
        return text.toString();
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }
}
