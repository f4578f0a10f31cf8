package io.jumpmq.stats;

import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.apache.commons.math3.distribution.PoissonDistribution;
import org.apache.commons.math3.special.Gamma;

/**
 * How large a sample must be so that a given deviation is found. Under a deviation the statistic follows the noncentral
 * chi-squared distribution, a Poisson mixture of central ones (see Johnson, Kotz, Balakrishnan, "Continuous Univariate
 * Distributions" 2, ch. 29), with noncentrality n · w², w being Cohen's effect size.
 */
final class Power {
    private Power() {}

    /** w² for one bucket of {@code buckets} that gets {@code excess} (0.01: one percent) too much at the others' cost. */
    static double effectOfOneHeavyBucket(int buckets, double excess) {
        double delta = excess / buckets;
        return delta * delta * buckets * (1 + 1.0 / (buckets - 1));
    }

    /** The probability of p ≤ alpha. */
    static double of(int degreesOfFreedom, double alpha, double noncentrality) {
        double critical = critical(degreesOfFreedom, alpha);
        PoissonDistribution mixture = new PoissonDistribution(noncentrality / 2);
        int from = Math.max(0, (int) (noncentrality / 2 - 12 * Math.sqrt(noncentrality / 2)));
        int to = (int) (noncentrality / 2 + 12 * Math.sqrt(noncentrality / 2)) + 12;
        double missed = 0;
        for (int j = from; j <= to; j++) {
            missed += mixture.probability(j)
                    * new ChiSquaredDistribution(degreesOfFreedom + 2.0 * j).cumulativeProbability(critical);
        }
        return 1 - missed;
    }

    /** The smallest sample, to three digits, that finds an effect w² with the wanted probability. */
    static long sampleSize(int degreesOfFreedom, double alpha, double power, double effect) {
        double low = 1;
        double high = 2;
        while (of(degreesOfFreedom, alpha, high) < power) {
            low = high;
            high *= 2;
        }
        while (high - low > high / 1000) {
            double middle = (low + high) / 2;
            if (of(degreesOfFreedom, alpha, middle) < power) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (long) Math.ceil(high / effect);
    }

    /** The statistic's value with a p-value of alpha, by bisection: alpha may be far below what 1 − x can hold. */
    private static double critical(int degreesOfFreedom, double alpha) {
        double low = 0;
        double high = 100.0 * degreesOfFreedom + 1000;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            double tail = Gamma.regularizedGammaQ(degreesOfFreedom / 2.0, middle / 2);
            if (tail > alpha) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
