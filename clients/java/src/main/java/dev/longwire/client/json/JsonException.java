// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.json;

/** Text that is not the JSON it should be. The message names the place, and never repeats the text. */
public final class JsonException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    JsonException(String what) {
        super(what);
    }

    JsonException(String what, int at) {
        super(what + " at character " + (at + 1));
    }
}
