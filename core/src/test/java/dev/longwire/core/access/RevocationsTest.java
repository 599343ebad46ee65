// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Principal;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import org.junit.jupiter.api.Test;

final class RevocationsTest {

    private static final long DAY = 86_400_000;

    private final Revocations revocations = new Revocations();

    private static Principal ann(String token, long issuedAtMillis) {
        return new Principal("ann", null, Capabilities.ALL, Narrowing.NONE, token, issuedAtMillis, 0);
    }

    @Test
    void aUsersEarlierTokensAreRefusedAndLaterOnesAreNot() {
        revocations.add(new Revocation(Revocation.Kind.USER, "ann", 5_500, DAY), 0);
        assertThat(revocations.refuse(ann("t", 4_000), 1)).isTrue();
        assertThat(revocations.refuse(ann("t", 5_000), 1)).as("the same second").isTrue();
        assertThat(revocations.refuse(ann("t", 0), 1)).as("of no known age").isTrue();
        assertThat(revocations.refuse(ann("t", 6_000), 1)).isFalse();
        assertThat(revocations.refuse(Principal.ofUser("bob"), 1)).isFalse();
        assertThat(revocations.refuse(Principal.ANONYMOUS, 1)).isFalse();
    }

    @Test
    void aTokenIsRefusedByItsId() {
        revocations.add(new Revocation(Revocation.Kind.TOKEN, "t1", 5_000, DAY), 0);
        assertThat(revocations.refuse(ann("t1", 9_000), 1)).isTrue();
        assertThat(revocations.refuse(ann("t2", 0), 1)).isFalse();
        assertThat(revocations.refuse(Principal.ofUser("t1"), 1))
                .as("a user of that name")
                .isFalse();
    }

    @Test
    void itIsRememberedForAsLongAsWasSaidAndNeverShorter() {
        revocations.add(new Revocation(Revocation.Kind.TOKEN, "t1", 0, 1_000), 0);
        revocations.add(new Revocation(Revocation.Kind.TOKEN, "t1", 0, 10), 500);
        assertThat(revocations.refuse(ann("t1", 0), 999)).isTrue();
        assertThat(revocations.refuse(ann("t1", 0), 1_000)).isFalse();
    }

    @Test
    void noneThatCountsIsForgottenForANewOne() {
        for (int i = 0; i < Revocations.MOST; i++) {
            revocations.add(new Revocation(Revocation.Kind.TOKEN, "t" + i, 0, i == 0 ? 10 : 1_000), 0);
        }
        assertThat(revocations.full(5)).isTrue();
        revocations.add(new Revocation(Revocation.Kind.TOKEN, "one more", 0, 1_000), 5);
        assertThat(revocations.refuse(ann("one more", 0), 6)).isFalse();
        revocations.add(new Revocation(Revocation.Kind.TOKEN, "t7", 0, 5_000), 5);
        assertThat(revocations.full(10)).as("t0 has had its time").isFalse();
        assertThat(revocations.size()).isEqualTo(Revocations.MOST - 1);
        assertThat(revocations.refuse(ann("t7", 0), 4_000)).isTrue();
    }

    @Test
    void theySurviveBeingWrittenOut() {
        revocations.add(new Revocation(Revocation.Kind.USER, "ann", 5_000, 1_000), 100);
        StateWriter out = new StateWriter();
        revocations.write(out, 600);
        Revocations copy = new Revocations();
        copy.read(new StateReader(out.toBytes()), 20_000);
        assertThat(copy.refuse(ann("t", 5_000), 20_499)).isTrue();
        assertThat(copy.refuse(ann("t", 5_001), 20_499)).isFalse();
        assertThat(copy.refuse(ann("t", 5_000), 20_500)).isFalse();
    }
}
