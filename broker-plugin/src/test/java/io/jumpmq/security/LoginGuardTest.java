package io.jumpmq.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoginGuardTest {
    private static final long MINUTE = 60_000;

    private long now = 1_000_000;
    private final LoginGuard guard = new LoginGuard(() -> now);
    private InetAddress here = InetAddress.getLoopbackAddress();
    private InetAddress there = here;

    @BeforeEach
    void failTooOften() throws UnknownHostException {
        here = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        there = InetAddress.getByAddress(new byte[] {10, 0, 0, 2});
        for (int i = 0; i < LoginGuard.MAX_FAILURES; i++) {
            assertThat(guard.admits(here, "anna")).isTrue();
            guard.failed(here, "anna");
        }
    }

    @Test
    void whoeverGuessesWaits() {
        assertThat(guard.admits(here, "anna")).isFalse();
        now += MINUTE;
        assertThat(guard.admits(here, "anna")).isFalse();
    }

    @Test
    void aMinuteLaterAllIsForgotten() {
        now += MINUTE + 1;
        assertThat(guard.admits(here, "anna")).isTrue();
        guard.failed(here, "anna");
        assertThat(guard.admits(here, "anna")).isTrue();
    }

    @Test
    void othersBehindTheSameProxyDoNotWait() {
        assertThat(guard.admits(here, "ben")).isTrue();
    }

    @Test
    void theSameUserElsewhereDoesNotWait() {
        assertThat(guard.admits(there, "anna")).isTrue();
    }
}
