// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.codec.ClientCodec;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs as plain values, and back. */
final class Jobs {

    private Jobs() {}

    static void write(StateWriter out, Job job) {
        switch (job) {
            case Job.Door(Carrier carrier, ClientFrame.Connect connect) -> {
                out.flag(true);
                out.number(carrier.id());
                out.bytes(ClientCodec.of(Format.JSON).encode(connect));
            }
            case Job.Again(HubOutput.Reverify asked) -> {
                out.flag(false);
                out.text(asked.session());
                out.number(asked.turn());
                out.bytes(ClientCodec.of(Format.JSON).encode(asked.refresh()));
            }
        }
    }

    /** Null when the carrier is gone. */
    static @Nullable Job read(StateReader in, Map<Integer, Carrier> carriers) {
        if (in.flag()) {
            Carrier carrier = carriers.get(in.count());
            ClientFrame frame = frame(in.bytes());
            return carrier != null && frame instanceof ClientFrame.Connect connect
                    ? new Job.Door(carrier, connect)
                    : null;
        }
        String session = in.text();
        long turn = in.number();
        return frame(in.bytes()) instanceof ClientFrame.Refresh refresh
                ? new Job.Again(new HubOutput.Reverify(session, turn, refresh))
                : null;
    }

    private static ClientFrame frame(byte[] bytes) {
        return Codec.of(Format.JSON).decode(bytes, 0, bytes.length).get(0);
    }
}
