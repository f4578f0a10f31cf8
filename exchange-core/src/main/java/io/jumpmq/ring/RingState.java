package io.jumpmq.ring;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a ring is at one moment: which destination owns each bucket, and how many changes have led there. Immutable: any
 * thread may route on it while a writer makes the next one.
 *
 * @param <D> a destination, compared with {@code equals}
 */
public final class RingState<D> {
    private final HashAlgorithm algorithm;
    private final long epoch;
    private final Buckets<D> buckets;

    RingState(HashAlgorithm algorithm, long epoch, Buckets<D> buckets) {
        this.algorithm = algorithm;
        this.epoch = epoch;
        this.buckets = buckets;
    }

    /** A ring without buckets, at epoch 0. */
    public static <D> RingState<D> empty(HashAlgorithm algorithm) {
        return new RingState<>(algorithm, 0, Buckets.none());
    }

    /** Neighbouring buckets of one destination. */
    public record Run<D>(D destination, int length) {}

    /**
     * The state that these runs tell, from bucket 0 on.
     *
     * @throws IllegalArgumentException when a run is empty, a destination gets more than {@value Ring#MAX_WEIGHT} buckets
     *     or the ring more than {@value Ring#MAX_BUCKETS}, and the message says where; or when it is no epoch
     */
    public static <D> RingState<D> of(HashAlgorithm algorithm, long epoch, Iterable<Run<D>> runs) {
        if (epoch < 0) {
            throw new IllegalArgumentException("an epoch cannot be negative: " + epoch);
        }
        if (epoch > Ring.MAX_EPOCH) {
            throw new IllegalArgumentException("an epoch is at most " + Ring.MAX_EPOCH + ", not " + epoch);
        }
        Buckets.Edit<D> edit = Buckets.<D>none().edit();
        Map<D, Integer> weights = new HashMap<>();
        for (Run<D> run : runs) {
            int weight = weights.getOrDefault(run.destination, 0);
            if (run.length < 1 || run.length > Ring.MAX_WEIGHT - weight) {
                throw new IllegalArgumentException("bucket " + edit.size() + ": a run of " + run.length + " for "
                        + run.destination + ", which may have 1 to " + Ring.MAX_WEIGHT + " buckets in all");
            }
            if (run.length > Ring.MAX_BUCKETS - edit.size()) {
                throw new IllegalArgumentException(
                        "bucket " + edit.size() + ": a ring has at most " + Ring.MAX_BUCKETS + " buckets");
            }
            edit.append(run.destination, run.length);
            weights.put(run.destination, weight + run.length);
        }
        return new RingState<>(algorithm, epoch, edit.done());
    }

    /** The algorithm that routes on it. */
    public HashAlgorithm algorithm() {
        return algorithm;
    }

    /** How often the array has changed since the ring was made. */
    public long epoch() {
        return epoch;
    }

    public int bucketCount() {
        return buckets.size();
    }

    /**
     * The owner of a bucket.
     *
     * @throws IndexOutOfBoundsException when there is no such bucket
     */
    public D destinationAt(int bucket) {
        if (bucket < 0 || bucket >= buckets.size()) {
            throw new IndexOutOfBoundsException("bucket " + bucket + " of " + buckets.size());
        }
        return buckets.get(bucket);
    }

    /** The destination of the key with this hash (by {@link #algorithm()}), or null when the ring is empty. */
    public @Nullable D destinationOf(long hash) {
        int count = buckets.size();
        return count == 0 ? null : buckets.get(algorithm.bucket(hash, count));
    }

    /** The destination of a key, or null when the ring is empty. */
    public @Nullable D destinationOf(byte[] key, int offset, int length) {
        return destinationOf(algorithm.hash(key, offset, length));
    }

    /** Each destination's number of buckets, in the order of their lowest buckets. Takes O(buckets). */
    public Map<D, Integer> weights() {
        Map<D, Integer> weights = new LinkedHashMap<>();
        forEachRun((destination, length) -> weights.merge(destination, length, Integer::sum));
        return weights;
    }

    /** Tells the array as runs of equal destinations, from bucket 0 on. */
    public void forEachRun(ObjIntConsumer<D> run) {
        int count = buckets.size();
        int start = 0;
        while (start < count) {
            D destination = buckets.get(start);
            int end = start + 1;
            while (end < count && buckets.get(end).equals(destination)) {
                end++;
            }
            run.accept(destination, end - start);
            start = end;
        }
    }

    Buckets<D> buckets() {
        return buckets;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RingState<?> that
                && algorithm == that.algorithm
                && epoch == that.epoch
                && sameBuckets(that.buckets);
    }

    private boolean sameBuckets(Buckets<?> other) {
        if (buckets.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < buckets.size(); i++) {
            if (!buckets.get(i).equals(other.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Objects.hash(algorithm, epoch, buckets.size());
    }

    @Override
    public String toString() {
        return "ring of " + bucketCount() + " buckets, " + algorithm + ", epoch " + epoch;
    }
}
