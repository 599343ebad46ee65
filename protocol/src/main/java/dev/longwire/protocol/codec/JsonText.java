// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;

/** JSON text on its own: what a CBOR frame carries as {@code data}. */
final class JsonText {

    private JsonText() {}

    /** Whether the bytes, which are UTF-8, are one JSON value that could stand in a JSON frame. */
    static boolean valid(byte[] utf8, int maxDepth) {
        boolean first = true;
        while (true) {
            try (JsonParser parser = Parsers.JSON.parser(utf8, 0, utf8.length)) {
                Tokens tokens = new Tokens(parser, utf8, 0, maxDepth);
                if (tokens.next() == null) {
                    return false;
                }
                tokens.skip();
                return tokens.next() == null;
            } catch (StreamConstraintsException names) {
                if (!first) {
                    return false;
                }
                first = false;
                Parsers.JSON.renew();
            } catch (IOException fault) {
                return false;
            }
        }
    }
}
