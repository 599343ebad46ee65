// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.bridge.Piece;

/** Pieces as state. */
final class PieceState {

    private static final int OPENED = 0;
    private static final int PART = 1;
    private static final int CLOSE = 2;

    private PieceState() {}

    static void write(Piece piece, StateWriter out) {
        switch (piece) {
            case Piece.Opened opened -> {
                out.number(OPENED);
                out.text(opened.subprotocol());
            }
            case Piece.Part part -> {
                out.number(PART);
                out.flag(part.binary());
                out.flag(part.last());
                out.bytes(part.bytes());
            }
            case Piece.Close close -> {
                out.number(CLOSE);
                out.number(close.code());
                out.text(close.reason());
            }
        }
    }

    static Piece read(StateReader in) {
        int kind = in.count();
        return switch (kind) {
            case OPENED -> new Piece.Opened(in.text());
            case PART -> new Piece.Part(in.flag(), in.flag(), in.bytes());
            case CLOSE -> new Piece.Close(in.count(), in.text());
            default -> throw new IllegalArgumentException("no piece is of kind " + kind);
        };
    }
}
