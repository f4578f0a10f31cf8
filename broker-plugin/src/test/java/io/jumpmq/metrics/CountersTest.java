package io.jumpmq.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CountersTest {
    @Test
    void aFlushIsInTheFirstClassThatIsLongEnough() {
        DiskCounters counters = new DiskCounters();
        counters.flushed(0);
        counters.flushed(TimeUnit.MICROSECONDS.toNanos(250));
        counters.flushed(TimeUnit.MICROSECONDS.toNanos(251));
        counters.flushed(TimeUnit.SECONDS.toNanos(5));
        counters.flushed(TimeUnit.SECONDS.toNanos(6));
        int last = DiskCounters.FLUSH_BOUNDS_MICROS.size();
        assertThat(counters.flushesOfTime(0)).isEqualTo(2);
        assertThat(counters.flushesOfTime(1)).isEqualTo(1);
        assertThat(counters.flushesOfTime(last - 1)).isEqualTo(1);
        assertThat(counters.flushesOfTime(last)).isEqualTo(1);
        assertThat(counters.flushes().count()).isEqualTo(5);
        assertThat(counters.flushes().nanos()).isEqualTo(11_000_501_000L);
    }

    @Test
    void aLoopKeepsWhatItsConnectionsHaveCounted() {
        SocketCounters loop = SocketCounters.ofLoop();
        SocketCounters one = SocketCounters.ofConnection(loop);
        SocketCounters other = SocketCounters.ofConnection(loop);
        one.received(10);
        one.sent(1);
        other.received(5);
        assertThat(one.receivedBytes()).isEqualTo(10);
        assertThat(one.reads()).isEqualTo(1);
        assertThat(loop.receivedBytes()).isEqualTo(15);
        assertThat(loop.reads()).isEqualTo(2);
        assertThat(loop.sentBytes()).isEqualTo(1);
        assertThat(loop.writes()).isEqualTo(1);
    }
}
