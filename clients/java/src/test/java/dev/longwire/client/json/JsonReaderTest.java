// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader takes JSON, all of it and nothing else. */
final class JsonReaderTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "12.50e+3",
                "1E9",
                "true",
                "false",
                "null",
                "\"\"",
                "\"\\u00e9\\n\\\\\\/\"",
                "[]",
                "{}",
                " [ 1 , 2 ] ",
                "{\"a\":{\"a\":[{}]},\"b\":\"]\"}",
                "\"\\ud83d\"",
                "\"é😀\"",
                "123456789012345678901234567890.5",
                "{\"__proto__\":1}"
            })
    void takesJson(String text) {
        JsonReader.check(text, 4);
        assertThat(JsonObject.parse("{\"data\":" + text + "}", 5).raw("data")).isEqualTo(text.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "01",
                "+1",
                "1.",
                ".5",
                "1e",
                "-",
                "0x1",
                "NaN",
                "tru",
                "nulll",
                "'a'",
                "\"a",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\t\"",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[",
                "]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{\"a\":1,}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":2}",
                "1 2",
                "{}{}",
                "[}",
                "{]",
                "\"\ud83d\"",
                "\"\ude00\ud83d\"",
                "[[[[[1]]]]]"
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> JsonReader.check(text, 4)).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> JsonObject.parse("{\"data\":" + text + "}", 5)).isInstanceOf(JsonException.class);
    }

    @Test
    void deepTextDoesNotExhaustTheStack() {
        assertThatThrownBy(() -> JsonReader.check("[".repeat(100_000), 32)).hasMessageContaining("deeper than 32");
        JsonReader.check("[".repeat(100_000) + "]".repeat(100_000), 100_000);
    }

    @Test
    void elementsAreKeptAsTheyAreWritten() {
        assertThat(JsonReader.elements("[1.0, {\"a\" : [ 2 ]} ,\"x\"]", 3))
                .isEqualTo(List.of("1.0", "{\"a\" : [ 2 ]}", "\"x\""));
        assertThat(JsonReader.elements("[]", 1)).isEmpty();
    }

    @Test
    void fieldsAreReadAsWhatTheyAre() {
        JsonObject map = JsonObject.parse(
                "{\"t\":\"\\u00e9\\\"\",\"n\":9007199254740991,\"e\":1e3,\"f\":1.5,\"m\":-1,\"big\":9007199254740992,\"b\":true,\"z\":null}",
                1);
        assertThat(map.text("t")).isEqualTo("é\"");
        assertThat(map.number("n", 0)).isEqualTo(9007199254740991L);
        assertThat(map.number("e", 0)).isEqualTo(1000);
        assertThat(map.number("absent", 7)).isEqualTo(7);
        assertThat(map.flag("b")).isTrue();
        assertThat(map.text("z")).isNull();
        for (String name : List.of("t", "f", "m", "big", "b")) {
            assertThatThrownBy(() -> map.number(name, 0)).isInstanceOf(JsonException.class);
        }
        assertThatThrownBy(() -> map.text("n")).isInstanceOf(JsonException.class);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        String hard = "\u0000\u001f\"\\/\b\f\n\r\t é 😀 \u2028";
        String written = new JsonWriter()
                .text("a", hard)
                .open("m")
                .number("n", 5)
                .close()
                .flagIfSet("no", false)
                .raw("r", "[1]")
                .end();
        JsonObject read = JsonObject.parse(written, 3);
        assertThat(read.text("a")).isEqualTo(hard);
        assertThat(read.raw("m")).isEqualTo("{\"n\":5}");
        assertThat(read.names()).containsExactly("a", "m", "r");
        assertThatThrownBy(() -> JsonWriter.quoted("half \ud83d")).isInstanceOf(JsonException.class);
    }
}
