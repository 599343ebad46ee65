// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The longest message costs no more per byte than a short one, counted in tokens and comparisons of names. */
final class WorkTest {

    private static final int LENGTH = 65_536;
    /** A map of n names costs n log n comparisons, and a name takes 5 bytes. */
    private static final int PER_BYTE = 5;

    private interface Shape {
        String of(int count);
    }

    @Test
    void noShapeOfMessageCostsMoreThanItsLength() {
        assertCheap("names", count -> names(count, "\"n%d\":0", "{\"type\":\"ping\",\"x\":{", "}}"));
        assertCheap("unknown fields", count -> names(count, "\"n%d\":0", "{\"type\":\"ping\",", "}"));
        assertCheap("headers", count -> names(count, "\"n%d\":\"\"", "{\"type\":\"publish\",\"headers\":{", "}}"));
        assertCheap(
                "channels",
                count -> names(count, "\"n%d\":{}", "{\"type\":\"connect\",\"resume\":{\"channels\":{", "}}}"));
        assertCheap("frames", count -> names(count, "{\"n%d\":0,\"type\":\"ping\"}", "[", "]"));
        assertCheap("array", count -> names(count, "[]", "{\"type\":\"ping\",\"x\":[", "]}"));
        assertCheap("maps", count -> names(count, "{\"a\":{\"a\":{}}}", "{\"type\":\"ping\",\"x\":[", "]}"));
    }

    private static void assertCheap(String what, Shape shape) {
        int count = 1;
        while (shape.of(count * 2).length() < LENGTH) {
            count *= 2;
        }
        for (int size : List.of(count, count / 2, count / 8)) {
            byte[] message = shape.of(size).getBytes(UTF_8);
            Codec.Result result = new Codec.Result();
            ErrorCode fault = Codec.of(Format.JSON).read(message, 0, message.length, result);
            assertThat(result.work).as("%s: %s", what, fault).isBetween(1L, (long) message.length * PER_BYTE);
        }
    }

    private static String names(int count, String item, String start, String end) {
        StringBuilder text = new StringBuilder(start);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(item.replace("%d", Integer.toString(i)));
        }
        return text.append(end).toString();
    }

    /** Such names once spoiled a table in the parser that all messages shared: see {@link Jackson}. */
    @Test
    void namesMadeToCollideHarmNobody() {
        List<String> names = colliding(4_000);
        for (Format format : Format.values()) {
            for (int from = 0; from < names.size(); from += 400) {
                ClientFrame attack = publish(names.subList(0, from + 400));
                assertThat(decode(format, attack)).containsExactly(attack);
                ClientFrame innocent = publish(List.of("innocent" + from, "i" + from));
                assertThat(decode(format, innocent)).containsExactly(innocent);
            }
        }
    }

    private static ClientFrame publish(List<String> names) {
        String data = "{\"" + String.join("\":0,\"", names) + "\":0}";
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : names.subList(0, Math.min(16, names.size()))) {
            headers.put(name, "");
        }
        return new ClientFrame.Publish(
                1, "a", Payload.json(data.getBytes(UTF_8)), new ClientFrame.Extras(null, null, headers), false);
    }

    /** Names of eight letters for which Jackson's hash of two quads is the same whatever its seed. */
    private static List<String> colliding(int count) {
        List<String> names = new ArrayList<>();
        int inverseOf33 = 1041204193;
        assertThat(33 * inverseOf33).isEqualTo(1);
        int target = mixed(quad("abcd")) + quad("efgh") * 33;
        for (int i = 0; names.size() < count; i++) {
            int first = quad(word(i));
            int second = (target - mixed(first)) * inverseOf33;
            if (printable(second)) {
                names.add(word(i) + text(second));
            }
        }
        return names;
    }

    private static int mixed(int quad) {
        int hash = quad + (quad >>> 15);
        return hash ^ (hash >>> 9);
    }

    private static String word(int i) {
        return "" + letter(i / 157_464) + letter(i / 2_916) + letter(i / 54) + letter(i);
    }

    private static char letter(int i) {
        return (char) ('A' + i % 54 + (i % 54 >= 26 ? 4 : 0));
    }

    private static int quad(String four) {
        return (four.charAt(0) << 24) | (four.charAt(1) << 16) | (four.charAt(2) << 8) | four.charAt(3);
    }

    private static String text(int quad) {
        return "" + (char) (quad >>> 24) + (char) ((quad >> 16) & 0xFF) + (char) ((quad >> 8) & 0xFF)
                + (char) (quad & 0xFF);
    }

    private static boolean printable(int quad) {
        return text(quad).chars().allMatch(c -> c >= ' ' && c < 127 && c != '"' && c != '\\');
    }

    private static List<ClientFrame> decode(Format format, ClientFrame frame) {
        byte[] bytes = ClientCodec.of(format).encode(frame);
        return Codec.of(format).decode(bytes, 0, bytes.length);
    }
}
