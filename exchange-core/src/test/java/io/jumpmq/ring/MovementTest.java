package io.jumpmq.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MovementTest {
    private static RingState<String> state(HashAlgorithm algorithm, String buckets) {
        return RingState.of(
                algorithm,
                1,
                buckets.chars()
                        .mapToObj(c -> new RingState.Run<>(String.valueOf((char) c), 1))
                        .toList());
    }

    private static Movement<String> between(String before, String after) {
        return Movement.between(state(HashAlgorithm.JUMP, before), state(HashAlgorithm.JUMP, after));
    }

    @Test
    void aNewBucketTakesFromAllAlike() {
        Movement<String> movement = between("aab", "aabc");
        assertThat(movement.total()).isEqualTo(0.25);
        assertThat(movement.flows())
                .containsExactly(new Movement.Flow<>("a", "c", 2 / 12.0), new Movement.Flow<>("b", "c", 1 / 12.0));
        assertThat(movement.share("a", "c")).isEqualTo(2 / 12.0);
        assertThat(movement.share("c", "a")).isZero();
        assertThat(movement.share("a", "a")).isZero();
    }

    @Test
    void aBucketThatChangesHandsMovesWhole() {
        assertThat(between("aab", "abb").flows()).containsExactly(new Movement.Flow<>("a", "b", 1 / 3.0));
        assertThat(between("abc", "bca").total()).isEqualTo(1.0);
    }

    @Test
    void anEmptyRingRoutesToNobody() {
        assertThat(between("", "").total()).isZero();
        assertThat(between("", "").flows()).isEmpty();
        assertThat(between("", "aab").total()).isEqualTo(1.0);
        assertThat(between("", "aab").share(null, "a")).isEqualTo(2 / 3.0);
        assertThat(between("aab", "").flows())
                .containsExactly(new Movement.Flow<>("a", null, 2 / 3.0), new Movement.Flow<>("b", null, 1 / 3.0));
    }

    @Test
    void anotherAlgorithmHasNothingInCommon() {
        Movement<String> movement =
                Movement.between(state(HashAlgorithm.JUMP, "aab"), state(HashAlgorithm.JUMP_BACK, "aab"));
        assertThat(movement.total()).isCloseTo(4 / 9.0, within(1e-15));
        assertThat(movement.share("b", "a")).isCloseTo(2 / 9.0, within(1e-15));
    }

    @Test
    void nothingMovesBetweenEqualStates() {
        assertThat(between("abcab", "abcab").total()).isZero();
    }

    /** All pairs of small arrays of random letters, by summing the probability of each pair of buckets. */
    @Test
    void theClosedFormIsTheSumOverAllPairsOfBuckets() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 3_000; i++) {
            String before = letters(random);
            String after = letters(random);
            Movement<String> movement = between(before, after);
            Map<List<@Nullable String>, Double> expected = bruteForce(before, after);
            double total = 0;
            for (Map.Entry<List<@Nullable String>, Double> entry : expected.entrySet()) {
                String from = entry.getKey().get(0);
                String to = entry.getKey().get(1);
                assertThat(movement.share(from, to))
                        .as("%s→%s: %s→%s", before, after, from, to)
                        .isCloseTo(entry.getValue(), within(1e-12));
                total += entry.getValue();
            }
            assertThat(movement.total()).isCloseTo(total, within(1e-12));
            assertThat(movement.flows()).hasSize(expected.size());
            assertThat(movement.flows().stream()
                            .mapToDouble(Movement.Flow::share)
                            .sum())
                    .isCloseTo(total, within(1e-12));
            assertThat(movement.flows()).isSortedAccordingTo((a, b) -> Double.compare(b.share(), a.share()));
        }
    }

    private static String letters(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(9);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(4)));
        }
        return text.toString();
    }

    private static Map<List<@Nullable String>, Double> bruteForce(String before, String after) {
        Map<List<@Nullable String>, Double> flows = new HashMap<>();
        int n = before.length();
        int m = after.length();
        for (int i = 0; i < Math.max(n, 1); i++) {
            for (int j = 0; j < Math.max(m, 1); j++) {
                double probability;
                if (n == 0 || m == 0) {
                    probability = 1.0 / Math.max(1, Math.max(n, m));
                } else if (i == j) {
                    probability = 1.0 / Math.max(n, m);
                } else {
                    probability = (m > n ? j >= n : n > m && i >= m) ? 1.0 / n / m : 0;
                }
                String from = n == 0 ? null : before.substring(i, i + 1);
                String to = m == 0 ? null : after.substring(j, j + 1);
                if (!Objects.equals(from, to) && probability > 0) {
                    flows.merge(Arrays.asList(from, to), probability, Double::sum);
                }
            }
        }
        return flows;
    }

    /** States that share chunks of buckets, and runs that cross their borders, are summed up like all others. */
    @Test
    void largeRingsAreCountedLikeSmallOnes() {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        for (int i = 0; i < 10; i++) {
            ring.bind("q" + i, 1_000);
        }
        RingState<String> before = ring.state();
        ring.bind("q3", 900);
        ring.bind("q9", 2_100);
        ring.remove("q5");
        RingState<String> after = ring.state();
        // The same arrays without a shared chunk.
        RingState<String> copy =
                RingSnapshot.decode(RingSnapshot.encode(after, DestinationCodec.TEXT), DestinationCodec.TEXT);
        Movement<String> movement = Movement.between(before, after);
        assertThat(movement.total())
                .isEqualTo(Movement.between(before, copy).total())
                .isGreaterThan(0.1);
        assertThat(movement.flows()).isEqualTo(Movement.between(before, copy).flows());
        double[] lost = new double[1];
        double[] gained = new double[1];
        movement.flows().forEach(flow -> {
            lost[0] += "q5".equals(flow.from()) ? flow.share() : 0;
            gained[0] += "q5".equals(flow.to()) ? flow.share() : 0;
        });
        assertThat(lost[0]).isCloseTo(0.1, within(1e-12));
        assertThat(gained[0]).isZero();
    }

    /** Ten million keys, three changes: each flow within five standard deviations of what was predicted. */
    @Test
    void tenMillionKeysMoveAsPredicted() {
        int sample = 10_000_000;
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP_BACK);
        ring.bind("a", 5);
        ring.bind("b", 3);
        ring.bind("c", 9);
        RingState<String> before = ring.state();
        ring.remove("b");
        ring.bind("d", 4);
        ring.bind("a", 2);
        RingState<String> after = ring.state();
        Movement<String> movement = Movement.between(before, after);
        Map<List<String>, Integer> seen = new HashMap<>();
        SplittableRandom random = new SplittableRandom(2026);
        int moved = 0;
        for (int i = 0; i < sample; i++) {
            long hash = random.nextLong();
            String from = Objects.requireNonNull(before.destinationOf(hash));
            String to = Objects.requireNonNull(after.destinationOf(hash));
            if (!from.equals(to)) {
                seen.merge(List.of(from, to), 1, Integer::sum);
                moved++;
            }
        }
        assertThat(seen).hasSameSizeAs(movement.flows());
        seen.forEach((pair, count) -> assertThat((double) count / sample)
                .isCloseTo(
                        movement.share(pair.get(0), pair.get(1)),
                        within(fiveDeviations(movement.share(pair.get(0), pair.get(1)), sample))));
        assertThat((double) moved / sample)
                .isCloseTo(movement.total(), within(fiveDeviations(movement.total(), sample)));
    }

    static Stream<Arguments> pairsOfAlgorithms() {
        return Stream.of(HashAlgorithm.values())
                .flatMap(before -> Stream.of(HashAlgorithm.values()).map(after -> Arguments.of(before, after)));
    }

    /** From any algorithm to any other, or to the same one, growing and shrinking: each flow, and what stays. */
    @ParameterizedTest
    @MethodSource("pairsOfAlgorithms")
    void sampledKeysMoveAsPredicted(HashAlgorithm before, HashAlgorithm after) {
        assertSampleMovesAsPredicted(state(before, "aabbcda"), state(after, "acbde"));
        assertSampleMovesAsPredicted(state(before, "acbde"), state(after, "aabbcda"));
        assertSampleMovesAsPredicted(state(before, "ab"), state(after, "ba"));
    }

    private static void assertSampleMovesAsPredicted(RingState<String> before, RingState<String> after) {
        int sample = 200_000;
        Movement<String> movement = Movement.between(before, after);
        SplittableRandom random = new SplittableRandom(2027);
        Map<List<String>, Integer> seen = new HashMap<>();
        byte[] key = new byte[8];
        for (int i = 0; i < sample; i++) {
            random.nextBytes(key);
            String from = Objects.requireNonNull(before.destinationOf(key, 0, key.length));
            String to = Objects.requireNonNull(after.destinationOf(key, 0, key.length));
            seen.merge(List.of(from, to), 1, Integer::sum);
        }
        for (String from : before.weights().keySet()) {
            for (String to : after.weights().keySet()) {
                if (!from.equals(to)) {
                    double share = movement.share(from, to);
                    assertThat((double) seen.getOrDefault(List.of(from, to), 0) / sample)
                            .as("%s → %s", from, to)
                            .isCloseTo(share, within(fiveDeviations(share, sample)));
                }
            }
        }
        int stayed = seen.entrySet().stream()
                .filter(entry -> entry.getKey().get(0).equals(entry.getKey().get(1)))
                .mapToInt(Map.Entry::getValue)
                .sum();
        assertThat(1 - (double) stayed / sample)
                .isCloseTo(movement.total(), within(fiveDeviations(movement.total(), sample)));
    }

    /** What leaves a destination, less what comes to it, is by how much its share of the buckets falls. */
    @Test
    void flowsAddUpToTheChangeOfEachShare() {
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 300; i++) {
            RingState<String> before = state(HashAlgorithm.JUMP, "a" + letters(random));
            RingState<String> after = state(HashAlgorithm.JUMP, "a" + letters(random));
            Movement<String> movement = Movement.between(before, after);
            for (String destination : List.of("a", "b", "c", "d")) {
                double lost = 0;
                for (Movement.Flow<String> flow : movement.flows()) {
                    lost += destination.equals(flow.from()) ? flow.share() : 0;
                    lost -= destination.equals(flow.to()) ? flow.share() : 0;
                }
                assertThat(lost).isCloseTo(share(before, destination) - share(after, destination), within(1e-12));
            }
        }
    }

    private static double share(RingState<String> state, String destination) {
        return (double) state.weights().getOrDefault(destination, 0) / state.bucketCount();
    }

    private static double fiveDeviations(double share, int sample) {
        return 5 * Math.sqrt(share * (1 - share) / sample);
    }
}
