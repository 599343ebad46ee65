// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What CBOR can be wrong in, and what the codec says to it. Text in quotes stands for a text string. */
final class HostileCborTest {

    private static final String PUBLISH = "'type' 'publish' 'id' 03 'channel' 'a'";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a1",
                "a1 'type'",
                "a2 'type' 'ping'",
                "a1 'type' 'ping' 00",
                "a1 'type' 'ping' a1 'type' 'ping'",
                "81",
                "82 a1 'type' 'ping'",
                "ff",
                "a1 'type' ff",
                "81 ff",
                "bf 'type' ff",
                "bf 'type' 'ping'",
                "9f a1 'type' 'ping'",
                "a1 'type' 64",
                "a1 'type' 64 7069",
                "a1 'type' 78",
                "a1 'type' 78ff 70",
                "a1 'type' 7affffffff 70",
                "a1 'type' 7b7fffffffffffffff 70",
                "a1 'type' 7bffffffffffffffff 70",
                "a1 'type' 7b8000000000000000 70",
                "a1 'data' 5b7fffffffffffffff 70",
                "a1 'data' 5b8000000000000000",
                "9b7fffffffffffffff",
                "9b8000000000000000",
                "9bffffffffffffffff",
                "9affffffff 00",
                "bb7fffffffffffffff",
                "bb4000000000000000",
                "bb8000000000000000",
                "bb8000000000000001 'a' 01",
                "baffffffff",
                "a1 01 02",
                "a1 4161 02",
                "a1 f6 02",
                "a1 80 02",
                "bf 01 02 ff",
                "a1 'x' 1c",
                "a1 'x' 1d",
                "a1 'x' 1e",
                "a1 'x' 1f",
                "a1 'x' 3f",
                "a1 'x' 5c",
                "a1 'x' 7e",
                "a1 'x' 9c",
                "a1 'x' fc",
                "a1 'x' 18",
                "a1 'x' 1900",
                "a1 'x' f9 00",
                "a1 'x' fb 00000000000000",
                "a1 'x' e0",
                "a1 'x' f3",
                "a1 'x' f8 20",
                "a1 'x' f8 14",
                "a1 'x' c0 'a'",
                "a1 'x' c2 4101",
                "d9d9f7 a1 'type' 'ping'",
                "d90100 82 a1 'x' 'abc' a1 'x' d81900",
                "a1 c0 'x' 01",
                "a1 'x' 7f 'a' 4162 ff",
                "a1 'x' 7f 7f 'a' ff ff",
                "a1 'x' 7f 'a'",
                "a1 'x' 5f 'a' ff",
                "a1 'x' 5f 4161 f6 ff",
                "a1 'x' 61 80",
                "a1 'x' 62 c080",
                "a1 'x' 63 eda080",
                "a1 'x' 64 f4908080",
                "a1 'x' 7f 61 c3 61 a9 ff",
                "a1 61 ff 01",
            })
    void isMalformed(String hex) {
        assertThat(decode(hex)).containsExactly(new ClientFrame.Bad(0, ErrorCode.MALFORMED, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a2 'a' 01 'a' 02|DUPLICATE_FIELD",
                "a2 'type' 'publish' 'x' a2 'a' 01 'a' 02|DUPLICATE_FIELD",
                "a2 'type' 'publish' 'x' 81 bf 'a' 01 7f 'a' ff 02 ff|DUPLICATE_FIELD",
                "01|NOT_A_FRAME",
                "20|NOT_A_FRAME",
                "'ping'|NOT_A_FRAME",
                "4161|NOT_A_FRAME",
                "f6|NOT_A_FRAME",
                "fb3ff0000000000000|NOT_A_FRAME",
                "81 80|NOT_A_FRAME",
                "81 01|NOT_A_FRAME",
            })
    void isRefusedAsAWhole(String hex, ErrorCode code) {
        assertThat(decode(hex)).containsExactly(new ClientFrame.Bad(0, code, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a3 'type' 'publish' 'id' 03 'channel' 'a'|3|MISSING_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' 01|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' a0|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' 80|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' f4|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' f6|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' f7|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' f93c00|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' ''|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' 'a'|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' '1 2'|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' '01'|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' '[1,]'|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' 'NaN'|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data' '[1'|3|INVALID_FIELD|data",
                "a4 'type' 'publish' 'id' 03 'channel' 'a' 'data64' 'AQI='|3|MISSING_FIELD|data",
                "a4 'type' 'publish' 'id' f93c00 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' fb3ff0000000000000 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' 00 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' 20 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' 1b0020000000000000 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' 1bffffffffffffffff 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' 3bffffffffffffffff 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' 4101 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a4 'type' 'publish' 'id' f7 'channel' 'a' 'data' '1'|0|INVALID_FIELD|id",
                "a0|0|MISSING_FIELD|type",
                "a2 'type' 4161 'id' 03|3|INVALID_FIELD|type",
                "a3 'type' 'refresh' 'id' 03 'token' 4161|3|INVALID_FIELD|token",
                "a2 'type' 'nope' 'id' 03|3|UNKNOWN_TYPE|type",
            })
    void isNamed(String hex, long id, ErrorCode code, String field) {
        assertThat(decode(hex)).containsExactly(new ClientFrame.Bad(id, code, field));
    }

    @Test
    void jsonInDataIsAsStrictAsJsonInAFrame() {
        String twice = "{\"a\":1,\"a\":1}";
        String fits = "[".repeat(31) + "]".repeat(31);
        String deep = "[".repeat(32) + "]".repeat(32);
        assertThat(publishOf(fits)).isInstanceOf(ClientFrame.Publish.class);
        for (String data : List.of(twice, deep, "{\"a\":{\"b\":1,\"\\u0062\":1}}", "\ufeff1")) {
            assertThat(publishOf(data)).isEqualTo(new ClientFrame.Bad(3, ErrorCode.INVALID_FIELD, "data"));
        }
    }

    private static ClientFrame publishOf(String data) {
        byte[] text = data.getBytes(UTF_8);
        return decode("a4" + PUBLISH + "'data' 79" + HexFormat.of().toHexDigits((short) text.length)
                        + HexFormat.of().formatHex(text))
                .getFirst();
    }

    @Test
    void itemsOfIndefiniteLengthAreFine() {
        ClientFrame expected =
                new ClientFrame.Publish(3, "a", Payload.json("[1]".getBytes(UTF_8)), ClientFrame.Extras.NONE, false);
        assertThat(decode("a4" + PUBLISH + "'data' '[1]'")).containsExactly(expected);
        assertThat(decode("bf" + PUBLISH + "'data' 7f '[' '' '1]' ff ff")).containsExactly(expected);
        assertThat(decode("bf 7f 'ty' 'pe' ff 'publish' 'id' 03 'channel' 'a' 'data' '[1]' ff"))
                .containsExactly(expected);
        assertThat(decode("9f bf" + PUBLISH + "'data' '[1]' ff ff")).containsExactly(expected);
        assertThat(decode("a4" + PUBLISH + "'data' 5f 4101 40 420203 ff"))
                .containsExactly(new ClientFrame.Publish(
                        3, "a", Payload.binary(new byte[] {1, 2, 3}), ClientFrame.Extras.NONE, false));
    }

    @Test
    void integersMayBeWrittenAtAnyWidth() {
        for (String three : List.of("03", "1803", "190003", "1a00000003", "1b0000000000000003")) {
            assertThat(decode("a2 'type' 'subscriptions' 'id' " + three))
                    .containsExactly(new ClientFrame.Subscriptions(3));
        }
    }

    @Test
    void strangersAreIgnoredWhateverTheyAre() {
        for (String value : List.of(
                "a0",
                "80",
                "f7",
                "f6",
                "f93c00",
                "fa00000000",
                "fb8000000000000000",
                "40",
                "1bffffffffffffffff",
                "3bffffffffffffffff",
                "9f 01 bf ff ff",
                "5f ff",
                "7f ff",
                "82 a1 'x' 80 20")) {
            assertThat(decode("a2 'x' " + value + " 'type' 'ping'")).containsExactly(new ClientFrame.Ping());
        }
    }

    @Test
    void depthIsCountedFromTheFrame() {
        for (String around : List.of("", "81", "9f")) {
            String end = around.equals("9f") ? "ff" : "";
            for (String open : List.of("81", "a1 'a'")) {
                String fits = around + "a2 'type' 'ping' 'x'" + open.repeat(31) + "00" + end;
                assertThat(decode(fits)).containsExactly(new ClientFrame.Ping());
                String deep = around + "a2 'type' 'ping' 'x'" + open.repeat(32) + "00" + end;
                assertThat(decode(deep)).containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
            }
        }
        for (String open : List.of("81", "9f", "a1 'a'", "bf 'a'")) {
            assertThat(decode(open.repeat(10_000))).containsExactly(new ClientFrame.Bad(0, ErrorCode.TOO_DEEP, null));
        }
    }

    /** Hexadecimal with short texts in single quotes. */
    static byte[] bytes(String hex) {
        ByteSink sink = new ByteSink();
        String[] parts = hex.split("'", -1);
        for (int i = 0; i < parts.length; i++) {
            byte[] part = i % 2 == 1 ? parts[i].getBytes(UTF_8) : HexFormat.of().parseHex(parts[i].replace(" ", ""));
            if (i % 2 == 1) {
                sink.write(0x60 + part.length);
            }
            sink.write(part);
        }
        return sink.toByteArray();
    }

    private static List<ClientFrame> decode(String hex) {
        byte[] bytes = bytes(hex);
        return Codec.of(Format.CBOR).decode(bytes, 0, bytes.length);
    }
}
