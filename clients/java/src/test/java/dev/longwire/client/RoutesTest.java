// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which way is taken: the test says itself what time it is. */
final class RoutesTest {
    private final Routes routes = new Routes(List.of(Via.WEBSOCKET, Via.POLL), 15_000);

    /** Shows [CS35]. */
    @Test
    void threeThatDieYoungAreAVerdict() {
        for (int i = 0; i < 2; i++) {
            routes.connected(0);
            assertThat(routes.failed(9_999)).isFalse();
        }
        routes.connected(0);
        assertThat(routes.failed(9_999)).isTrue();
        assertThat(routes.via()).isEqualTo(Via.POLL);
    }

    /** Shows [CS35]. */
    @Test
    void oneThatLivedIsAPardon() {
        for (int i = 0; i < 2; i++) {
            routes.connected(0);
            assertThat(routes.failed(9_999)).isFalse();
        }
        routes.connected(0);
        assertThat(routes.failed(10_000)).isFalse();
        routes.connected(0);
        assertThat(routes.failed(1)).isFalse();
        assertThat(routes.via()).isEqualTo(Via.WEBSOCKET);
    }
}
