package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long START = 5_000;

    private final Pace pace = new Pace(START);

    @Test
    void atFirstNothingNeedCome() {
        assertThat(pace.isTooSlow(0, START + Pace.GRACE_MILLIS)).isFalse();
        assertThat(pace.isTooSlow(0, START + Pace.GRACE_MILLIS + 1)).isTrue();
    }

    @Test
    void aByteNowAndThenIsTooLittle() {
        assertThat(pace.isTooSlow(Pace.GRACE_MILLIS / 1_000, START + Pace.GRACE_MILLIS + 1))
                .isTrue();
    }

    @Test
    void whoeverSendsSteadilyMayTakeLong() {
        for (long seconds = 0; seconds < 3_600; seconds++) {
            assertThat(pace.isTooSlow(seconds * 1_000 * Pace.MIN_BYTES_PER_MILLI, START + seconds * 1_000))
                    .isFalse();
        }
    }
}
