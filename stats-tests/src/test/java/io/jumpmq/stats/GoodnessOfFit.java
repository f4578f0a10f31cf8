package io.jumpmq.stats;

import java.util.Arrays;
import org.apache.commons.math3.special.Gamma;

/**
 * Pearson's chi-squared test of counts against expected shares (K. Pearson 1900).
 *
 * @param statistic Σ (observed − expected)² / expected
 * @param pValue the probability of a statistic at least as large when the shares are true
 */
record GoodnessOfFit(double statistic, int degreesOfFreedom, double pValue) {
    static GoodnessOfFit of(long[] observed, double[] shares) {
        long total = 0;
        for (long count : observed) {
            total += count;
        }
        double statistic = 0;
        for (int i = 0; i < observed.length; i++) {
            double expected = total * shares[i];
            if (expected < 5) {
                throw new IllegalArgumentException("expected count " + expected + ": too small a sample for this test");
            }
            statistic += (observed[i] - expected) * (observed[i] - expected) / expected;
        }
        int degreesOfFreedom = observed.length - 1;
        // The upper tail itself: 1 − cdf would be 0 below 10⁻¹⁶.
        return new GoodnessOfFit(
                statistic, degreesOfFreedom, Gamma.regularizedGammaQ(degreesOfFreedom / 2.0, statistic / 2));
    }

    static GoodnessOfFit uniform(long[] observed) {
        return of(observed, equalShares(observed.length));
    }

    static double[] equalShares(int count) {
        double[] shares = new double[count];
        Arrays.fill(shares, 1.0 / count);
        return shares;
    }
}
