package io.jumpmq.cli.perf;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What all workers have counted. */
final class Meter {
    private static final long MAX_MICROS = TimeUnit.HOURS.toMicros(1);
    private static final int DIGITS = 3;

    final LongAdder sent = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder confirmed = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder returned = new LongAdder();
    final Recorder latency = new Recorder(MAX_MICROS, DIGITS);
    final Recorder confirmLatency = new Recorder(MAX_MICROS, DIGITS);

    /** The times of one interval, and of all before. */
    private final Histogram latencyInAll = new Histogram(MAX_MICROS, DIGITS);

    private final Histogram confirmsInAll = new Histogram(MAX_MICROS, DIGITS);

    static void record(Recorder recorder, long nanos) {
        recorder.recordValue(Math.max(0, Math.min(MAX_MICROS, nanos / 1000)));
    }

    /** Times of deliveries since the last call, in microseconds from publishing to receiving. */
    Histogram latencies() {
        Histogram interval = latency.getIntervalHistogram();
        latencyInAll.add(interval);
        return interval;
    }

    /** Times of confirms since the last call, in microseconds. */
    Histogram confirmLatencies() {
        Histogram interval = confirmLatency.getIntervalHistogram();
        confirmsInAll.add(interval);
        return interval;
    }

    Histogram latencyInAll() {
        return latencyInAll;
    }

    Histogram confirmsInAll() {
        return confirmsInAll;
    }
}
