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

    /** Arguments: the folder of transcripts, the folder for the reports, and what else to run (see {@link #other}). */
    public static void main(String[] arguments) throws IOException {
        Path out = Files.createDirectories(Path.of(arguments[1]));
        for (Path transcript : transcripts(Path.of(arguments[0]))) {
            String name = transcript.getFileName().toString();
            Files.writeString(out.resolve(name), Report.replay(name, Files.readString(transcript)));
        }
        for (String name : List.of(arguments).subList(2, arguments.length)) {
            Files.writeString(out.resolve(name), other(name.split("-", -1)));
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println("reports written");
    }

    /** {@code codec-SEED-ROUNDS}, {@code worlds-SEED-COUNT} or {@code stories-SEED-COUNT}. */
    private static String other(String[] words) {
        int seed = Integer.parseInt(words[1]);
        int count = Integer.parseInt(words[2]);
        return words[0].equals("codec")
                ? Exports.tryCodec(seed, count)
                : Exports.simulate(seed, count, words[0].equals("stories"));
    }

    private static List<Path> transcripts(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }
}
