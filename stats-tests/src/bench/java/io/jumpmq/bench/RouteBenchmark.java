package io.jumpmq.bench;

import com.google.common.hash.Hashing;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** From a key to its destination, and the two halves of that way. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
    private static final int KEYS = 1 << 20;
    private static final int KEY_LENGTH = 13;

    @Param({"jump", "jump-back", "rabbitmq"})
    public String algorithm = "";

    @Param({"48", "480", "10000", "1000000"})
    public int buckets;

    private HashAlgorithm hash = HashAlgorithm.JUMP;
    private RingState<String> ring = RingState.empty(hash);

    /** All keys one behind the other: what is measured is the algorithm, not the cache. */
    private final byte[] keys = new byte[KEYS * KEY_LENGTH];

    private final long[] hashes = new long[KEYS];
    private int next;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        random.nextBytes(keys);
        hash = HashAlgorithm.named(algorithm);
        for (int i = 0; i < KEYS; i++) {
            hashes[i] = hash.hash(keys, i * KEY_LENGTH, KEY_LENGTH);
        }
        Ring<String> made = new Ring<>(hash);
        int left = buckets;
        for (int queue = 0; left > 0; queue++) {
            int weight = Math.min(left, Math.max(1, buckets / 480));
            made.bind("q" + queue, weight);
            left -= weight;
        }
        ring = made.state();
    }

    private int next() {
        next = (next + 1) & (KEYS - 1);
        return next;
    }

    /** The key's hash alone. */
    @Benchmark
    public long hash() {
        return hash.hash(keys, next() * KEY_LENGTH, KEY_LENGTH);
    }

    /** The bucket of a hash alone. */
    @Benchmark
    public int bucket() {
        return hash.bucket(hashes[next()], buckets);
    }

    /** The whole way: hash, bucket, destination. */
    @Benchmark
    public @Nullable String route() {
        return ring.destinationOf(keys, next() * KEY_LENGTH, KEY_LENGTH);
    }

    /** Guava's jump hash over the same hashes, to compare with {@link #bucket}. */
    @Benchmark
    public int guavaBucket() {
        return Hashing.consistentHash(hashes[next()], buckets);
    }
}
