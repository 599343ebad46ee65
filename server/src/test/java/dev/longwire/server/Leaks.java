// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What nobody may read off the server: tokens and keys, all of which have a canary in these tests, and tickets. Answers that have
 * no business with them are looked at as they come; tickets are written down, so that {@code .verify/90-e2e-secrets} can look for
 * them in the logs of the whole run.
 */
final class Leaks {

    private static final Pattern SECRET =
            Pattern.compile("canary|eyJ[\\w-]{8,}\\.[\\w-]+\\.|[\\w-]{22}\\.[0-9a-z]{1,13}\\.[\\w-]{22}");
    private static final Pattern ISSUED = Pattern.compile("\"(?:session|ticket)\":\"([\\w.-]{22,})\"");
    private static final Path ISSUED_FILE =
            Path.of("target", "issued", ProcessHandle.current().pid() + ".txt");

    private Leaks() {}

    /** An answer that has no secrets, whoever asked: a refusal, a page, figures. */
    static void none(String where, String text) {
        Matcher found = SECRET.matcher(text);
        if (found.find()) {
            throw new AssertionError(where + " gives away " + found.group() + ": " + text);
        }
    }

    /** Tickets in what a client was told. */
    static void issued(String text) {
        Matcher found = ISSUED.matcher(text);
        while (found.find()) {
            issuedOne(found.group(1));
        }
    }

    static void issuedOne(String ticket) {
        try {
            synchronized (ISSUED_FILE) {
                Files.createDirectories(ISSUED_FILE.getParent());
                Files.writeString(
                        ISSUED_FILE,
                        ticket + "\n",
                        StandardCharsets.US_ASCII,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
