// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import java.util.List;

/** JSON values that are easy to get wrong. */
final class Payloads {

    static final List<String> EXACT = List.of(
            "1",
            "0",
            "-0",
            "-1",
            "1.0",
            "-0.0",
            "1e400",
            "1E+2",
            "1e-400",
            "12345678901234567890",
            "123456789012345678901234567890.123456789012345678901234567890",
            "0.1000000000000000055511151231257827021181583404541015625",
            "true",
            "false",
            "null",
            "\"\"",
            "\"a\"",
            "\"\\u0041\\n\\\"\\\\\\/\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\u0000\"",
            "\"grüße 漢字 😀\"",
            "\"\u007f\u2028\u2029\"",
            "\"</script>\"",
            "[]",
            "[ ]",
            "{}",
            "{ }",
            "[1,2 , 3]",
            "[[[]],{},[{}]]",
            "{\"text\":\"hello\"}",
            "{ \"a\" : 1 ,\n\t\"b\":\r[ 1 , { \"c\" : \"}\" } ] }",
            "{\"\":{\"\":{\"\":\"\"}}}",
            "{\"__proto__\":{\"constructor\":1}}",
            "{\"ключ\":\"значение\",\"😀\":[\"😀\"]}",
            "{\"data\":{\"data\":{\"data\":1}},\"type\":\"publish\",\"id\":-1}",
            "\"" + "x".repeat(9_000) + "\"",
            "\"" + "é😀".repeat(3_000) + "\"",
            "[" + "1234567890,".repeat(2_000) + "1]");

    private Payloads() {}
}
