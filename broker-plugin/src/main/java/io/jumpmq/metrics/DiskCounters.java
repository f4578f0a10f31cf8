package io.jumpmq.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What is done with the files of a store, how much, and how long it took. Any thread. Numbers only grow. */
public final class DiskCounters {
    /** Upper bounds of the classes of flushing times, in microseconds; the last class is open. */
    public static final List<Long> FLUSH_BOUNDS_MICROS = List.of(
            250L,
            500L,
            1_000L,
            2_500L,
            5_000L,
            10_000L,
            25_000L,
            50_000L,
            100_000L,
            250_000L,
            500_000L,
            1_000_000L,
            5_000_000L);

    private final Operations reads = new Operations();
    private final Operations writes = new Operations();
    private final Operations flushes = new Operations();
    private final List<LongAdder> flushesByTime = new ArrayList<>();

    /** All at zero. */
    public DiskCounters() {
        for (int i = 0; i <= FLUSH_BOUNDS_MICROS.size(); i++) {
            flushesByTime.add(new LongAdder());
        }
    }

    /** Operations of one kind. */
    public static final class Operations {
        private final LongAdder count = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        private Operations() {}

        private void done(long ofBytes, long tookNanos) {
            count.increment();
            bytes.add(ofBytes);
            nanos.add(tookNanos);
        }

        public long count() {
            return count.sum();
        }

        /** How much was read or written. */
        public long bytes() {
            return bytes.sum();
        }

        /** How long all of them together took. */
        public long nanos() {
            return nanos.sum();
        }
    }

    /** So much was read. */
    public void read(long bytes, long nanos) {
        reads.done(bytes, nanos);
    }

    /** So much was written. */
    public void written(long bytes, long nanos) {
        writes.done(bytes, nanos);
    }

    /** What had been written was flushed. */
    public void flushed(long nanos) {
        flushes.done(0, nanos);
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
        int time = 0;
        while (time < FLUSH_BOUNDS_MICROS.size() && micros > FLUSH_BOUNDS_MICROS.get(time)) {
            time++;
        }
        flushesByTime.get(time).increment();
    }

    public Operations reads() {
        return reads;
    }

    public Operations writes() {
        return writes;
    }

    public Operations flushes() {
        return flushes;
    }

    /** How many flushes took so long: {@link #FLUSH_BOUNDS_MICROS}, and one more for those that took longer. */
    public long flushesOfTime(int timeClass) {
        return flushesByTime.get(timeClass).sum();
    }
}
