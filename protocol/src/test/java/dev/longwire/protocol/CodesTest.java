// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The codes in the program and in the docs are those of codes.json, and keep their ranges. */
final class CodesTest {

    @Test
    void generatedFilesAreWhatTheGeneratorMakes() throws IOException {
        Map<Path, String> files = CodesGenerator.files(Path.of(""));
        assertThat(files).hasSize(3);
        for (Map.Entry<Path, String> file : files.entrySet()) {
            assertThat(file.getKey()).content().as("run CodesGenerator").isEqualTo(file.getValue());
        }
    }

    @Test
    void everyCodeHasItsOwnNumberAndName() {
        Set<Object> seen = new LinkedHashSet<>();
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(seen.add(code.number())).isTrue();
            assertThat(seen.add(code.wire())).isTrue();
            assertThat(ErrorCode.of(code.number())).isEqualTo(code);
        }
        seen.clear();
        for (CloseCode code : CloseCode.values()) {
            assertThat(seen.add(code.number())).isTrue();
            assertThat(seen.add(code.wire())).isTrue();
            assertThat(CloseCode.of(code.number())).isEqualTo(code);
        }
        assertThat(ErrorCode.of(0)).isNull();
        assertThat(CloseCode.of(0)).isNull();
    }

    @Test
    void errorsThatCloseNameACloseCode() {
        for (ErrorCode code : ErrorCode.values()) {
            CloseCode close = code.close();
            assertThat(close == null ? 0 : close.number()).isEqualTo(code.closeNumber());
        }
        assertThat(ErrorCode.MALFORMED.close()).isEqualTo(CloseCode.INVALID_PAYLOAD);
        assertThat(ErrorCode.UNKNOWN_TYPE.close()).isNull();
    }

    @Test
    void theRangeSaysWhetherToReconnect() {
        for (CloseCode code : CloseCode.values()) {
            if (code.number() < 4000) {
                continue;
            }
            CloseCode.Reconnect expected = code.number() < 4200
                    ? CloseCode.Reconnect.SAME
                    : code.number() < 4400 ? CloseCode.Reconnect.FRESH : CloseCode.Reconnect.NO;
            assertThat(code.reconnect()).as(code.wire()).isEqualTo(expected);
        }
    }

    @Test
    void codesJsonIsReadWhole() throws IOException {
        String json = Files.readString(Path.of("codes.json"));
        int codes = json.split("\"code\":", -1).length - 1;
        assertThat(ErrorCode.values().length + CloseCode.values().length).isEqualTo(codes);
    }
}
