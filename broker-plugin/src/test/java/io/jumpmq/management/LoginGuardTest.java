package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoginGuardTest {
    private static final long MINUTE = 60_000;

    private final LoginGuard guard = new LoginGuard();
    private final long now = 1_000_000;
    private InetAddress here = InetAddress.getLoopbackAddress();
    private InetAddress there = here;

    @BeforeEach
    void failTooOften() throws UnknownHostException {
        here = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        there = InetAddress.getByAddress(new byte[] {10, 0, 0, 2});
        for (int i = 0; i < LoginGuard.MOST_FAILURES; i++) {
            guard.require(here, "anna", now + i);
            guard.failed(here, "anna", now + i);
        }
    }

    @Test
    void whoeverGuessesWaits() {
        assertThatThrownBy(() -> guard.require(here, "anna", now + 100))
                .isInstanceOf(HttpError.class)
                .hasMessageContaining("wait a minute");
        assertThatThrownBy(() -> guard.require(here, "anna", now + MINUTE)).isInstanceOf(HttpError.class);
    }

    @Test
    void aMinuteLaterAllIsForgotten() {
        guard.require(here, "anna", now + MINUTE + 1);
        guard.failed(here, "anna", now + MINUTE + 1);
        assertThatCode(() -> guard.require(here, "anna", now + MINUTE + 2)).doesNotThrowAnyException();
    }

    @Test
    void othersBehindTheSameProxyDoNotWait() {
        assertThatCode(() -> guard.require(here, "ben", now + 100)).doesNotThrowAnyException();
    }

    @Test
    void theSameUserElsewhereDoesNotWait() {
        assertThatCode(() -> guard.require(there, "anna", now + 100)).doesNotThrowAnyException();
    }
}
