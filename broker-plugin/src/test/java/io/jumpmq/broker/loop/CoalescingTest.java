package io.jumpmq.broker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class CoalescingTest {
    private static final long MICRO = 1_000;
    private static final int MESSAGE_BYTES = 60;

    private static final long PAUSE = 100 * MICRO;

    /** What the kernel adds. */
    private static final long SLACK = 50 * MICRO;

    private final Coalescing coalescing = new Coalescing(PAUSE, 16_000);
    private long now = 1_000_000;
    private int windowsPaused;
    private int windowsPlain;

    /**
     * Lets {@code windows} windows of rounds pass, with one find in each.
     *
     * @param messages how many messages are there after so many nanoseconds
     * @param workNanos what a round takes beside its pause
     */
    private void play(int windows, DoubleUnaryOperator messages, long workNanos) {
        for (int i = 0; i < windows; i++) {
            boolean paused = false;
            for (int round = 0; round < Coalescing.WINDOW; round++) {
                long pause = coalescing.nextPause(now) == 0 ? 0 : PAUSE + SLACK;
                paused = pause > 0;
                now += pause + workNanos;
                coalescing.found((long) (MESSAGE_BYTES * messages.applyAsDouble((double) (pause + workNanos))));
            }
            if (paused) {
                windowsPaused++;
            } else {
                windowsPlain++;
            }
        }
    }

    @Test
    void aStreamOfSmallFindsIsCoalesced() {
        play(1_000, nanos -> Math.max(1, nanos / (10.0 * MICRO)), 10 * MICRO);
        assertThat(windowsPaused).isGreaterThan(950);
        assertThat(windowsPlain).as("it is doubted now and then").isGreaterThan(10);
    }

    @Test
    void whoeverWaitsForEachAnswerIsNotHeldUp() {
        play(100_000, nanos -> 1, 20 * MICRO);
        assertThat(windowsPaused).isBetween(1, 500);
    }

    @Test
    void aSmallPrefetchIsNotHeldUpThoughTwoComeAtOnce() {
        play(100_000, nanos -> Math.min(2, Math.max(1, nanos / (20.0 * MICRO))), 20 * MICRO);
        assertThat(windowsPaused).isBetween(1, 500);
    }

    @Test
    void aPauseThatNoLongerPaysIsGivenUp() {
        play(10, nanos -> Math.max(1, nanos / (10.0 * MICRO)), 10 * MICRO);
        assertThat(coalescing.nextPause(now)).isEqualTo(PAUSE);
        play(2, nanos -> 1, 20 * MICRO);
        assertThat(coalescing.nextPause(now)).isZero();
    }

    @Test
    void whatComesRarelyIsNeverHeldUp() {
        play(10_000, nanos -> 1, 200 * MICRO);
        assertThat(windowsPaused).isZero();
    }

    @Test
    void whatComesInBulkIsNeverHeldUp() {
        play(10_000, nanos -> 300, 50 * MICRO);
        assertThat(windowsPaused).isZero();
    }

    @Test
    void whereNothingIsFoundNothingIsTried() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(coalescing.nextPause(now += 5 * MICRO)).isZero();
        }
    }
}
