// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.event.Event.SessionClosed;
import dev.longwire.core.event.Event.SessionOpened;
import dev.longwire.core.event.Event.SessionResumed;
import dev.longwire.core.event.Event.UserOffline;
import dev.longwire.core.event.Event.UserOnline;
import dev.longwire.core.event.Event.Who;
import dev.longwire.protocol.CloseCode;
import org.junit.jupiter.api.Test;

final class UsersTest {

    private static final Who PHONE = new Who("c-1", "ann");
    private static final Who DESK = new Who("c-2", "ann");

    private final Users users = new Users();

    @Test
    void aUserIsOnlineFromTheFirstSessionToTheLast() {
        assertThat(users.after(new SessionOpened(PHONE, null), 100)).isEqualTo(new UserOnline("ann", 100));
        assertThat(users.after(new SessionOpened(DESK, null), 100)).isNull();
        assertThat(users.after(new SessionResumed(PHONE, null, 2), 100)).isNull();
        assertThat(users.after(new SessionClosed(PHONE, CloseCode.NORMAL), 100)).isNull();
        assertThat(users.count()).isEqualTo(1);
        assertThat(users.after(new SessionClosed(DESK, CloseCode.EXPIRED), 100)).isEqualTo(new UserOffline("ann", 101));
        assertThat(users.count()).isZero();
    }

    @Test
    void versionsGrowWhateverTheClockDoes() {
        users.after(new SessionOpened(PHONE, null), 1_000);
        assertThat(users.after(new SessionClosed(PHONE, CloseCode.NORMAL), 5)).isEqualTo(new UserOffline("ann", 1_001));
        assertThat(users.after(new SessionOpened(PHONE, null), 5_000)).isEqualTo(new UserOnline("ann", 5_000));
    }

    @Test
    void nobodyInParticularIsNoUser() {
        Who nobody = new Who("c-3", null);
        assertThat(users.after(new SessionOpened(nobody, null), 1)).isNull();
        assertThat(users.after(new SessionClosed(nobody, CloseCode.NORMAL), 1)).isNull();
        assertThat(users.count()).isZero();
    }
}
