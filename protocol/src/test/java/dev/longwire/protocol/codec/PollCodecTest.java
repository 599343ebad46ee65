// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.ServerFrame;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bodies of polls, and what stands around the frames of their answers. */
final class PollCodecTest {

    @Test
    void bodiesAreReadAsDocumented() {
        assertThat(json("{'seq':1,'wait':20000,'frames':[{'type':'connect','id':1,'nonce':'n'}]}"))
                .isEqualTo(good(new Poll(
                        null, 1, 0, 20_000, false, List.of(new ClientFrame.Connect(1, null, null, "n", false, null)))));
        assertThat(json("{'session':'s','seq':3,'ack':1,'stream':true,'frames':[{'type':'ping'},{'type':'x'}]}"))
                .isEqualTo(good(new Poll(
                        "s",
                        3,
                        1,
                        Poll.DEFAULT_WAIT,
                        true,
                        List.of(new ClientFrame.Ping(), new ClientFrame.Bad(0, ErrorCode.UNKNOWN_TYPE, "type")))));
        assertThat(json("{'seq':9,'x':{'frames':[1]},'y':[[]]}"))
                .isEqualTo(good(new Poll(null, 9, 8, Poll.DEFAULT_WAIT, false, List.of())));
        assertThat(cbor("a2 'frames' 81 a1 'type' 'ping' 'seq' 02"))
                .isEqualTo(good(new Poll(null, 2, 1, Poll.DEFAULT_WAIT, false, List.of(new ClientFrame.Ping()))));
    }

    private static PollCodec.Body good(Poll poll) {
        return new PollCodec.Body(poll, null, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1|NOT_A_FRAME|",
                "[]|NOT_A_FRAME|",
                "[{'seq':1}]|NOT_A_FRAME|",
                "{|MALFORMED|",
                "{'seq':1}{|MALFORMED|",
                "{'seq':1,'seq':1}|DUPLICATE_FIELD|",
                "{'seq':1,'frames':[],'frames':[]}|DUPLICATE_FIELD|",
                "{'seq':1,'frames':[1]}|NOT_A_FRAME|",
                "{'seq':1,'frames':[[]]}|NOT_A_FRAME|",
                "{'seq':1,'frames':[{'a':1,'a':1}]}|DUPLICATE_FIELD|",
                "{}|MISSING_FIELD|seq",
                "{'seq':0}|INVALID_FIELD|seq",
                "{'seq':1.0}|INVALID_FIELD|seq",
                "{'seq':1,'ack':-1}|INVALID_FIELD|ack",
                "{'seq':1,'wait':'1'}|INVALID_FIELD|wait",
                "{'seq':1,'stream':1}|INVALID_FIELD|stream",
                "{'seq':1,'session':null}|INVALID_FIELD|session",
                "{'seq':1,'frames':{}}|INVALID_FIELD|frames",
                "{'seq':1,'frames':null}|INVALID_FIELD|frames",
            })
    void isRefused(String body, ErrorCode fault, @Nullable String field) {
        assertThat(json(body)).isEqualTo(new PollCodec.Body(null, fault, field));
    }

    @Test
    void framesAreAsDeepAsInAWebSocketMessage() {
        for (String open : List.of("[", "{'a':")) {
            String close = open.equals("[") ? "]" : "}";
            String fits = open.repeat(31) + "1" + close.repeat(31);
            String deep = open.repeat(32) + "1" + close.repeat(32);
            assertThat(json("{'seq':1,'frames':[{'type':'ping','x':" + fits + "}]}")
                            .fault())
                    .isNull();
            assertThat(json("{'seq':1,'frames':[{'type':'ping','x':" + deep + "}]}")
                            .fault())
                    .isEqualTo(ErrorCode.TOO_DEEP);
        }
        assertThat(cbor("a2 'seq' 01 'frames' 81 a2 'type' 'ping' 'x'" + "81".repeat(31) + "00")
                        .fault())
                .isNull();
        assertThat(cbor("a2 'seq' 01 'frames' 81 a2 'type' 'ping' 'x'" + "81".repeat(32) + "00")
                        .fault())
                .isEqualTo(ErrorCode.TOO_DEEP);
    }

    @Test
    void atMost128Frames() {
        String ping = ",{'type':'ping'}";
        assertThat(json("{'seq':1,'frames':[{'type':'ping'}" + ping.repeat(127) + "]}")
                        .fault())
                .isNull();
        assertThat(json("{'seq':1,'frames':[{'type':'ping'}" + ping.repeat(128) + "]}")
                        .fault())
                .isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
    }

    @Test
    void answersHaveTheirFramesInAnArray() {
        assertThat(new String(answer(Format.JSON), UTF_8))
                .isEqualTo("{\"seq\":258,\"frames\":[{\"type\":\"pong\"},{\"type\":\"pong\"}]}");
        String pong = HexFormat.of().formatHex(Codec.of(Format.CBOR).encode(new ServerFrame.Pong()));
        assertThat(HexFormat.of().formatHex(answer(Format.CBOR)))
                .isEqualTo("a2" + HexFormat.of().formatHex(HostileCborTest.bytes("'seq'")) + "1b0000000000000102"
                        + HexFormat.of().formatHex(HostileCborTest.bytes("'frames'")) + "9f" + pong + pong + "ff");
    }

    private static byte[] answer(Format format) {
        ByteSink sink = new ByteSink();
        PollCodec codec = PollCodec.of(format);
        codec.begin(sink, 258);
        Codec.of(format).encode(new ServerFrame.Pong(), sink);
        codec.between(sink);
        Codec.of(format).encode(new ServerFrame.Pong(), sink);
        codec.end(sink);
        return sink.toByteArray();
    }

    private static PollCodec.Body json(String body) {
        byte[] bytes = body.replace('\'', '"').getBytes(UTF_8);
        return PollCodec.of(Format.JSON).decode(bytes, 0, bytes.length);
    }

    private static PollCodec.Body cbor(String hex) {
        byte[] bytes = HostileCborTest.bytes(hex);
        return PollCodec.of(Format.CBOR).decode(bytes, 0, bytes.length);
    }
}
