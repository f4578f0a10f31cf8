package io.jumpmq.broker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private final AtomicLong wall = new AtomicLong(1_700_000_000_000L);
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // It may count from anywhere, and wrap.
    private final SteadyClock clock = new SteadyClock(wall::get, nanos::get);

    @Test
    void itGoesOnFromTheWallsTimeWhateverThatIsSetTo() {
        assertThat(clock.nowMillis()).isEqualTo(1_700_000_000_000L);
        for (long hours : new long[] {-1, 1, -1_000_000}) {
            wall.addAndGet(TimeUnit.HOURS.toMillis(hours));
            long before = clock.nowMillis();
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1500));
            assertThat(clock.nowMillis()).isEqualTo(before + 1500);
        }
    }

    @Test
    void peopleAreToldTheWallsTime() {
        wall.addAndGet(-3_600_000);
        assertThat(clock.wallMillis()).isEqualTo(1_700_000_000_000L - 3_600_000);
        assertThat(clock.startedMillis()).isEqualTo(1_700_000_000_000L);
    }
}
