// SPDX-License-Identifier: Apache-2.0
package dev.longwire.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every threat of {@code docs/threats.md} has a test, and every test named there is one. */
final class ThreatsTest {

    private static final Pattern NAMED = Pattern.compile("`([^`]+)`");

    @Test
    void everyThreatNamesTestsThatExist() throws Exception {
        List<String> files = Repository.files();
        List<String> rows = Repository.text("docs/threats.md")
                .orElseThrow()
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| threat |"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(20);
        List<String> wrong = new ArrayList<>();
        for (String row : rows) {
            String[] cells = row.split("\\|", -1);
            Matcher named = NAMED.matcher(cells[3]);
            int tests = 0;
            while (named.find()) {
                tests++;
                if (!exists(named.group(1), files)) {
                    wrong.add(named.group(1) + " does not exist");
                }
            }
            if (tests == 0) {
                wrong.add("no test for: " + cells[1]);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean exists(String test, List<String> files) {
        if (test.contains("/")) {
            return files.contains(test);
        }
        String[] parts = test.split("\\.", -1);
        return files.stream()
                .filter(name -> name.endsWith("/" + parts[0] + ".java"))
                .flatMap(name -> Repository.text(name).stream())
                .anyMatch(text -> parts.length == 1 || isTest(text, parts[1]));
    }

    private static boolean isTest(String text, String method) {
        return Pattern.compile("@(?:Parameterized)?Test(?:(?!\\bvoid\\b).)*+\\bvoid " + method + "\\(", Pattern.DOTALL)
                .matcher(text)
                .find();
    }
}
