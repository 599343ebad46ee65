// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge;

import dev.longwire.conformance.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes the reports that the compiled module must repeat character by character. */
public final class JvmReplay {

    private JvmReplay() {}

    /** Arguments: the folder of transcripts, the folder for the reports, and the seeds for the codec. */
    public static void main(String[] arguments) throws IOException {
        Path out = Files.createDirectories(Path.of(arguments[1]));
        for (Path transcript : transcripts(Path.of(arguments[0]))) {
            String name = transcript.getFileName().toString();
            Files.writeString(out.resolve(name), Report.replay(name, Files.readString(transcript)));
        }
        for (int i = 2; i + 1 < arguments.length; i += 2) {
            int seed = Integer.parseInt(arguments[i]);
            int rounds = Integer.parseInt(arguments[i + 1]);
            Files.writeString(out.resolve("codec-" + seed), Report.codec(seed, rounds));
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println("reports written");
    }

    private static List<Path> transcripts(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }
}
