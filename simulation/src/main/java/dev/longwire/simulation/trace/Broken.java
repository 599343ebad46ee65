// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

/** A promise was broken. */
public final class Broken extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int promise;

    /** @param promise its number; 0 for a rule of the protocol that has none */
    public Broken(int promise, String what) {
        super((promise == 0 ? "protocol" : "promise " + promise) + ": " + what);
        this.promise = promise;
    }

    public int promise() {
        return promise;
    }
}
