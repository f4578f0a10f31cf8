package io.jumpmq.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jumpmq.ring.Movement;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Which keys a change moves. H₀: the counts of keys by where they were and where they are afterwards have the
 * probabilities that {@link Movement} states. All at {@link ErrorBudget#MOVEMENT} together (Holm).
 */
class MovementTest {
    private static final int SAMPLE = 2_000_000;

    private static final HashAlgorithm ALGORITHM = HashAlgorithm.JUMP;

    @Test
    void everyChangeMovesWhatItsMovementSays() {
        Map<String, Consumer<Ring<String>>> changes = new LinkedHashMap<>();
        changes.put("a queue of weight 3 joins", ring -> ring.bind("new", 3));
        changes.put("the first queue leaves", ring -> ring.remove("q0"));
        changes.put("a middle queue leaves", ring -> ring.remove("q4"));
        changes.put("the last queue leaves", ring -> ring.remove("q9"));
        changes.put("a weight grows", ring -> ring.bind("q0", 9));
        changes.put("a weight shrinks", ring -> ring.bind("q7", 1));
        changes.put("five changes in a row", ring -> {
            ring.remove("q2");
            ring.bind("q5", 9);
            ring.bind("new", 7);
            ring.remove("q8");
            ring.bind("q1", 1);
        });
        Holm holm = new Holm();
        for (HashAlgorithm algorithm : new HashAlgorithm[] {HashAlgorithm.JUMP, HashAlgorithm.JUMP_BACK}) {
            long[] hashes = BucketCounts.hashes(algorithm, KeyFamily.UUID, 0, SAMPLE);
            changes.forEach((name, change) -> {
                Ring<String> ring = tenQueues(algorithm, 4);
                RingState<String> before = ring.state();
                change.accept(ring);
                holm.add(algorithm + ": " + name, fit(hashes, before, ring.state()));
            });
        }
        UniformityTest.report("movement", "Keys moved against keys predicted", holm, ErrorBudget.MOVEMENT)
                .line("Sample: %,d keys each.", SAMPLE)
                .publish();
        assertThat(holm.rejected(ErrorBudget.MOVEMENT)).isEmpty();
    }

    /** Adding weight w to N buckets moves w/(N + w) of the keys, to the new queue only and from all others alike. */
    @Test
    void aJoiningQueueTakesItsShareEvenlyFromAll() {
        Ring<String> ring = tenQueues(ALGORITHM, 3);
        RingState<String> before = ring.state();
        Movement<String> movement = ring.bind("new", 5).movement();
        assertThat(movement.total()).isCloseTo(5.0 / 35, within(1e-15));
        for (int i = 0; i < 10; i++) {
            assertThat(movement.share("q" + i, "new")).isCloseTo(5.0 / 35 / 10, within(1e-15));
        }
        for (long hash : BucketCounts.hashes(ALGORITHM, KeyFamily.IPV4, 0, 200_000)) {
            String to = ring.state().destinationOf(hash);
            assertThat(to).isIn("new", before.destinationOf(hash));
        }
    }

    /**
     * Shares of keys moved, in percent: RabbitMQ's shifting down and our swapping, by the change. The expected values are
     * those that a simulation with 200,000 keys gave; ours are exact.
     */
    @Test
    void tableOfKeysMovedAgainstShiftingDown() {
        Report report = new Report("moved", "Keys moved by a change, in percent of all");
        report.line("| change | shift down (RabbitMQ) | swap (JumpMQ) | ideal |")
                .line("|---|---|---|---|");
        double[] shift = new double[4];
        double[] swap = new double[4];
        for (int i = 0; i < 4; i++) {
            String queue = "q" + i;
            shift[i] = shiftDown(4, 1, ring -> ring.unbind(queue));
            swap[i] = swapped(4, 1, ring -> ring.remove(queue));
        }
        row(report, "remove 1 of 4 (mean)", mean(shift), 56.3, mean(swap), 37.5, 25.0);
        for (int weight : new int[] {1, 10}) {
            int w = weight;
            String of = "of 10, weight " + w;
            row(
                    report,
                    "remove the first " + of,
                    shiftDown(10, w, r -> r.unbind("q0")),
                    98.9,
                    swapped(10, w, r -> r.remove("q0")),
                    18.9,
                    10.0);
            row(
                    report,
                    "remove a middle one " + of,
                    shiftDown(10, w, r -> r.unbind("q5")),
                    48.9,
                    swapped(10, w, r -> r.remove("q5")),
                    18.9,
                    10.0);
            row(
                    report,
                    "remove the last " + of,
                    shiftDown(10, w, r -> r.unbind("q9")),
                    10.0,
                    swapped(10, w, r -> r.remove("q9")),
                    10.0,
                    10.0);
        }
        double[] shift50 = IntStream.range(0, 50)
                .mapToDouble(i -> shiftDown(50, 1, r -> r.unbind("q" + i)))
                .toArray();
        double[] swap50 = IntStream.range(0, 50)
                .mapToDouble(i -> swapped(50, 1, r -> r.remove("q" + i)))
                .toArray();
        row(report, "remove 1 of 50 (mean)", mean(shift50), 50.9, mean(swap50), 3.9, 2.0);
        row(
                report,
                "append queue 11",
                shiftDown(10, 1, r -> r.bind("q10", 1)),
                9.1,
                swapped(10, 1, r -> r.bind("q10", 1)),
                9.1,
                9.1);
        row(
                report,
                "weight 1→2 of the first of 10 (there: unbind, bind)",
                shiftDown(10, 1, r -> rebind(r, 2)),
                99.1,
                swapped(10, 1, r -> r.bind("q0", 2)),
                8.2,
                8.2);
        row(
                report,
                "weight 2→1 of the first of 10 with 2 each (there: unbind, bind)",
                shiftDown(10, 2, r -> rebind(r, 1)),
                99.5,
                swapped(10, 2, r -> r.bind("q0", 1)),
                9.5,
                4.7);
        report.publish();
    }

    private static void rebind(ShiftDownRing ring, int weight) {
        ring.unbind("q0");
        ring.bind("q0", weight);
    }

    private static void row(
            Report report,
            String change,
            double shift,
            double expectedShift,
            double swap,
            double expectedSwap,
            double ideal) {
        report.line("| %s | %.1f | %.1f | %.1f |", change, shift, swap, ideal);
        assertThat(shift).as(change + ", shift down").isCloseTo(expectedShift, within(0.3));
        assertThat(swap).as(change + ", swap").isCloseTo(expectedSwap, within(0.1));
    }

    private static double shiftDown(int queues, int weight, Consumer<ShiftDownRing> change) {
        ShiftDownRing ring = new ShiftDownRing();
        IntStream.range(0, queues).forEach(i -> ring.bind("q" + i, weight));
        List<String> before = ring.buckets();
        change.accept(ring);
        return percentMoved(before, ring.buckets());
    }

    private static double swapped(int queues, int weight, Consumer<Ring<String>> change) {
        Ring<String> ring = new Ring<>(ALGORITHM);
        IntStream.range(0, queues).forEach(i -> ring.bind("q" + i, weight));
        RingState<String> before = ring.state();
        change.accept(ring);
        return 100 * Movement.between(before, ring.state()).total();
    }

    private static final long[] TABLE_HASHES = BucketCounts.hashes(ALGORITHM, KeyFamily.SEQUENTIAL, 0, 200_000);

    private static double percentMoved(List<String> before, List<String> after) {
        int moved = 0;
        for (long hash : TABLE_HASHES) {
            String from = before.get(ALGORITHM.bucket(hash, before.size()));
            String to = after.get(ALGORITHM.bucket(hash, after.size()));
            moved += from.equals(to) ? 0 : 1;
        }
        return 100.0 * moved / TABLE_HASHES.length;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static Ring<String> tenQueues(HashAlgorithm algorithm, int weight) {
        Ring<String> ring = new Ring<>(algorithm);
        IntStream.range(0, 10).forEach(i -> ring.bind("q" + i, weight));
        return ring;
    }

    /** Chi-squared over all pairs that can occur: each flow, and each queue's keys that stay. */
    private static double fit(long[] hashes, RingState<String> before, RingState<String> after) {
        Movement<String> movement = Movement.between(before, after);
        Map<List<String>, Double> expected = new LinkedHashMap<>();
        double[] leaving = new double[1];
        before.weights().forEach((from, weight) -> {
            leaving[0] = 0;
            after.weights().keySet().forEach(to -> {
                double share = movement.share(from, to);
                if (share > 0) {
                    expected.put(List.of(from, to), share);
                    leaving[0] += share;
                }
            });
            double staying = (double) weight / before.bucketCount() - leaving[0];
            if (staying > 1e-12) {
                expected.put(List.of(from, from), staying);
            }
        });
        List<List<String>> pairs = new ArrayList<>(expected.keySet());
        Map<List<String>, Integer> places = new LinkedHashMap<>();
        pairs.forEach(pair -> places.put(pair, places.size()));
        long[] observed = new long[pairs.size()];
        for (long hash : hashes) {
            List<String> pair = List.of(at(before, hash), at(after, hash));
            Integer place = places.get(pair);
            assertThat(place).as("%s was predicted never to happen", pair).isNotNull();
            observed[place]++;
        }
        double[] shares = pairs.stream().mapToDouble(expected::get).toArray();
        return GoodnessOfFit.of(observed, shares).pValue();
    }

    private static String at(RingState<String> state, long hash) {
        String destination = state.destinationOf(hash);
        assertThat(destination).isNotNull();
        return destination;
    }
}
