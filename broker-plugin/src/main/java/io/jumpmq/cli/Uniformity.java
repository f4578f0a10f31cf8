package io.jumpmq.cli;

import io.jumpmq.metrics.ChiSquared;
import java.util.List;

/**
 * Do keys spread over destinations as their shares say? Pearson's chi-squared test over distinct keys: the same key
 * always goes to the same place, so a repeated one tells nothing new.
 *
 * @param destinations at least two
 * @param keys distinct keys in all
 * @param repeated keys that came again, and were not counted
 * @param statistic Σ (observed − expected)² / expected
 * @param pValue the probability of so large a statistic if the shares are true
 * @param cramersV effect size: √(statistic / (keys · (destinations − 1))), 0 even, 1 all keys in one place
 * @param maxToMean the largest ratio of observed to expected
 * @param alpha the level below which a p-value is a no
 */
record Uniformity(
        List<Destination> destinations,
        long keys,
        long repeated,
        double statistic,
        int degreesOfFreedom,
        double pValue,
        double cramersV,
        double maxToMean,
        double alpha) {

    /** Where keys went, and how many of them should have. */
    record Destination(String name, long observed, double expected) {}

    /**
     * Tests counts against weights.
     *
     * @throws UsageException when there are too few destinations or keys for an answer
     */
    static Uniformity of(List<String> names, long[] counts, int[] weights, long repeated, double alpha) {
        if (names.size() < 2) {
            throw new UsageException("one destination gets every key: there is nothing to test");
        }
        long keys = 0;
        long buckets = 0;
        int min = Integer.MAX_VALUE;
        for (int i = 0; i < counts.length; i++) {
            keys += counts[i];
            buckets += weights[i];
            min = Math.min(min, weights[i]);
        }
        long needed = (long) Math.ceil(ChiSquared.MIN_EXPECTED * buckets / min);
        if (keys < needed) {
            throw new UsageException("too few keys: " + keys + " different ones; this test needs " + needed
                    + ", so that every destination expects " + (int) ChiSquared.MIN_EXPECTED);
        }
        Destination[] destinations = new Destination[counts.length];
        for (int i = 0; i < counts.length; i++) {
            destinations[i] = new Destination(names.get(i), counts[i], (double) keys * weights[i] / buckets);
        }
        ChiSquared test = ChiSquared.of(counts, weights);
        return new Uniformity(
                List.of(destinations),
                keys,
                repeated,
                test.statistic(),
                test.degreesOfFreedom(),
                test.pValue(),
                test.cramersV(),
                test.maxToMean(),
                alpha);
    }

    boolean isUniform() {
        return pValue >= alpha;
    }
}
