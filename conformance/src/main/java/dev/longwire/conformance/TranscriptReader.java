// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.SlowPolicy;
import dev.longwire.protocol.codec.Format;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the text of a transcript; {@code protocol/transcripts/README.md} describes the format. */
final class TranscriptReader {

    private String title = "";
    private List<Format> formats = List.of(Format.JSON, Format.CBOR);
    private final Map<String, Long> settings = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private int line;

    private TranscriptReader() {}

    static Transcript read(String text) {
        TranscriptReader reader = new TranscriptReader();
        int start = 0;
        while (start < text.length()) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            reader.line++;
            reader.line(text.substring(start, end));
            start = end + 1;
        }
        if (reader.title.isEmpty() || reader.steps.isEmpty()) {
            throw new TranscriptException("a transcript has a title and steps");
        }
        return new Transcript(reader.title, reader.formats, reader.settings, reader.steps);
    }

    private void line(String text) {
        if (text.isBlank() || text.charAt(0) == '#') {
            return;
        }
        int arrow = text.indexOf("> ");
        if (arrow > 0 && isArrow(text.substring(0, arrow))) {
            steps.add(message(text.substring(0, arrow), text.substring(arrow + 2)));
            return;
        }
        int colon = text.indexOf(": ");
        if (colon > 0) {
            header(text.substring(0, colon), text.substring(colon + 2).strip());
            return;
        }
        int space = text.indexOf(' ');
        String word = space < 0 ? text : text.substring(0, space);
        steps.add(event(word, space < 0 ? "" : text.substring(space + 1).strip()));
    }

    /** Whether this is {@code C}, {@code S}, {@code P} or {@code A}, a number or none, and {@code #} or {@code ~} or none. */
    private static boolean isArrow(String text) {
        if ("CSPA".indexOf(text.charAt(0)) < 0) {
            return false;
        }
        int end = isMark(text.charAt(text.length() - 1)) ? text.length() - 1 : text.length();
        for (int i = 1; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean isMark(char c) {
        return c == '#' || c == '~';
    }

    private Step message(String arrow, String text) {
        char last = arrow.charAt(arrow.length() - 1);
        int connection = connection(isMark(last) ? arrow.substring(1, arrow.length() - 1) : arrow.substring(1));
        if (arrow.charAt(0) == 'C' && last == '#') {
            return new Step.SendBytes(line, connection, Hex.bytes(line, text));
        }
        if (arrow.charAt(0) == 'C' && last != '~') {
            return new Step.Send(line, connection, text);
        }
        if (arrow.charAt(0) == 'S' && last != '#') {
            return new Step.Expect(line, connection, text, last == '~');
        }
        if (arrow.charAt(0) == 'P' && !isMark(last)) {
            return new Step.Post(line, connection, text);
        }
        if (arrow.charAt(0) == 'A' && !isMark(last)) {
            return new Step.ExpectAnswer(line, connection, text);
        }
        throw new TranscriptException(line, "no such arrow");
    }

    private Step event(String word, String rest) {
        int letters = word.length();
        while (letters > 0 && Character.isDigit(word.charAt(letters - 1))) {
            letters--;
        }
        int connection = connection(word.substring(letters));
        return switch (word.substring(0, letters)) {
            case "open" -> new Step.Open(line, connection);
            case "cut" -> new Step.Cut(line, connection);
            case "close" -> new Step.ExpectClose(line, connection, (int) number(rest));
            case "refused" -> refusal(connection, rest);
            case "probe" -> new Step.ExpectProbe(line, connection);
            case "heard" -> new Step.Heard(line, connection);
            case "stall" -> new Step.Flow(line, connection, true);
            case "drain" -> new Step.Flow(line, connection, false);
            case "@ms" -> new Step.Advance(line, number(rest));
            case "shutdown" -> new Step.Shutdown(line, number(rest));
            case "assign" -> assign(rest, true);
            case "unassign" -> assign(rest, false);
            default -> throw new TranscriptException(line, "no such step: " + word);
        };
    }

    private Step assign(String rest, boolean begins) {
        int space = rest.indexOf(' ');
        if (space < 0) {
            throw new TranscriptException(line, "a user and a channel");
        }
        return new Step.Assign(line, rest.substring(0, space), rest.substring(space + 1), begins);
    }

    private Step refusal(int connection, String rest) {
        int space = rest.indexOf(' ');
        if (space < 0) {
            throw new TranscriptException(line, "refused: a status and a name");
        }
        return new Step.ExpectRefusal(
                line, connection, (int) number(rest.substring(0, space)), rest.substring(space + 1));
    }

    private void header(String name, String value) {
        if (!steps.isEmpty()) {
            throw new TranscriptException(line, "headers come before the first step");
        }
        switch (name) {
            case "title" -> title = value;
            case "formats" -> formats = formats(value);
            case "slow" -> settings.put(name, slow(value));
            default -> settings.put(name, number(value));
        }
    }

    private List<Format> formats(String value) {
        return switch (value) {
            case "json" -> List.of(Format.JSON);
            case "cbor" -> List.of(Format.CBOR);
            case "json cbor" -> List.of(Format.JSON, Format.CBOR);
            default -> throw new TranscriptException(line, "formats: json, cbor or json cbor");
        };
    }

    private long slow(String value) {
        for (SlowPolicy.Action action : SlowPolicy.Action.values()) {
            if (action.name().equalsIgnoreCase(value)) {
                return action.ordinal();
            }
        }
        throw new TranscriptException(line, "slow: reset, latest or cut");
    }

    private int connection(String digits) {
        return digits.isEmpty() ? 1 : (int) number(digits);
    }

    private long number(String digits) {
        if (digits.isEmpty() || digits.length() > 15) {
            throw new TranscriptException(line, "not a number: " + digits);
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new TranscriptException(line, "not a number: " + digits);
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
