// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Principal;
import dev.longwire.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {

    private static final long NOW = 1_790_000_000_000L;
    private static final Claims.Rules RULES = new Claims.Rules("https://issuer.example", List.of("longwire"), 5_000);
    private static final String GOOD = """
            {"iss":"https://issuer.example","aud":"longwire","exp":1790000060,"nbf":1789999000,"iat":1789999000,
             "sub":"ann","jti":"t-1","info":{"name":"Ann"},"more":[{}],
             "cap":{"chat:*":["subscribe","publish"],"chat:1":["*"],"later":["fly"]}}""";

    @Test
    void goodClaimsBecomeAPrincipal() {
        Principal principal = principal(GOOD);
        assertThat(principal).isNotNull();
        assertThat(principal.user()).isEqualTo("ann");
        assertThat(principal.tokenId()).isEqualTo("t-1");
        assertThat(principal.expiresAtMillis()).isEqualTo(1_790_000_060_000L);
        assertThat(principal.info()).isEqualTo(Payload.json(bytes("{\"name\":\"Ann\"}")));
        Capabilities can = principal.capabilities();
        assertThat(can.allows(Operation.SUBSCRIBE, "chat:2")).isTrue();
        assertThat(can.allows(Operation.HISTORY, "chat:2")).isFalse();
        assertThat(can.allows(Operation.HISTORY, "chat:1")).isTrue();
        assertThat(can.allows(Operation.SUBSCRIBE, "later")).isFalse();
        assertThat(can.allows(Operation.SUBSCRIBE, "other")).isFalse();
    }

    @Test
    void withoutCapabilitiesNothingIsAllowedAndWithoutSubjectTheBearerIsAnonymous() {
        Principal principal =
                Claims.principal(bytes("{\"exp\":1790000060}"), new Claims.Rules(null, List.of(), 0), NOW);
        assertThat(principal).isNotNull();
        assertThat(principal.user()).isNull();
        for (Operation each : Operation.values()) {
            assertThat(principal.capabilities().allows(each, "chat:1")).isFalse();
        }
    }

    @Test
    void leewayCountsBothWays() {
        assertThat(principal(GOOD.replace("1790000060", "1789999996"))).isNotNull();
        assertThat(principal(GOOD.replace("1790000060", "1789999995"))).isNull();
        assertThat(principal(GOOD.replace("\"nbf\":1789999000", "\"nbf\":1790000005")))
                .isNotNull();
        assertThat(principal(GOOD.replace("\"nbf\":1789999000", "\"nbf\":1790000006")))
                .isNull();
        assertThat(principal(GOOD.replace("\"iat\":1789999000", "\"iat\":1790000006")))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"exp\":\"1790000060\"",
                "\"exp\":1790000060.0",
                "\"exp\":1.8e9",
                "\"exp\":-1",
                "\"exp\":0",
                "\"exp\":null",
                "\"exp\":99999999999999999999",
                "\"exp\":9999999999999999",
                "\"exp\":1790000060,\"exp\":1790000060",
                "\"exp\":1790000060,\"e\\u0078p\":1790000060",
                "\"no\":1",
                "\"exp\":1790000060,\"deep\":[[[[[[[[1]]]]]]]]",
                "\"exp\":1790000060,\"in\":{\"a\":1,\"a\":2}",
            })
    void badEndsAreRefused(String ending) {
        assertThat(principal(GOOD.replace("\"exp\":1790000060", ending))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "[\"*\"]",
                "{\"\":[\"*\"]}",
                "{\"$user:*\":[\"*\"]}",
                "{\"a b\":[\"*\"]}",
                "{\"a\":\"*\"}",
                "{\"a\":[1]}",
                "{\"a\":[[\"*\"]]}",
                "{\"a\":[\"*\"],\"a\":[]}",
                "null"
            })
    void badCapabilitiesAreRefused(String cap) {
        assertThat(principal(with("cap", cap))).isNull();
    }

    @Test
    void limitsAreNarrowed() {
        String all =
                "{\"frame_rate\":5,\"byte_rate\":600,\"publish_rate\":3,\"message\":99,\"subscriptions\":7,\"sessions\":2147483647}";
        Principal principal = principal(with("limits", all));
        assertThat(principal).isNotNull();
        assertThat(principal.narrowing()).isEqualTo(new Narrowing(5, 600, 3, 99, 7, Integer.MAX_VALUE));
        principal = principal(with("limits", "{}"));
        assertThat(principal).isNotNull();
        assertThat(principal.narrowing()).isEqualTo(Narrowing.NONE);
    }

    /** What can't be understood is not passed over: it would give more than was meant. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "null",
                "{\"frame_rate\":0}",
                "{\"frame_rate\":-1}",
                "{\"frame_rate\":1.5}",
                "{\"frame_rate\":\"1\"}",
                "{\"frame_rate\":2147483648}",
                "{\"frame_rate\":1,\"frame_rate\":2}",
                "{\"fly\":1}"
            })
    void badLimitsAreRefused(String limits) {
        assertThat(principal(with("limits", limits))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"a\\u0000b\"", "\"a$b\"", "\"\\ud800\"", "7", "null", "[\"ann\"]", "\"\\u0085\""})
    void badIdentitiesAreRefused(String text) {
        assertThat(principal(with("sub", text))).isNull();
        assertThat(principal(with("jti", text))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "\"Longwire\"", "[]", "[\"other\"]", "[\"longwire\",1]", "{}", "null"})
    void otherAudiencesAreRefused(String aud) {
        assertThat(principal(with("aud", aud))).isNull();
    }

    @Test
    void oneAudienceOfSeveralIsEnoughAndIssuersAreExact() {
        assertThat(principal(with("aud", "[\"other\",\"longwire\"]"))).isNotNull();
        assertThat(principal(with("iss", "\"https://issuer.example/\""))).isNull();
        assertThat(principal(with("iss", "[\"https://issuer.example\"]"))).isNull();
        assertThat(Claims.principal(
                        bytes("{\"exp\":1790000060,\"aud\":\"x\"}"), new Claims.Rules(null, List.of(), 0), NOW))
                .isNull();
    }

    @Test
    void whatIsTooMuchIsRefused() {
        assertThat(principal(with("sub", "\"" + "a".repeat(128) + "\""))).isNotNull();
        assertThat(principal(with("sub", "\"" + "a".repeat(129) + "\""))).isNull();
        assertThat(principal(with("info", "\"" + "a".repeat(1022) + "\""))).isNotNull();
        assertThat(principal(with("info", "\"" + "a".repeat(1023) + "\""))).isNull();
        StringBuilder cap = new StringBuilder("{\"p0\":[]");
        for (int i = 1; i < Claims.MAX_PATTERNS; i++) {
            cap.append(",\"p").append(i).append("\":[]");
        }
        assertThat(principal(with("cap", cap + "}"))).isNotNull();
        assertThat(principal(with("cap", cap + ",\"one\":[]}"))).isNull();
        assertThat(principal(GOOD.replace("\"more\":[{}]", "\"more\":\"" + "x".repeat(1 << 20) + "\"")))
                .isNull();
        assertThat(principal(GOOD + " ")).isNotNull();
        assertThat(principal(GOOD + "x")).isNull();
        assertThat(principal(GOOD + "\0")).isNull();
    }

    /** Whatever the bytes are, there is a principal or none, and never an exception. */
    @Test
    void anyBytesAreAnswered() {
        Random random = new Random(4);
        byte[] good = bytes(GOOD);
        int accepted = 0;
        for (int run = 0; run < 20_000; run++) {
            byte[] claims = Arrays.copyOf(good, run % 3 == 0 ? random.nextInt(good.length + 1) : good.length);
            for (int flips = random.nextInt(4); flips > 0 && claims.length > 0; flips--) {
                claims[random.nextInt(claims.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[]\",:\\0".charAt(random.nextInt(9)));
            }
            accepted += Claims.principal(claims, RULES, NOW) == null ? 0 : 1;
        }
        assertThat(accepted).isBetween(1_000, 19_000);
    }

    @Test
    void starsMatchAnythingButTheServersOwn() {
        assertThat(Capabilities.matches("*", "a:b:c")).isTrue();
        assertThat(Capabilities.matches("*", "$user:ann")).isFalse();
        assertThat(Capabilities.matches("a*c", "abbc")).isTrue();
        assertThat(Capabilities.matches("a*c", "abbcd")).isFalse();
        assertThat(Capabilities.matches("a*b*c", "aXbYbZc")).isTrue();
        assertThat(Capabilities.matches("chat:*", "chat:")).isTrue();
        assertThat(Capabilities.matches("chat:*", "chat")).isFalse();
        assertThat(Capabilities.matches("", "")).isTrue();
        assertThat(Capabilities.matches("a", "A")).isFalse();
        assertThat(Capabilities.matches("*a".repeat(60) + "b", "a".repeat(128))).isFalse();
    }

    private static @Nullable Principal principal(String json) {
        return Claims.principal(bytes(json), RULES, NOW);
    }

    /** Good claims but for one. */
    private static String with(String name, String value) {
        String rest = GOOD.replace("\"" + name + "\":", "\"was-" + name + "\":");
        return "{\"" + name + "\":" + value + "," + rest.substring(1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
