// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What JSON can be wrong in, and what the codec says to it. */
final class HostileJsonTest {

    private static final String PUBLISH = "\"type\":\"publish\",\"id\":3,\"channel\":\"a\"";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "{\"type\":\"ping\"",
                "{\"type\":\"ping\"}}",
                "{\"type\":\"ping\"} {\"type\":\"ping\"}",
                "{\"type\":\"ping\"}x",
                "{\"type\":\"ping\"},",
                "[{\"type\":\"ping\"}",
                "[{\"type\":\"ping\"},]",
                "[,{\"type\":\"ping\"}]",
                "[{\"type\":\"ping\"} {\"type\":\"ping\"}]",
                "[{\"type\":\"ping\"}]]",
                "{\"type\":\"ping\",}",
                "{,\"type\":\"ping\"}",
                "{\"type\" \"ping\"}",
                "{\"type\":}",
                "{type:\"ping\"}",
                "{'type':'ping'}",
                "{\"type\":'ping'}",
                "{\"type\":\"ping\"} // c",
                "/* c */{\"type\":\"ping\"}",
                "# c\n{\"type\":\"ping\"}",
                "{\"type\":\"ping\",\"a\":01}",
                "{\"type\":\"ping\",\"a\":-01}",
                "{\"type\":\"ping\",\"a\":+1}",
                "{\"type\":\"ping\",\"a\":.5}",
                "{\"type\":\"ping\",\"a\":5.}",
                "{\"type\":\"ping\",\"a\":1e}",
                "{\"type\":\"ping\",\"a\":1e+}",
                "{\"type\":\"ping\",\"a\":-}",
                "{\"type\":\"ping\",\"a\":0x10}",
                "{\"type\":\"ping\",\"a\":1a}",
                "{\"type\":\"ping\",\"a\":NaN}",
                "{\"type\":\"ping\",\"a\":Infinity}",
                "{\"type\":\"ping\",\"a\":-Infinity}",
                "{\"type\":\"ping\",\"a\":INF}",
                "{\"type\":\"ping\",\"a\":tru}",
                "{\"type\":\"ping\",\"a\":truee}",
                "{\"type\":\"ping\",\"a\":True}",
                "{\"type\":\"ping\",\"a\":nul}",
                "{\"type\":\"ping\",\"a\":undefined}",
                "{\"type\":\"ping\",\"a\":\"\\x\"}",
                "{\"type\":\"ping\",\"a\":\"\\u12\"}",
                "{\"type\":\"ping\",\"a\":\"\\u12g4\"}",
                "{\"type\":\"ping\",\"a\":\"\\'\"}",
                "{\"type\":\"ping\",\"a\":\"\n\"}",
                "{\"type\":\"ping\",\"a\":\"\t\"}",
                "{\"type\":\"ping\",\"a\":\"\0\"}",
                "{\"type\":\"ping\",\"a\n\":1}",
                "{\"type\":\"ping\",\"a\":\"",
                "{\"type\":\"ping\",\"a\":\"\\",
                "{\"type\":\"ping\",\"a\":[1,]}",
                "{\"type\":\"ping\",\"a\":[,]}",
                "{\"type\":\"ping\",\"a\":[1 2]}",
                "{\"type\":\"ping\",\"a\":{1:2}}",
                "{\"type\":\"ping\",\"a\":{\"b\"}}",
                "\u00a0{\"type\":\"ping\"}",
                "\u000b{\"type\":\"ping\"}",
                "{\"type\":\"ping\"}\u0000",
                "\ufeff{\"type\":\"ping\"}",
                "nope",
                "\"",
                "-",
            })
    void isMalformed(String message) {
        assertThat(decode(message)).containsExactly(new ClientFrame.Bad(0, ErrorCode.MALFORMED, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u00c0\u0080",
                "\u00c1\u00bf",
                "\u00e0\u0080\u0080",
                "\u00e0\u009f\u00bf",
                "\u00f0\u0080\u0080\u0080",
                "\u00f0\u008f\u00bf\u00bf",
                "\u00ed\u00a0\u0080",
                "\u00ed\u00bf\u00bf",
                "\u00ed\u00a0\u00bd\u00ed\u00b8\u0080",
                "\u00f4\u0090\u0080\u0080",
                "\u00f5\u0080\u0080\u0080",
                "\u00fe",
                "\u00ff",
                "\u0080",
                "\u00c3",
                "\u00c3(",
                "\u00e2\u0082",
                "\u00e2\u0082(",
                "\u00f0\u009f\u0098",
                "\u00f8\u0088\u0080\u0080\u0080",
            })
    void bytesThatAreNoUtf8AreMalformedWhereverTheyAre(String latin) {
        for (String place : List.of("{\"type\":\"ping\",\"a\":\"%\"}", "{\"type\":\"ping\",\"%\":1}", "%", "{}%")) {
            byte[] bytes = place.replace("%", latin).getBytes(ISO_8859_1);
            assertThat(Utf8.valid(bytes, 0, bytes.length)).isFalse();
            assertThat(Codec.of(Format.JSON).decode(bytes, 0, bytes.length))
                    .containsExactly(new ClientFrame.Bad(0, ErrorCode.MALFORMED, null));
        }
    }

    @Test
    void everyCharacterOfUnicodeIsUtf8() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point += point < 0x11000 ? 1 : 97) {
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(point).getBytes(UTF_8);
                assertThat(Utf8.valid(bytes, 0, bytes.length)).isTrue();
                assertThat(Utf8.valid(bytes, 0, bytes.length - 1)).isEqualTo(bytes.length == 1);
            }
        }
    }

    @Test
    void otherUnicodeEncodingsAreMalformed() {
        for (java.nio.charset.Charset charset : List.of(
                java.nio.charset.StandardCharsets.UTF_16LE,
                java.nio.charset.StandardCharsets.UTF_16BE,
                java.nio.charset.Charset.forName("UTF-32BE"))) {
            byte[] bytes = "{\"type\":\"ping\"}".getBytes(charset);
            assertThat(Codec.of(Format.JSON).decode(bytes, 0, bytes.length))
                    .containsExactly(new ClientFrame.Bad(0, ErrorCode.MALFORMED, null));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"ping\",\"type\":\"ping\"}",
                "{\"type\":\"ping\",\"\\u0074ype\":\"ping\"}",
                "{\"type\":\"ping\",\"a\":1,\"b\":2,\"a\":3}",
                "{\"type\":\"publish\",\"data\":{\"a\":1,\"a\":1}}",
                "{\"type\":\"publish\",\"data\":[{\"b\":{\"é\":1,\"\\u00e9\":1}}]}",
                "{\"type\":\"publish\",\"headers\":{\"a\":\"1\",\"a\":\"1\"}}",
                "{\"type\":\"connect\",\"resume\":{\"channels\":{\"a\":{},\"a\":{}}}}",
                "{\"type\":\"subscribe\",\"since\":{\"epoch\":\"a\",\"epoch\":\"a\"}}",
                "[{\"type\":\"ping\"},{\"a\":1,\"a\":1}]",
            })
    void namesThatComeTwiceAreRefused(String message) {
        assertThat(decode(message)).containsExactly(new ClientFrame.Bad(0, ErrorCode.DUPLICATE_FIELD, null));
    }

    @Test
    void namesThatComeTwiceAreFoundInLargeMapsToo() {
        for (int count : List.of(11, 12, 13, 14, 40, 3_000)) {
            StringBuilder map = new StringBuilder("{\"type\":\"publish\",\"data\":{");
            for (int i = 0; i < count; i++) {
                map.append("\"n").append(i).append("\":{\"n0\":0},");
            }
            for (int twice : List.of(0, 5, count - 1)) {
                assertThat(decode(map + "\"n" + twice + "\":1}}"))
                        .containsExactly(new ClientFrame.Bad(0, ErrorCode.DUPLICATE_FIELD, null));
            }
            assertThat(decode(map + "\"other\":1}}"))
                    .containsExactly(new ClientFrame.Bad(0, ErrorCode.MISSING_FIELD, "id"));
        }
    }

    @Test
    void depthIsCountedFromTheFrame() {
        for (String around : List.of("%", "[%]")) {
            assertThat(decode(around.replace("%", nested(31, "[", "]"))).getFirst())
                    .isInstanceOf(ClientFrame.Publish.class);
            assertThat(decode(around.replace("%", nested(31, "{\"a\":", "}"))).getFirst())
                    .isInstanceOf(ClientFrame.Publish.class);
            for (int depth : List.of(32, 33, 1_000, 20_000)) {
                assertThat(decode(around.replace("%", nested(depth, "[", "]"))))
                        .containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
                assertThat(decode(around.replace("%", nested(depth, "{\"a\":", "}"))))
                        .containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
            }
        }
        assertThat(decode("[".repeat(60_000))).containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
        assertThat(decode("{\"a\":".repeat(10_000))).containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
        assertThat(decode("{\"since\":".repeat(1_000)))
                .containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
    }

    private static String nested(int depth, String open, String close) {
        return "{" + PUBLISH + ",\"data\":" + open.repeat(depth) + "1" + close.repeat(depth) + "}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "\"ping\"",
                "null",
                "true",
                "[1]",
                "[null]",
                "[[]]",
                "[[{\"type\":\"ping\"}]]",
                "[{\"type\":\"ping\"},\"ping\"]",
            })
    void isNotAFrame(String message) {
        assertThat(decode(message)).containsExactly(new ClientFrame.Bad(0, ErrorCode.NOT_A_FRAME, null));
    }

    @Test
    void aFaultInOneFrameStaysInItsPlace() {
        assertThat(decode("[{\"type\":\"ping\"},{\"type\":\"nope\",\"id\":2},{\"type\":\"subscriptions\",\"id\":3}]"))
                .containsExactly(
                        new ClientFrame.Ping(),
                        new ClientFrame.Bad(2, ErrorCode.UNKNOWN_TYPE, "type"),
                        new ClientFrame.Subscriptions(3));
        assertThat(decode("[]")).isEmpty();
    }

    @Test
    void anArrayHoldsAtMost128Frames() {
        String ping = "{\"type\":\"ping\"}";
        assertThat(decode("[" + (ping + ",").repeat(127) + ping + "]"))
                .hasSize(128)
                .containsOnly(new ClientFrame.Ping());
        assertThat(decode("[" + (ping + ",").repeat(128) + ping + "]"))
                .containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_MANY_REQUESTS, null));
        assertThat(decode("[" + (ping + ",").repeat(128) + ping))
                .containsExactly(new ClientFrame.Bad(0, ErrorCode.MALFORMED, null));
        assertThat(decode("[" + (ping + ",").repeat(128) + "1]"))
                .containsExactly(new ClientFrame.Bad(0, ErrorCode.NOT_A_FRAME, null));
    }

    private static List<ClientFrame> decode(String message) {
        byte[] bytes = message.getBytes(UTF_8);
        return Codec.of(Format.JSON).decode(bytes, 0, bytes.length);
    }
}
