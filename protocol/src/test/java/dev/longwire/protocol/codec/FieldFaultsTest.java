// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with one frame, and the field that is named for it. */
final class FieldFaultsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'publish','channel':'a','data':1}|0|MISSING_FIELD|id",
                "{'type':'publish','id':0,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':-1,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':1.0,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':1e0,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':'1','channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':null,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':[1],'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':9007199254740992,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{'type':'publish','id':18446744073709551617,'channel':'a','data':1}|0|INVALID_FIELD|id",
                "{}|0|MISSING_FIELD|type",
                "{'id':7,'channel':'a'}|7|MISSING_FIELD|type",
                "[{'id':7}]|7|MISSING_FIELD|type",
                "{'type':'nope','id':7}|7|UNKNOWN_TYPE|type",
                "{'type':'nope'}|0|UNKNOWN_TYPE|type",
                "{'type':'','id':7}|7|UNKNOWN_TYPE|type",
                "{'type':'Ping'}|0|UNKNOWN_TYPE|type",
                "{'type':7,'id':7}|7|INVALID_FIELD|type",
                "{'type':null,'id':7}|7|INVALID_FIELD|type",
                "{'type':{'type':'ping'},'id':7}|7|INVALID_FIELD|type",
                "{'type':'publish','id':7,'data':1}|7|MISSING_FIELD|channel",
                "{'type':'publish','id':7,'channel':5,'data':1}|7|INVALID_FIELD|channel",
                "{'type':'publish','id':7,'channel':'','data':1}|7|BAD_CHANNEL|channel",
                "{'type':'publish','id':7,'channel':'$presence:1','data':1}|7|BAD_CHANNEL|channel",
                "{'type':'publish','id':7,'channel':'a b','data':1}|7|BAD_CHANNEL|channel",
                "{'type':'publish','id':7,'channel':'é','data':1}|7|BAD_CHANNEL|channel",
                "{'type':'publish','id':7,'channel':'a'}|7|MISSING_FIELD|data",
                "{'type':'publish','id':7,'channel':'a','data':1,'data64':''}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':1}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'A'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AQ'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AQ='}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AR=='}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AQJ='}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'===='}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'A==='}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'A=QI'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AQ I'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AQ\\nI'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'A-_I'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data64':'AQIé'}|7|INVALID_FIELD|data64",
                "{'type':'publish','id':7,'channel':'a','data':1,'key':1}|7|INVALID_FIELD|key",
                "{'type':'publish','id':7,'channel':'a','data':1,'key':null}|7|INVALID_FIELD|key",
                "{'type':'publish','id':7,'channel':'a','data':1,'key':'\\ud800'}|7|INVALID_FIELD|key",
                "{'type':'publish','id':7,'channel':'a','data':1,'slot':[]}|7|INVALID_FIELD|slot",
                "{'type':'publish','id':7,'channel':'a','data':1,'retry':1}|7|INVALID_FIELD|retry",
                "{'type':'publish','id':7,'channel':'a','data':1,'headers':[]}|7|INVALID_FIELD|headers",
                "{'type':'publish','id':7,'channel':'a','data':1,'headers':'a'}|7|INVALID_FIELD|headers",
                "{'type':'publish','id':7,'channel':'a','data':1,'headers':{'a':1}}|7|INVALID_FIELD|headers",
                "{'type':'publish','id':7,'channel':'a','data':1,'headers':{'a':{}}}|7|INVALID_FIELD|headers",
                "{'type':'publish','id':7,'channel':'a','data':1,'headers':{'a':'\\udc00'}}|7|INVALID_FIELD|headers",
                "{'type':'publish','id':7,'channel':'a','data':1,'headers':{'\\udc00':''}}|7|INVALID_FIELD|headers",
                "{'type':'subscribe','id':7}|7|MISSING_FIELD|channel",
                "{'type':'subscribe','id':7,'channel':'a','since':5}|7|INVALID_FIELD|since",
                "{'type':'subscribe','id':7,'channel':'a','since':[]}|7|INVALID_FIELD|since",
                "{'type':'subscribe','id':7,'channel':'a','since':{}}|7|MISSING_FIELD|since.epoch",
                "{'type':'subscribe','id':7,'channel':'a','since':{'epoch':'e'}}|7|MISSING_FIELD|since.offset",
                "{'type':'subscribe','id':7,'channel':'a','since':{'epoch':1,'offset':1}}|7|INVALID_FIELD|since.epoch",
                "{'type':'subscribe','id':7,'channel':'a','since':{'epoch':'e','offset':-1}}|7|INVALID_FIELD|since.offset",
                "{'type':'subscribe','id':7,'channel':'a','since':{'epoch':'e','offset':1.5}}|7|INVALID_FIELD|since.offset",
                "{'type':'subscribe','id':7,'channel':'a','since':{'epoch':'e','offset':1},'last':1}|7|INVALID_FIELD|last",
                "{'type':'subscribe','id':7,'channel':'a','last':-1}|7|INVALID_FIELD|last",
                "{'type':'subscribe','id':7,'channel':'a','last':'1'}|7|INVALID_FIELD|last",
                "{'type':'subscribe','id':7,'channel':'a','presence':1}|7|INVALID_FIELD|presence",
                "{'type':'subscribe','id':7,'channel':'a','presence':[]}|7|INVALID_FIELD|presence",
                "{'type':'history','id':7,'channel':'a','limit':0}|7|INVALID_FIELD|limit",
                "{'type':'history','id':7,'channel':'a','before':{'epoch':'e','offset':1}}|7|INVALID_FIELD|before",
                "{'type':'history','id':7,'channel':'a','since':{'epoch':'e','offset':1},'reverse':true}|7|INVALID_FIELD|since",
                "{'type':'history','id':7,'channel':'a','since':{'epoch':'e','offset':1},'key':'k'}|7|INVALID_FIELD|since",
                "{'type':'presence','id':7,'channel':'a'}|7|MISSING_FIELD|action",
                "{'type':'presence','id':7,'channel':'a','action':'jump'}|7|INVALID_FIELD|action",
                "{'type':'call','id':7}|7|MISSING_FIELD|method",
                "{'type':'refresh','id':7}|7|MISSING_FIELD|token",
                "{'type':'connect','token':'t'}|0|MISSING_FIELD|id",
                "{'type':'connect','id':7,'token':7}|7|INVALID_FIELD|token",
                "{'type':'connect','id':7,'batch':'yes'}|7|INVALID_FIELD|batch",
                "{'type':'connect','id':7,'resume':'s'}|7|INVALID_FIELD|resume",
                "{'type':'connect','id':7,'resume':null}|7|INVALID_FIELD|resume",
                "{'type':'connect','id':7,'resume':{'session':1}}|7|INVALID_FIELD|resume.session",
                "{'type':'connect','id':7,'resume':{'turn':0}}|7|INVALID_FIELD|resume.turn",
                "{'type':'connect','id':7,'resume':{'channels':[]}}|7|INVALID_FIELD|resume.channels",
                "{'type':'connect','id':7,'resume':{'channels':[{'channel':'a'}]}}|7|INVALID_FIELD|resume.channels",
                "{'type':'connect','id':7,'resume':{'channels':{'a':1}}}|7|INVALID_FIELD|resume.channels",
                "{'type':'connect','id':7,'resume':{'channels':{'':{}}}}|7|BAD_CHANNEL|resume.channels.channel",
                "{'type':'connect','id':7,'resume':{'channels':{'a':{'epoch':'e'}}}}|7|MISSING_FIELD|resume.channels.offset",
                "{'type':'connect','id':7,'resume':{'channels':{'a':{'since':{}}}}}|7|MISSING_FIELD|resume.channels.since.epoch",
            })
    void isNamed(String json, long id, ErrorCode code, String field) {
        assertThat(decode(json)).containsExactly(new ClientFrame.Bad(id, code, field));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "128|{'type':'publish','id':7,'channel':'a','data':1,'key':'%'}|key",
                "128|{'type':'publish','id':7,'channel':'a','data':1,'slot':'%'}|slot",
                "64|{'type':'publish','id':7,'channel':'a','data':1,'headers':{'%':''}}|headers",
                "1024|{'type':'publish','id':7,'channel':'a','data':1,'headers':{'a':'%'}}|headers",
                "128|{'type':'connect','id':7,'nonce':'%'}|nonce",
                "128|{'type':'connect','id':7,'agent':'%'}|agent",
                "16384|{'type':'connect','id':7,'token':'%'}|token",
                "16384|{'type':'refresh','id':7,'token':'%'}|token",
                "1024|{'type':'connect','id':7,'resume':{'session':'%'}}|resume.session",
                "128|{'type':'call','id':7,'method':'%'}|method",
                "128|{'type':'history','id':7,'channel':'a','key':'%'}|key",
            })
    void hasALongestLength(int max, String json, String field) {
        assertThat(decode(json.replace("%", "é".repeat(max))).getFirst()).isNotInstanceOf(ClientFrame.Bad.class);
        assertThat(decode(json.replace("%", "é".repeat(max + 1))))
                .containsExactly(new ClientFrame.Bad(7, ErrorCode.TOO_LARGE, field));
    }

    @Test
    void listsHaveALongestLengthToo() {
        assertThat(decode("{'type':'publish','id':7,'channel':'a','data':1,'headers':{" + entries(16, "''") + "}}")
                        .getFirst())
                .isInstanceOf(ClientFrame.Publish.class);
        assertThat(decode("{'type':'publish','id':7,'channel':'a','data':1,'headers':{" + entries(17, "''") + "}}"))
                .containsExactly(new ClientFrame.Bad(7, ErrorCode.TOO_LARGE, "headers"));
        assertThat(decode("{'type':'connect','id':7,'resume':{'channels':{" + entries(128, "{}") + "}}}")
                        .getFirst())
                .isInstanceOf(ClientFrame.Connect.class);
        assertThat(decode("{'type':'connect','id':7,'resume':{'channels':{" + entries(129, "{}") + "}}}"))
                .containsExactly(new ClientFrame.Bad(7, ErrorCode.TOO_LARGE, "resume.channels"));
    }

    private static String entries(int count, String value) {
        StringBuilder entries = new StringBuilder();
        for (int i = 0; i < count; i++) {
            entries.append(i == 0 ? "" : ",")
                    .append("'n")
                    .append(i)
                    .append("':")
                    .append(value);
        }
        return entries.toString();
    }

    @Test
    void fieldsComeInAnyOrderAndStrangersAreIgnored() {
        ClientFrame expected =
                decode("{'type':'publish','id':1,'channel':'a','data':[1]}").getFirst();
        assertThat(expected).isInstanceOf(ClientFrame.Publish.class);
        assertThat(decode("{'data':[1],'channel':'a','id':1,'type':'publish'}")).containsExactly(expected);
        assertThat(decode("{'x':{'type':[{}]},'data':[1],'channel':'a','id':1,'y':null,'type':'publish','':0}"))
                .containsExactly(expected);
    }

    @Test
    void fieldsThatATypeDoesNotHaveAreStrangersToIt() {
        assertThat(decode("{'type':'ping','id':'x','channel':5,'data64':'?','headers':[],'resume':{'channels':1}}"))
                .containsExactly(new ClientFrame.Ping());
    }

    @Test
    void presenceOfASubscribeIsABooleanOrAMap() {
        for (String presence : List.of("true", "{}", "{'x':[{}]}")) {
            assertThat(decode("{'type':'subscribe','id':1,'channel':'a','presence':" + presence + "}"))
                    .isEqualTo(decode("{'presence':true,'type':'subscribe','id':1,'channel':'a'}"));
        }
        assertThat(decode("{'type':'subscribe','id':1,'channel':'a','presence':{'epoch':'p','version':5}}"))
                .containsExactly(
                        new ClientFrame.Subscribe(1, new Want("a", null, 0, true, new Position("p", 5)), false));
        assertThat(decode("{'type':'subscribe','id':1,'channel':'a','presence':false}"))
                .isEqualTo(decode("{'type':'subscribe','id':1,'channel':'a'}"));
    }

    @Test
    void entriesOfAResumeMayBeWholeBodiesOfASubscribe() {
        assertThat(
                        decode(
                                "{'type':'connect','id':1,'resume':{'channels':{'a':{'since':{'epoch':'e','offset':4},'channel':'b'}}}}"))
                .isEqualTo(decode("{'type':'connect','id':1,'resume':{'channels':{'a':{'epoch':'e','offset':4}}}}"));
    }

    @Test
    void countsBeyondAnIntAreTheLargestInt() {
        assertThat(decode("{'type':'history','id':1,'channel':'a','limit':9007199254740991}"))
                .containsExactly(new ClientFrame.History(1, "a", null, null, Integer.MAX_VALUE, false, null));
    }

    private static List<ClientFrame> decode(String json) {
        byte[] bytes = json.replace('\'', '"').getBytes(UTF_8);
        return Codec.of(Format.JSON).decode(bytes, 0, bytes.length);
    }
}
