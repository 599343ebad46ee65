// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.Slice;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.ArrayList;
import java.util.List;

/** Messages that came from another object: each a finished frame in JSON. */
record StoredSlice(long from, long to, boolean conflated, int bytes, List<byte[]> messages) implements Slice {

    static void write(StateWriter out, LogSlice slice) {
        List<byte[]> messages = new ArrayList<>();
        slice.read((offset, bytes, start, length) -> {
            byte[] copy = new byte[length];
            System.arraycopy(bytes, start, copy, 0, length);
            messages.add(copy);
        });
        out.number(slice.from());
        out.number(slice.to());
        out.flag(slice.conflated());
        out.number(slice.bytes());
        out.number(messages.size());
        messages.forEach(out::bytes);
    }

    static StoredSlice read(StateReader in) {
        long from = in.number();
        long to = in.number();
        boolean conflated = in.flag();
        int bytes = in.count();
        int count = in.count();
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(in.bytes());
        }
        return new StoredSlice(from, to, conflated, bytes, messages);
    }
}
