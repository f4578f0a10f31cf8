package io.jumpmq.bench;

import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Changes to a ring of a million buckets. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 6, time = 1) // A million small objects have to settle in the old generation first.
@Measurement(iterations = 5, time = 1)
public class BindBenchmark {
    private static final int BUCKETS = 1_000_000;

    /** The weight of each destination that is there: a hundred large ones, or a million small ones. */
    @Param({"10000", "1"})
    public int weight;

    private Ring<Integer> ring = new Ring<>(HashAlgorithm.JUMP);
    private int turn;

    @Setup
    public void fill() {
        ring = new Ring<>(HashAlgorithm.JUMP);
        for (int i = 0; i < BUCKETS / weight; i++) {
            ring.bind(i, weight);
        }
    }

    /** A destination of weight 1 joins and leaves again: two changes. */
    @Benchmark
    public RingChange<Integer> bindAndUnbindLast() {
        ring.bind(-1, 1);
        return ring.unbind(-1, 1);
    }

    /** A destination from anywhere in the ring leaves with one bucket and gets one again: two changes. */
    @Benchmark
    public RingChange<Integer> unbindAndBindAnywhere() {
        turn = (int) ((turn + 514_229L) % (BUCKETS / weight));
        if (weight == 1) {
            ring.unbind(turn, 1);
            return ring.bind(turn, 1);
        }
        ring.bind(turn, weight - 1);
        return ring.bind(turn, weight);
    }
}
