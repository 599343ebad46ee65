// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.bridge;

import java.util.List;

/** What travels at once: in a WebSocket message, in a poll, or in its answer. */
public record Body(ClientHead head, List<Piece> pieces) {
    public Body {
        pieces = List.copyOf(pieces);
    }
}
