package io.jumpmq.metrics;

import org.apache.commons.math3.special.Gamma;

/**
 * Pearson's chi-squared test of counts against expected shares.
 *
 * @param statistic Σ (observed − expected)² / expected
 * @param pValue the probability of so large a statistic if the shares are true
 * @param cramersV effect size: √(statistic / (n · degreesOfFreedom)); 0 even, 1 all in one place
 * @param maxToMean the largest ratio of observed to expected
 */
public record ChiSquared(double statistic, int degreesOfFreedom, double pValue, double cramersV, double maxToMean) {
    /** Below this expected count the statistic does not follow the chi-squared distribution (Cochran 1954). */
    public static final double MIN_EXPECTED = 5;

    /**
     * Tests counts.
     *
     * @param weights to which the counts should be in proportion; all positive
     * @throws IllegalArgumentException when there are fewer than two counts, or too few counted for an answer
     */
    public static ChiSquared of(long[] observed, int[] weights) {
        if (observed.length < 2) {
            throw new IllegalArgumentException("a test takes two places at least");
        }
        long all = 0;
        long weight = 0;
        int min = Integer.MAX_VALUE;
        for (int i = 0; i < observed.length; i++) {
            all += observed[i];
            weight += weights[i];
            min = Math.min(min, weights[i]);
        }
        if ((double) all * min / weight < MIN_EXPECTED) {
            throw new IllegalArgumentException("too few: each place has to expect " + MIN_EXPECTED + " at least");
        }
        double statistic = 0;
        double max = 0;
        for (int i = 0; i < observed.length; i++) {
            double expected = (double) all * weights[i] / weight;
            statistic += (observed[i] - expected) * (observed[i] - expected) / expected;
            max = Math.max(max, observed[i] / expected);
        }
        int degreesOfFreedom = observed.length - 1;
        return new ChiSquared(
                statistic,
                degreesOfFreedom,
                Gamma.regularizedGammaQ(degreesOfFreedom / 2.0, statistic / 2),
                Math.sqrt(statistic / ((double) all * degreesOfFreedom)),
                max);
    }
}
