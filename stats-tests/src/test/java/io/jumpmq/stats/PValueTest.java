package io.jumpmq.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.ring.hash.HashAlgorithm;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

/**
 * H₀: over many independent samples, the chi-squared p-values are uniform on [0, 1]. A biased hash gives too many small
 * ones; one that is too even, as no random assignment would be, too many large ones. Kolmogorov–Smirnov, at {@link
 * ErrorBudget#P_VALUES} for all algorithms.
 */
class PValueTest {
    static final int RUNS = 400;
    private static final int SAMPLE = 50_000;
    private static final int BUCKETS = 48;

    @Test
    void pValuesAreThemselvesUniform() {
        Holm holm = new Holm();
        Report report = new Report("p-values", RUNS + " p-values per algorithm against the uniform distribution");
        for (HashAlgorithm algorithm : HashAlgorithm.values()) {
            double p = uniformityOfPValues(algorithm, algorithm::bucket);
            holm.add(algorithm.toString(), p);
            report.line(
                    "- %s: Kolmogorov–Smirnov p = %.3f (%,d keys, %d buckets a run)", algorithm, p, SAMPLE, BUCKETS);
        }
        report.publish();
        assertThat(holm.rejected(ErrorBudget.P_VALUES)).isEmpty();
    }

    /** The p-value of the hypothesis that the p-values of a hash are uniform. */
    static double uniformityOfPValues(HashAlgorithm hash, BucketCounts.BucketChoice choice) {
        double[] pValues = new double[RUNS];
        for (int run = 0; run < RUNS; run++) {
            // Each run has keys that no other run has, hence is independent of them.
            long[] hashes = BucketCounts.hashes(hash, KeyFamily.ORDER, (long) run * SAMPLE, SAMPLE);
            pValues[run] = GoodnessOfFit.uniform(BucketCounts.of(hashes, choice, BUCKETS))
                    .pValue();
        }
        return new KolmogorovSmirnovTest().kolmogorovSmirnovTest(new UniformRealDistribution(0, 1), pValues);
    }
}
