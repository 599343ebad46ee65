// SPDX-License-Identifier: Apache-2.0
package dev.longwire.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What every file of the repository must have, and what none may have. */
final class RepositoryTest {
    private static final Set<String> SOURCES =
            Set.of("java", "ts", "tsx", "mts", "js", "mjs", "cjs", "c", "h", "sh", "bash", "py", "lua", "css");
    private static final Pattern LINK = Pattern.compile("(?<!\\\\)\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)^([a-z][a-z0-9+.-]*:|#).*");
    /** A home directory, or a directory at the root that no system has by itself. */
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.~/-])/(?:root|work|home/\\w+|Users/\\w+)/|[A-Z]:\\\\Users");
    /** In pieces, so that this file doesn't find itself. */
    private static final String SLEEP = "Thread" + ".sleep";

    private static final int MAIN_LINES = 500;
    private static final int TEST_LINES = 800;

    @Test
    void thereAreFilesToJudge() throws Exception {
        assertThat(Repository.files()).contains("pom.xml", "LICENSE", "verify").hasSizeGreaterThan(20);
    }

    @Test
    void everySourceNamesItsLicence() throws Exception {
        assertThat(offenders(
                        name -> SOURCES.contains(extension(name)) || isScript(name),
                        text -> text.lines()
                                        .limit(3)
                                        .noneMatch(line -> line.contains("SPDX-License-Identifier: Apache-2.0"))
                                ? List.of("no licence in its first lines")
                                : List.of()))
                .isEmpty();
    }

    @Test
    void relativeLinksLeadSomewhere() throws Exception {
        List<String> dead = new ArrayList<>();
        for (String name : Repository.files()) {
            if (extension(name).equals("md")) {
                deadLinks(name, dead);
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void noFileKnowsTheMachineItWasWrittenOn() throws Exception {
        assertThat(offenders(name -> true, RepositoryTest::machinePaths)).isEmpty();
    }

    @Test
    void lockFilesNameNoRegistry() throws Exception {
        assertThat(offenders(
                        name -> name.endsWith("package-lock.json"),
                        text -> text.contains("\"resolved\": \"http") ? List.of("has resolved addresses") : List.of()))
                .isEmpty();
    }

    @Test
    void filesAreShort() throws Exception {
        assertThat(offenders(name -> isCode(name) && !isTest(name), text -> tooLong(text, MAIN_LINES)))
                .isEmpty();
        assertThat(offenders(name -> isCode(name) && isTest(name), text -> tooLong(text, TEST_LINES)))
                .isEmpty();
    }

    @Test
    void testsWaitForConditionsNotForTime() throws Exception {
        assertThat(offenders(
                        name -> name.endsWith(".java") && isTest(name),
                        text -> text.contains(SLEEP) ? List.of("sleeps") : List.of()))
                .isEmpty();
    }

    @Test
    void everyRoomSaysWhatItIsFor() throws Exception {
        List<String> silent = new ArrayList<>();
        for (String name : Repository.files()) {
            if (!name.contains("src/main/java/dev/longwire/") || !name.endsWith(".java")) {
                continue;
            }
            String sign = name.substring(0, name.lastIndexOf('/') + 1) + "package-info.java";
            if (!Files.exists(Repository.root().resolve(sign))) {
                silent.add(sign + " is missing");
            } else if (!Repository.text(sign).orElse("").contains("@NullMarked")) {
                silent.add(sign + " is not @NullMarked");
            }
        }
        assertThat(silent.stream().distinct()).isEmpty();
    }

    private static void deadLinks(String name, List<String> dead) {
        Path directory = Objects.requireNonNull(Repository.root().resolve(name).getParent());
        Matcher link = LINK.matcher(withoutCode(Repository.text(name).orElse("")));
        while (link.find()) {
            String target = link.group(1);
            if (ELSEWHERE.matcher(target).matches()) {
                continue;
            }
            String path = target.replaceFirst("[#?].*$", "");
            if (!Files.exists(directory.resolve(path))) {
                dead.add(name + " -> " + target);
            }
        }
    }

    /** Fenced blocks, indented blocks and code in a line are examples, not links. */
    private static String withoutCode(String text) {
        return text.replaceAll("(?ms)^(```|~~~).*?^\\1\\s*$", "")
                .replaceAll("(?m)^( {4}|\\t).*$", "")
                .replaceAll("`[^`\\n]*`", "");
    }

    private static List<String> machinePaths(String text) {
        List<String> found = new ArrayList<>();
        Matcher path = MACHINE_PATH.matcher(text);
        while (path.find()) {
            found.add(text.substring(path.start(), Math.min(text.length(), path.end() + 20))
                    .strip());
        }
        return found;
    }

    private static List<String> tooLong(String text, int limit) {
        if (text.lines().limit(3).anyMatch(line -> line.contains("Generated"))) {
            return List.of();
        }
        long lines = text.lines().count();
        return lines > limit ? List.of(lines + " lines, more than " + limit) : List.of();
    }

    private static List<String> offenders(Predicate<String> chosen, Function<String, List<String>> judge)
            throws Exception {
        List<String> offenders = new ArrayList<>();
        for (String name : Repository.files()) {
            if (chosen.test(name)) {
                Repository.text(name).map(judge).orElse(List.of()).forEach(what -> offenders.add(name + ": " + what));
            }
        }
        return offenders;
    }

    private static boolean isCode(String name) {
        return Set.of("java", "ts", "mts", "js", "mjs", "cjs", "c", "py").contains(extension(name));
    }

    private static boolean isTest(String name) {
        return ("/" + name).matches(".*(/tests?/|/e2e/|[.]test[.]).*");
    }

    private static boolean isScript(String name) {
        return extension(name).isEmpty() && Repository.text(name).orElse("").startsWith("#!");
    }

    private static String extension(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        int dot = file.lastIndexOf('.');
        return dot <= 0 ? "" : file.substring(dot + 1);
    }
}
