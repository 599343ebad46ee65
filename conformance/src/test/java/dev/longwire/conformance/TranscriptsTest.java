// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The protocol's transcripts hold on the core, in both formats, awake and with a sleep between any two inputs. */
final class TranscriptsTest {

    private static final Path FOLDER =
            Path.of(System.getProperty("longwire.root", "..")).resolve("protocol/transcripts");

    @TestFactory
    List<DynamicTest> transcripts() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            for (Outcome outcome : Replayer.replay(name, Files.readString(file))) {
                tests.add(DynamicTest.dynamicTest(outcome.name(), () -> holds(outcome)));
            }
        }
        return tests;
    }

    private static void holds(Outcome outcome) {
        if (outcome.broken() != null) {
            throw new AssertionError(String.join("\n", outcome.record()), outcome.broken());
        }
        assertThat(outcome.faults())
                .as(() -> String.join("\n", outcome.record()))
                .isEmpty();
    }

    @Test
    void thereAreTranscripts() throws IOException {
        assertThat(files()).hasSizeGreaterThan(5);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }
}
