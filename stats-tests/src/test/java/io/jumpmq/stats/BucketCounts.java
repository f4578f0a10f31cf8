package io.jumpmq.stats;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.stream.IntStream;

/** Counts which buckets many keys fall into, on all cores, with the same result on any number of them. */
final class BucketCounts {
    /** A bucket by hash and number of buckets. */
    @FunctionalInterface
    interface BucketChoice {
        int bucket(long hash, int buckets);
    }

    private static final int CHUNK = 1 << 16;

    private BucketCounts() {}

    static long[] hashes(HashAlgorithm algorithm, KeyFamily family, long firstIndex, int count) {
        long[] hashes = new long[count];
        IntStream.range(0, (count + CHUNK - 1) / CHUNK).parallel().forEach(chunk -> {
            KeyFamily.Scratch scratch = new KeyFamily.Scratch();
            for (int i = chunk * CHUNK; i < Math.min(count, (chunk + 1) * CHUNK); i++) {
                int length = family.write(firstIndex + i, scratch);
                hashes[i] = algorithm.hash(scratch.bytes, 0, length);
            }
        });
        return hashes;
    }

    static long[] of(long[] hashes, BucketChoice choice, int buckets) {
        return IntStream.range(0, (hashes.length + CHUNK - 1) / CHUNK)
                .parallel()
                .mapToObj(chunk -> {
                    long[] counts = new long[buckets];
                    for (int i = chunk * CHUNK; i < Math.min(hashes.length, (chunk + 1) * CHUNK); i++) {
                        counts[choice.bucket(hashes[i], buckets)]++;
                    }
                    return counts;
                })
                .reduce(new long[buckets], BucketCounts::sum);
    }

    /** Several choices over the same keys in one pass that keeps no hash, for samples larger than memory. */
    static long[][] of(
            HashAlgorithm hash, KeyFamily family, long firstIndex, long count, int buckets, BucketChoice... choices) {
        return IntStream.range(0, Math.toIntExact((count + CHUNK - 1) / CHUNK))
                .parallel()
                .mapToObj(chunk -> {
                    long[][] counts = new long[choices.length][buckets];
                    KeyFamily.Scratch scratch = new KeyFamily.Scratch();
                    long end = Math.min(count, (chunk + 1L) * CHUNK);
                    for (long i = (long) chunk * CHUNK; i < end; i++) {
                        int length = family.write(firstIndex + i, scratch);
                        long hashed = hash.hash(scratch.bytes, 0, length);
                        for (int c = 0; c < choices.length; c++) {
                            counts[c][choices[c].bucket(hashed, buckets)]++;
                        }
                    }
                    return counts;
                })
                .reduce(new long[choices.length][buckets], (a, b) -> {
                    long[][] both = new long[choices.length][];
                    for (int c = 0; c < choices.length; c++) {
                        both[c] = sum(a[c], b[c]);
                    }
                    return both;
                });
    }

    /** The counts of destinations that own {@code weights[i]} buckets each, from bucket 0 on. */
    static long[] byOwner(long[] counts, int[] weights) {
        long[] owners = new long[weights.length];
        int bucket = 0;
        for (int owner = 0; owner < weights.length; owner++) {
            for (int i = 0; i < weights[owner]; i++) {
                owners[owner] += counts[bucket++];
            }
        }
        return owners;
    }

    static double[] shares(int[] weights) {
        double total = IntStream.of(weights).sum();
        return IntStream.of(weights).mapToDouble(weight -> weight / total).toArray();
    }

    private static long[] sum(long[] a, long[] b) {
        long[] sum = new long[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }
}
