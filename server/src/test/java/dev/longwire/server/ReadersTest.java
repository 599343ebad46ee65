// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.server.FuzzTest.Target;

/**
 * The readers of {@link FuzzTest}, under Jazzer, which sees what code an input reaches. Whatever bytes come, they
 * answer and never throw. Its corpus lies beside it; in a plain run that is all that is read.
 */
final class ReadersTest {

    private static final long RUNS = 20_000;

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void json(byte[] bytes) {
        Target.JSON.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void cbor(byte[] bytes) {
        Target.CBOR.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void pollJson(byte[] bytes) {
        Target.POLL_JSON.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void pollCbor(byte[] bytes) {
        Target.POLL_CBOR.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void publications(byte[] bytes) {
        Target.PUBLICATIONS.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void bridge(byte[] bytes) {
        Target.BRIDGE.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void claims(byte[] bytes) {
        Target.CLAIMS.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void ticket(byte[] bytes) {
        Target.TICKET.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void websocket(byte[] bytes) {
        Target.WEBSOCKET.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void deflated(byte[] bytes) {
        Target.DEFLATED.read(bytes);
    }

    @com.code_intelligence.jazzer.junit.FuzzTest(maxDuration = "", maxExecutions = RUNS)
    void token(byte[] bytes) {
        Target.TOKEN.read(bytes);
    }
}
