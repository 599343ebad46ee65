// SPDX-License-Identifier: Apache-2.0
package java.io;

/** Thrown for text in a broken encoding. */
public class CharConversionException extends IOException {

    private static final long serialVersionUID = 1L;

    public CharConversionException() {}

    public CharConversionException(String message) {
        super(message);
    }
}
