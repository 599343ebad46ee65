// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ClientCodec;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.simulation.ground.Plan;
import java.util.List;

/** Frames become bytes and frames again, in the worlds that want that; else they pass as they are. */
final class Wire {

    private Wire() {}

    static ClientFrame up(Plan plan, Carrier.Form form, ClientFrame frame) {
        if (!plan.encoded()) {
            return frame;
        }
        byte[] bytes = ClientCodec.of(format(form)).encode(frame);
        List<ClientFrame> frames = Codec.of(format(form)).decode(bytes, 0, bytes.length);
        if (frames.size() != 1) {
            throw new IllegalStateException("not one frame");
        }
        return frames.get(0);
    }

    static ServerFrame down(Plan plan, Carrier.Form form, ServerFrame frame) {
        if (!plan.encoded()) {
            return frame;
        }
        byte[] bytes = Codec.of(format(form)).encode(frame);
        return ClientCodec.of(format(form)).decodeServer(bytes, 0, bytes.length);
    }

    private static Format format(Carrier.Form form) {
        return form == Carrier.Form.WS_CBOR ? Format.CBOR : Format.JSON;
    }
}
