// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our reader of JSON takes what Jackson takes, and reads the same in it. */
final class JsonTokensTest {

    private static final int SEEDS = Boolean.getBoolean("longwire.long") ? 500_000 : 20_000;
    private static final String SALT = "{}[]:,\"\\ \n\0ae.+-01tfnu/";

    @Test
    void agreesWithJacksonOnWholeAndDamagedJson() {
        JsonFactory jackson = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .build();
        int taken = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new RandomFrames(seed).json(5).getBytes(UTF_8);
            for (int i = random.nextInt(3); i > 0; i--) {
                bytes = damaged(bytes, random);
            }
            if (!Utf8.valid(bytes, 0, bytes.length)) {
                continue;
            }
            List<String> theirs = theirs(jackson, bytes);
            assertThat(ours(bytes))
                    .as("seed %d: %s", seed, new String(bytes, UTF_8))
                    .isEqualTo(theirs);
            taken += theirs.isEmpty() ? 0 : 1;
        }
        assertThat(taken).isBetween(SEEDS / 4, SEEDS * 3 / 4);
    }

    @Test
    void readsEveryEscape() throws IOException {
        byte[] bytes = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uABCD\\uabcd\\ud83d\\ude00x\"".getBytes(UTF_8);
        try (JsonTokens tokens = new JsonTokens(bytes, 0, bytes.length, 4)) {
            assertThat(tokens.next()).isEqualTo(Token.STRING);
            assertThat(tokens.text()).isEqualTo("\"\\/\b\f\n\r\té\uABCD\uABCD😀x");
        }
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        byte salt = (byte) SALT.charAt(random.nextInt(SALT.length()));
        byte[] result;
        switch (random.nextInt(3)) {
            case 0 -> {
                result = bytes.clone();
                result[at] = salt;
            }
            case 1 -> {
                result = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, result, at + 1, bytes.length - at);
                result[at] = salt;
            }
            default -> result = Arrays.copyOf(bytes, at + 1);
        }
        return result;
    }

    /** What the tokens say; empty when the text is refused. */
    private static List<String> ours(byte[] bytes) {
        List<String> said = new ArrayList<>();
        try (JsonTokens tokens = new JsonTokens(bytes, 0, bytes.length, 40)) {
            for (Token token = tokens.next(); token != Token.END; token = tokens.next()) {
                Long number = token == Token.INTEGER ? tokens.number() : null;
                said.add(
                        switch (token) {
                            case NAME -> "name " + tokens.name();
                            case STRING -> "string " + tokens.text();
                            case INTEGER -> "integer " + number;
                            default -> token.toString();
                        });
            }
            return said;
        } catch (IOException refused) {
            return List.of();
        }
    }

    private static List<String> theirs(JsonFactory jackson, byte[] bytes) {
        List<String> said = new ArrayList<>();
        try (JsonParser parser = jackson.createParser(bytes)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (depth == 0 && !said.isEmpty()) {
                    return List.of(); // a second value: Jackson reads one after the other
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                said.add(
                        switch (token) {
                            case FIELD_NAME -> "name " + parser.currentName();
                            case VALUE_STRING -> "string " + parser.getText();
                            case VALUE_NUMBER_INT ->
                                "integer " + (parser.getText().length() > 18 ? null : parser.getLongValue());
                            case VALUE_NUMBER_FLOAT -> "DECIMAL";
                            case START_OBJECT -> "OPEN_MAP";
                            case END_OBJECT -> "CLOSE_MAP";
                            case START_ARRAY -> "OPEN_LIST";
                            case END_ARRAY -> "CLOSE_LIST";
                            case VALUE_TRUE -> "TRUE";
                            case VALUE_FALSE -> "FALSE";
                            case VALUE_NULL -> "NULL";
                            default -> token.toString();
                        });
            }
            return said;
        } catch (IOException refused) {
            return List.of();
        }
    }
}
