package io.jumpmq.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.ring.hash.HashAlgorithm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Why {@code rabbitmq} is not the default: its bucket depends on 21 bits of the key's hash, so beyond about a million
 * keys the unevenness of those 2²¹ seeds shows. H₀ as everywhere: 48 equal buckets.
 */
class RabbitmqLimitTest {
    private static final int BUCKETS = 48;

    @Test
    void rabbitmqIsUnevenAtTenMillionKeysAndTheOthersAreNot() {
        Report report =
                new Report("rabbitmq-limit", "48 buckets, keys order-0 …: chi-squared on 47 degrees of freedom");
        report.line("| keys | algorithm | chi-squared | p |").line("|---|---|---|---|");
        for (long keys : new long[] {1_000_000, 10_000_000}) {
            for (HashAlgorithm algorithm : HashAlgorithm.values()) {
                GoodnessOfFit fit = fit(algorithm, keys);
                report.line("| %,d | %s | %.1f | %.2e |", keys, algorithm, fit.statistic(), fit.pValue());
                boolean isBeyondItsLimit = algorithm == HashAlgorithm.RABBITMQ && keys > 1_000_000;
                assertThat(fit.pValue() < 1e-9)
                        .as("%s at %,d keys", algorithm, keys)
                        .isEqualTo(isBeyondItsLimit);
            }
        }
        report.publish();
    }

    @Test
    @Tag("long")
    void jumpAndJumpBackAreEvenAtAHundredMillionKeys() {
        Report report = new Report("hundred-million", "48 buckets, 100 million keys order-0 …");
        for (HashAlgorithm algorithm : new HashAlgorithm[] {HashAlgorithm.JUMP, HashAlgorithm.JUMP_BACK}) {
            GoodnessOfFit fit = fit(algorithm, 100_000_000);
            report.line(
                    "- %s: chi-squared %.1f on %d, p = %.3f",
                    algorithm, fit.statistic(), fit.degreesOfFreedom(), fit.pValue());
            assertThat(fit.pValue()).isGreaterThan(1e-6);
        }
        report.publish();
    }

    private static GoodnessOfFit fit(HashAlgorithm algorithm, long keys) {
        return GoodnessOfFit.uniform(
                BucketCounts.of(algorithm, KeyFamily.ORDER, 0, keys, BUCKETS, algorithm::bucket)[0]);
    }
}
