package io.jumpmq.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jumpmq.ring.hash.HashAlgorithm;
import io.jumpmq.stats.BucketCounts.BucketChoice;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Does the suite find what it is there to find? Broken hashes go through the very procedures that the real ones pass. */
class PowerTest {
    private static final int BUCKETS = 48;

    /** What any single one of the 18 cases of the 48-bucket test is judged by at least as leniently. */
    private static final double ALPHA = ErrorBudget.UNIFORMITY / 2 / 18;

    @Test
    void aModuloOfTooFewBitsIsFound() {
        // 4,096 values into 48 buckets: 16 of them get 86 values, the others 85.
        assertIsFound((hash, buckets) -> (int) (hash & 0xfff) % buckets);
    }

    @Test
    void aSeedOf21BitsIsFound() {
        assertIsFound((hash, buckets) -> HashAlgorithm.JUMP.bucket(hash & 0x1fffff, buckets));
    }

    @Test
    void aBucketThatIsOnePercentTooHeavyIsFound() {
        // One key in 4,700 of the others' is taken over: 1/47 · 47/48 · 1 % of all keys.
        assertIsFound((hash, buckets) -> {
            int bucket = HashAlgorithm.JUMP.bucket(hash, buckets);
            boolean diverted = Long.remainderUnsigned(KeyFamily.mix(hash), 4_700) == 0;
            return diverted ? 17 : bucket;
        });
    }

    @Test
    void theSlipOfMathAbsIsFound() {
        BucketChoice slip = (hash, buckets) -> Math.abs((int) hash) % buckets;
        // Evenly spread but for one hash in 2³²: no sample finds it, so the corner cases do.
        assertThat(slip.bucket(Integer.MIN_VALUE, BUCKETS)).isNegative();
    }

    @Test
    void anAssignmentThatIsTooEvenIsFound() {
        AtomicInteger turn = new AtomicInteger();
        BucketChoice roundRobin = (hash, buckets) -> turn.getAndIncrement() % buckets;
        long[] counts = new long[BUCKETS];
        for (int i = 0; i < 100_000; i++) {
            counts[roundRobin.bucket(i, BUCKETS)]++;
        }
        assertThat(GoodnessOfFit.uniform(counts).pValue()).isGreaterThan(1 - 1e-9);
        // Two keys in three by chance, the third in turn: no single p-value is remarkable, all of them together are.
        double p = PValueTest.uniformityOfPValues(
                HashAlgorithm.JUMP,
                (hash, buckets) -> Long.remainderUnsigned(hash, 3) > 0
                        ? HashAlgorithm.JUMP.bucket(hash, buckets)
                        : turn.getAndIncrement() % buckets);
        assertThat(p).isLessThan(ErrorBudget.P_VALUES / HashAlgorithm.values().length);
    }

    @Test
    void powerAgreesWithSimulation() {
        // A 3 % excess on one of 48 buckets, alpha 0.01: the share of 300 samples in which it is found.
        double effect = Power.effectOfOneHeavyBucket(BUCKETS, 0.03);
        int sample = (int) Power.sampleSize(BUCKETS - 1, 0.01, 0.8, effect);
        int found = 0;
        int runs = 300;
        for (int run = 0; run < runs; run++) {
            long[] hashes =
                    BucketCounts.hashes(HashAlgorithm.JUMP_BACK, KeyFamily.BIG_ENDIAN, (long) run * sample, sample);
            long[] counts = BucketCounts.of(hashes, PowerTest::withThreePercentExcess, BUCKETS);
            found += GoodnessOfFit.uniform(counts).pValue() <= 0.01 ? 1 : 0;
        }
        assertThat((double) found / runs).isCloseTo(0.8, within(0.1)); // 4.3 standard errors.
    }

    private static int withThreePercentExcess(long hash, int buckets) {
        boolean diverted = Long.remainderUnsigned(KeyFamily.mix(hash), 47_000) < 30;
        return diverted ? 0 : HashAlgorithm.JUMP_BACK.bucket(hash, buckets);
    }

    private static void assertIsFound(BucketChoice broken) {
        long sample = Power.sampleSize(BUCKETS - 1, ALPHA, 0.99, Power.effectOfOneHeavyBucket(BUCKETS, 0.01));
        long[] counts = BucketCounts.of(HashAlgorithm.JUMP, KeyFamily.BIG_ENDIAN, 0, sample, BUCKETS, broken)[0];
        assertThat(GoodnessOfFit.uniform(counts).pValue()).isLessThan(ALPHA);
    }
}
