// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads an event stream: which frames end in the piece at hand. */
final class Events {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private boolean any;

    List<String> read(byte[] bytes, int from, int to) {
        List<String> ended = new ArrayList<>(2);
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                line(line.toString(StandardCharsets.UTF_8), ended);
                line.reset();
            } else if (bytes[i] != '\r') {
                line.write(bytes[i]);
            }
        }
        return ended;
    }

    private void line(String text, List<String> ended) {
        if (text.startsWith(":")) {
            ended.add("sse.comment");
        } else if (text.startsWith("data:")) {
            data.append(text, text.startsWith("data: ") ? 6 : 5, text.length()).append('\n');
            any = true;
        } else if (text.isEmpty() && any) {
            List<String> types = FrameTypes.read(data.toString().getBytes(StandardCharsets.UTF_8), false).types;
            ended.addAll(types.isEmpty() ? List.of("sse.event") : types);
            data.setLength(0);
            any = false;
        }
    }
}
