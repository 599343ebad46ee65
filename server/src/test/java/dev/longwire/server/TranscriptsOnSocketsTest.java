// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.conformance.Outcome;
import dev.longwire.conformance.Replayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The protocol's transcripts hold on real sockets too: those that need no clock, limits or users of their own. */
final class TranscriptsOnSocketsTest {

    private static final Path FOLDER =
            Path.of(System.getProperty("longwire.root", "..")).resolve("protocol/transcripts");

    @Test
    void transcriptsHoldOnOneLoop() throws IOException {
        allHold(1);
    }

    /** Sessions and channels on different threads: what is one step on one loop is several messages here. */
    @Test
    void transcriptsHoldAcrossLoops() throws IOException {
        allHold(3);
    }

    private static void allHold(int loops) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            outcomes.addAll(Replayer.replay(name, Files.readString(file), format -> new SocketStage(format, loops)));
        }
        assertThat(outcomes).hasSizeGreaterThan(15);
        assertThat(outcomes.stream().filter(outcome -> !outcome.passed())).isEmpty();
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }
}
