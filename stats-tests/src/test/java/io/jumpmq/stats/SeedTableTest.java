package io.jumpmq.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.apache.commons.math3.distribution.ExponentialDistribution;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.junit.jupiter.api.Test;

/** The tables by which RabbitMQ's consistent-hash exchange was judged when it got jump consistent hash in 2018. */
class SeedTableTest {
    private static final int MESSAGES_PER_QUEUE = 10_000;
    private static final int MAX_QUEUES = 20;

    /** Every row has keys of its own: rows that share keys would exceed the critical value together. */
    private static final long ROW_OFFSET = 1_000_000;

    /**
     * Chi-squared for 2…20 queues with 10,000 messages each, beside the critical values at 0.05 and 0.01. With 19 rows
     * one expects about one above the first even of a perfect hash; the assertion allows as many as chance makes once in
     * a million tables.
     */
    @Test
    void tableOfTwoToTwentyQueues() {
        Report report = new Report(
                "table-2-20", "2…20 queues, 10,000 messages per queue (decimal keys, fresh ones in each row)");
        report.line("| queues | df | at 0.05 | at 0.01 | jump | jump-back | rabbitmq |")
                .line("|---|---|---|---|---|---|---|");
        Map<HashAlgorithm, Integer> exceeded = new EnumMap<>(HashAlgorithm.class);
        for (int queues = 2; queues <= MAX_QUEUES; queues++) {
            ChiSquaredDistribution chiSquared = new ChiSquaredDistribution(queues - 1.0);
            double critical = chiSquared.inverseCumulativeProbability(0.95);
            StringBuilder row = new StringBuilder();
            for (HashAlgorithm algorithm : HashAlgorithm.values()) {
                long[] hashes = BucketCounts.hashes(
                        algorithm, KeyFamily.SEQUENTIAL, queues * ROW_OFFSET, queues * MESSAGES_PER_QUEUE);
                double statistic = GoodnessOfFit.uniform(BucketCounts.of(hashes, algorithm::bucket, queues))
                        .statistic();
                exceeded.merge(algorithm, statistic > critical ? 1 : 0, Integer::sum);
                row.append(String.format(Locale.ROOT, " %.2f |", statistic));
            }
            report.line(
                    "| %d | %d | %.2f | %.2f |%s",
                    queues, queues - 1, critical, chiSquared.inverseCumulativeProbability(0.99), row);
        }
        report.publish();
        int allowed = new BinomialDistribution(MAX_QUEUES - 1, 0.05).inverseCumulativeProbability(1 - 1e-6);
        assertThat(exceeded.values()).allMatch(rows -> rows <= allowed);
    }

    /**
     * The old ring put each queue on a circle at as many random points as its weight says; a queue's share is the length
     * of the arcs before its points. Such arcs are exponential, whatever the hash: evenness is bought with points only.
     *
     * <p>Setting: 48 equal queues, as in issue 37 of rabbitmq-consistent-hash-exchange (2018). That report's standard
     * deviations, about 2,400 before and 120 after, fit 700,000 messages and 36 points a queue: for jump, √(14,583 ·
     * 47/48) = 119.5; for the ring 14,583/√36 = 2,430. Both numbers are inferred from that, not quoted.
     */
    @Test
    void oldRingOfRandomPointsAgainstJump() {
        int queues = 48;
        int messages = 700_000;
        double mean = (double) messages / queues;
        Report report = new Report("old-ring", "Standard deviation among 48 equal queues, 700,000 messages");
        report.line("| method | points or buckets per queue | standard deviation | expected |")
                .line("|---|---|---|---|");
        Well19937c random = new Well19937c(37);
        ExponentialDistribution arc = new ExponentialDistribution(random, 1);
        for (int points : new int[] {1, 10, 36, 100}) {
            double[] deviations = new double[200];
            for (int run = 0; run < deviations.length; run++) {
                double[] share = new double[queues];
                double circle = 0;
                for (int i = 0; i < queues * points; i++) {
                    double length = arc.sample();
                    share[i % queues] += length; // Which queue owns which arc does not matter: they are exchangeable.
                    circle += length;
                }
                for (int queue = 0; queue < queues; queue++) {
                    share[queue] *= messages / circle;
                }
                deviations[run] = new StandardDeviation().evaluate(share);
            }
            double typical = Arrays.stream(deviations).average().orElseThrow();
            report.line("| random points | %d | %,.0f | %,.0f |", points, typical, mean / Math.sqrt(points));
            assertThat(typical).isBetween(0.9 * mean / Math.sqrt(points), 1.1 * mean / Math.sqrt(points));
        }
        double chance = Math.sqrt(mean * (1 - 1.0 / queues));
        for (HashAlgorithm algorithm : HashAlgorithm.values()) {
            long[] hashes = BucketCounts.hashes(algorithm, KeyFamily.ORDER, 0, messages);
            double[] counts = Arrays.stream(BucketCounts.of(hashes, algorithm::bucket, queues))
                    .asDoubleStream()
                    .toArray();
            double deviation = new StandardDeviation().evaluate(counts);
            report.line("| %s | 1 | %,.0f | %,.0f |", algorithm, deviation, chance);
            assertThat(deviation).isBetween(0.5 * chance, 1.6 * chance);
        }
        report.publish();
    }
}
