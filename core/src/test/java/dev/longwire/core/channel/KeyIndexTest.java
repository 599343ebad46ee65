// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class KeyIndexTest {

    private static final long WINDOW = 60_000;

    private static KeyIndex.Hashed key(KeyIndex index, int number) {
        return index.hash("chat", "e", "u:ann", "k" + number);
    }

    @Test
    void aKeyIsKnownForAsLongAsTheWindow() {
        KeyIndex index = new KeyIndex(1, WINDOW, 1_000_000);
        // One each 100 ms for ten windows: each is known until it is older than the window, and not after.
        for (int i = 1; i <= 6_000; i++) {
            long now = i * 100L;
            index.add(key(index, i), i, 7, now);
            for (int back : new int[] {0, 1, 50, 300, 599, 600}) {
                KeyIndex.Found found = index.find(key(index, i - back), now);
                if (i - back >= 1) {
                    assertThat(found).as("%d back at %d", back, i).isNotNull();
                    assertThat(found.offset()).isEqualTo(i - back);
                    assertThat(found.content()).isEqualTo(7);
                }
            }
            assertThat(index.find(key(index, i - 601), now)).isNull();
        }
        assertThat(index.windowMillis(600_000)).isEqualTo(WINDOW);
    }

    @Test
    void scopesDoNotTouch() {
        KeyIndex index = new KeyIndex(1, WINDOW, 1_000);
        index.add(index.hash("chat", "e", "u:ann", "k"), 1, 7, 0);
        assertThat(index.find(index.hash("chat", "e", "u:ann", "k"), 0)).isNotNull();
        assertThat(index.find(index.hash("chat", "e", "u:bob", "k"), 0)).isNull();
        assertThat(index.find(index.hash("chat", "f", "u:ann", "k"), 0)).isNull();
        assertThat(index.find(index.hash("chatx", "e", "u:ann", "k"), 0)).isNull();
        assertThat(index.find(index.hash("chat", "e", "u:an", "nk"), 0)).isNull();
    }

    @Test
    void contentsDiffer() {
        KeyIndex index = new KeyIndex(1, WINDOW, 1_000);
        byte[] text = "abc".getBytes(StandardCharsets.UTF_8);
        assertThat(index.content(text, false)).isEqualTo(index.content(text.clone(), false));
        assertThat(index.content(text, false)).isNotEqualTo(index.content(text, true));
        assertThat(index.content(text, false)).isNotEqualTo(index.content(new byte[0], false));
    }

    @Test
    void withoutRoomTheWindowShrinksAndSaysSo() {
        KeyIndex index = new KeyIndex(1, WINDOW, 100);
        for (int i = 1; i <= 600; i++) {
            long now = i * 1_000L;
            index.add(key(index, i), i, 7, now);
            long window = index.windowMillis(now);
            assertThat(window).isLessThanOrEqualTo(WINDOW);
            // Whatever is stated is kept.
            for (int back = 0; back * 1_000L < window && back < i; back++) {
                assertThat(index.find(key(index, i - back), now)).isNotNull();
            }
        }
        KeyIndex crowded = new KeyIndex(1, WINDOW, 10);
        for (int i = 1; i <= 600; i++) {
            crowded.add(key(crowded, i), i, 7, i * 1_000L);
        }
        assertThat(crowded.windowMillis(600_000)).isLessThan(WINDOW);
    }

    @Test
    void whatWasWrittenOutIsReadBack() {
        KeyIndex index = new KeyIndex(1, WINDOW, 1_000);
        for (int i = 1; i <= 300; i++) {
            index.add(key(index, i), i, i * 3L, i * 300L);
        }
        StateWriter out = new StateWriter();
        index.write(out, 90_000);
        KeyIndex read = new KeyIndex(1, WINDOW, 1_000);
        read.read(new StateReader(out.toBytes()), 1_090_000);
        for (int i = 1; i <= 300; i++) {
            KeyIndex.Found found = read.find(key(read, i), 1_090_000);
            assertThat(found).isEqualTo(index.find(key(index, i), 90_000));
        }
        assertThat(read.find(key(read, 300), 1_090_000)).isNotNull();
        assertThat(read.find(key(read, 1), 1_090_000)).isNull();
    }
}
