// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The replayer can fail: each test changes a transcript that holds into one that doesn't. */
final class ReplayerTest {

    private static final String CONNECT = """
            title: a client connects and pings
            open
            C> {"type":"connect","id":1}
            S> {"type":"connected","id":1,"session":"$s","client":"$c","resumed":false,"turn":1,"user":null,"ping":25000,\
            "window":120000,"expires":null,"dedupe":300000}
            """;

    @Test
    void aTranscriptThatHoldsHasNoFaults() {
        assertThat(faults(CONNECT)).isEmpty();
    }

    @Test
    void aWrongValueIsAFault() {
        assertThat(faults(CONNECT.replace("\"turn\":1", "\"turn\":2")))
                .first()
                .asString()
                .contains("turn differs");
    }

    @Test
    void aMissingFieldIsAFault() {
        assertThat(faults(CONNECT.replace("\"turn\":1", "\"turn\":1,\"extra\":\"*\"")))
                .first()
                .asString()
                .contains("extra is missing");
    }

    @Test
    void anUnexpectedFieldIsAFault() {
        assertThat(faults(CONNECT.replace("\"turn\":1,", "")))
                .first()
                .asString()
                .contains("turn is too much");
    }

    @Test
    void aFrameThatNobodyExpectsIsAFault() {
        assertThat(faults(CONNECT + "C> {\"type\":\"ping\"}\n"))
                .first()
                .asString()
                .contains("nobody expected");
        assertThat(faults(CONNECT + "C> {\"type\":\"ping\"}\n@ms 1\n"))
                .first()
                .asString()
                .contains("before line 6: nobody expected");
    }

    @Test
    void aFrameThatDoesNotComeIsAFault() {
        assertThat(faults(CONNECT + "S> {\"type\":\"pong\"}\n")).containsOnly("line 5: nothing came");
        assertThat(faults(CONNECT + "close 4000\n")).containsOnly("line 5: nothing came");
        assertThat(faults(CONNECT + "S~> {\"type\":\"pong\"}\n")).containsOnly("line 5: nothing that fits came");
    }

    @Test
    void aNameStandsForOneValue() {
        String twice = CONNECT.replace("\"client\":\"$c\"", "\"client\":\"$s\"");
        assertThat(faults(twice)).first().asString().contains("client is not");
    }

    @Test
    void aPayloadIsComparedAsWritten() {
        String publish = CONNECT + """
                C> {"type":"publish","id":2,"channel":"a","data":{"n": 1.50}}
                S> {"type":"published","id":2,"channel":"a","epoch":"*","offset":1,"stored":"memory"}
                C> {"type":"history","id":3,"channel":"a"}
                S> {"type":"history","id":3,"channel":"a","epoch":"*","offset":1,"messages":[{"offset":1,"time":"*",\
                "from":null,"client":"$c","data":{"n": 1.50}}]}
                """;
        assertThat(faults(publish)).isEmpty();
        assertThat(faults(publish.replace("\"data\":{\"n\": 1.50}}]", "\"data\":{\"n\":1.5}}]")))
                .first()
                .asString()
                .contains("data differs");
    }

    @Test
    void whatIsNoTranscriptIsAFault() {
        assertThat(faults("")).containsOnly("a transcript has a title and steps");
        assertThat(faults("title: x\nnonsense\n")).containsOnly("line 2: no such step: nonsense");
        assertThat(faults("title: x\nopen\nC2> {}\n")).containsOnly("line 3: connection 2 was never opened");
        assertThat(faults("title: x\nsize: 5\nopen\n")).containsOnly("no such headers: [size]");
    }

    private static List<String> faults(String transcript) {
        return Replayer.replay("test", transcript).stream()
                .flatMap(outcome -> outcome.faults().stream())
                .distinct()
                .toList();
    }
}
