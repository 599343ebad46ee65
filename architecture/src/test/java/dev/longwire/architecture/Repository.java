// SPDX-License-Identifier: Apache-2.0
package dev.longwire.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of the repository, as git tracks them; in an unpacked archive, as they lie there. */
final class Repository {
    private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules", "dist", "state");
    private static final Pattern MODULE = Pattern.compile("<module>(.*)</module>");

    private Repository() {}

    static Path root() {
        return Path.of(Objects.requireNonNull(System.getProperty("longwire.root"), "longwire.root; run Maven"));
    }

    /** Paths relative to the root, with slashes, of the files that are there. */
    static List<String> files() throws IOException, InterruptedException {
        List<String> names = Files.exists(root().resolve(".git")) ? tracked() : walked();
        return names.stream()
                .filter(name -> Files.isRegularFile(root().resolve(name)))
                .toList();
    }

    /** The file's text, or nothing when it is no text. */
    static Optional<String> text(String name) {
        try {
            return Optional.of(Files.readString(root().resolve(name), StandardCharsets.UTF_8));
        } catch (MalformedInputException binary) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static List<String> modules() {
        List<String> modules = new ArrayList<>();
        Matcher matcher = MODULE.matcher(text("pom.xml").orElseThrow());
        while (matcher.find()) {
            modules.add(matcher.group(1));
        }
        return modules;
    }

    /** The packages that a module has main sources in. */
    static Set<String> packagesOf(String module) {
        Path sources = root().resolve(module).resolve("src/main/java");
        if (!Files.isDirectory(sources)) {
            return Set.of();
        }
        try (Stream<Path> paths = Files.walk(sources)) {
            Set<String> packages = new TreeSet<>();
            paths.filter(path -> path.toString().endsWith(".java"))
                    .map(path -> sources.relativize(Objects.requireNonNull(path.getParent()))
                            .toString()
                            .replace('\\', '/')
                            .replace('/', '.'))
                    .forEach(packages::add);
            return packages;
        } catch (IOException e) {
            throw new UncheckedIOException(module, e);
        }
    }

    private static List<String> tracked() throws IOException, InterruptedException {
        // A checkout may belong to somebody else than who runs the tests; we only list it.
        Process git = new ProcessBuilder("git", "-c", "safe.directory=*", "ls-files", "-z")
                .directory(root().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (git.waitFor() != 0) {
            throw new IOException("git ls-files failed");
        }
        return Stream.of(out.split("\0", -1)).filter(name -> !name.isEmpty()).toList();
    }

    private static List<String> walked() throws IOException {
        try (Stream<Path> paths = Files.walk(root())) {
            return paths.map(path -> root().relativize(path).toString().replace('\\', '/'))
                    .filter(name -> Stream.of(name.split("/", -1)).noneMatch(NOT_OURS::contains))
                    .sorted()
                    .toList();
        }
    }
}
