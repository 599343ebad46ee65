// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.access.Operation;
import dev.longwire.core.rate.Rate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CoreSettingsTest {

    /** Settings of namespaces stand under their names, and what one doesn't set is as for all. */
    private static CoreSettings of(Map<String, String> texts) {
        return new CoreSettings(new CoreSettings.Values() {
            @Override
            public @Nullable String text(String path, @Nullable String namespace) {
                String own = namespace == null ? null : texts.get(namespace + "/" + path);
                return own == null ? texts.get(path) : own;
            }

            @Override
            public RuntimeException wrong(String path, @Nullable String namespace, String why) {
                return new IllegalArgumentException(path + " " + why);
            }
        });
    }

    @Test
    void whatIsNotSetIsAsInTheRecords() {
        assertThat(of(Map.of()).limits()).isEqualTo(Limits.DEFAULT);
        assertThat(of(Map.of()).namespaces(List.of()).of("any")).isEqualTo(Namespaces.Settings.DEFAULT);
    }

    @Test
    void whatIsSetIsInForce() {
        CoreSettings settings = of(Map.of(
                "timeouts.ping", "3s",
                "limits.subscriptions", "7",
                "limits.frame_rate", "0",
                "retention.count", "5",
                "chat/retention.count", "9",
                "chat/slow.action", "cut",
                "chat/anonymous", "subscribe, history",
                "chat/publish_rate", "4"));
        assertThat(settings.limits().pingMillis()).isEqualTo(3_000);
        assertThat(settings.limits().subscriptions()).isEqualTo(7);
        assertThat(settings.limits().rates().frames()).isEqualTo(Rate.UNLIMITED);
        Namespaces namespaces = settings.namespaces(List.of("chat"));
        assertThat(namespaces.of("other:1").retention().count()).isEqualTo(5);
        Namespaces.Settings chat = namespaces.of("chat:1");
        assertThat(chat.retention().count()).isEqualTo(9);
        assertThat(chat.slow().action()).isEqualTo(SlowPolicy.Action.CUT);
        assertThat(chat.everybody()).containsExactlyInAnyOrder(Operation.SUBSCRIBE, Operation.HISTORY);
        assertThat(chat.publishes()).isEqualTo(Rate.perSecond(4, 1_000));
    }

    @ParameterizedTest
    @CsvSource({
        "timeouts.ping, 25",
        "timeouts.ping, 0",
        "limits.requests, 0",
        "limits.requests, 1KiB",
        "limits.requests, -1",
        "limits.requests, ''",
        "limits.byte_rate, much",
        "limits.burst, 1ms",
        "retention.bytes, 0",
        "retention.idle, 1s",
        "slow.action, stop",
        "presence.state, 1MiB",
        "presence.lease, 0",
        "presence.batch_from, 0",
        "anonymous, call",
        "anonymous, everything"
    })
    void whatIsWrongIsNamed(String path, String text) {
        CoreSettings settings = of(Map.of(path, text));
        assertThatThrownBy(() -> {
                    settings.limits();
                    settings.namespaces(List.of());
                })
                .hasMessageStartingWith(path + " ");
    }
}
