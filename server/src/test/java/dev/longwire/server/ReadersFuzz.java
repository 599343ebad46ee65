// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.server.FuzzTest.Target;

/**
 * The readers of {@link FuzzTest}, under Jazzer, which sees what code an input reaches. Whatever bytes come, they
 * answer and never throw. CONTRIBUTING.md has the commands; its agent would slow every other test of the same JVM, so no Java suite
 * has it, and what it finds goes into the corpus, which that one reads.
 */
final class ReadersFuzz {

    @com.code_intelligence.jazzer.junit.FuzzTest
    void json(byte[] bytes) {
        Target.JSON.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void cbor(byte[] bytes) {
        Target.CBOR.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void pollJson(byte[] bytes) {
        Target.POLL_JSON.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void pollCbor(byte[] bytes) {
        Target.POLL_CBOR.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void publications(byte[] bytes) {
        Target.PUBLICATIONS.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void bridge(byte[] bytes) {
        Target.BRIDGE.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void claims(byte[] bytes) {
        Target.CLAIMS.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void ticket(byte[] bytes) {
        Target.TICKET.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void websocket(byte[] bytes) {
        Target.WEBSOCKET.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void deflated(byte[] bytes) {
        Target.DEFLATED.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest
    void token(byte[] bytes) {
        Target.TOKEN.read(bytes);
    }
}
