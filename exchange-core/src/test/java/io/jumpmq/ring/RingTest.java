package io.jumpmq.ring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingTest {
    private final Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);

    static List<String> array(RingState<String> state) {
        List<String> array = new ArrayList<>();
        for (int bucket = 0; bucket < state.bucketCount(); bucket++) {
            array.add(state.destinationAt(bucket));
        }
        return array;
    }

    private void holds(String... buckets) {
        assertThat(array(ring.state())).containsExactly(buckets);
    }

    @Test
    void bindingAppendsBuckets() {
        ring.bind("a", 2);
        ring.bind("b", 1);
        holds("a", "a", "b");
        assertThat(ring.state().epoch()).isEqualTo(2);
        assertThat(ring.weight("a")).isEqualTo(2);
        assertThat(ring.weight("c")).isZero();
    }

    @Test
    void aLargerWeightAppendsTheDifference() {
        ring.bind("a", 1);
        ring.bind("b", 1);
        ring.bind("a", 3);
        holds("a", "b", "a", "a");
        assertThat(ring.state().epoch()).isEqualTo(3);
    }

    @Test
    void aSmallerWeightFreesTheHighestBuckets() {
        ring.bind("a", 3);
        ring.bind("b", 1);
        ring.bind("c", 1);
        ring.bind("a", 1);
        // Slot 2 takes c from the end, then slot 1 what is last by then: b.
        holds("a", "b", "c");
    }

    @Test
    void theSameWeightLeavesTheRingAlone() {
        ring.bind("a", 2);
        RingState<String> before = ring.state();
        RingChange<String> change = ring.bind("a", 2);
        assertThat(change.changed()).isFalse();
        assertThat(ring.state()).isSameAs(before);
        assertThat(change.movement().total()).isZero();
        assertThat(change.movement().flows()).isEmpty();
    }

    @Test
    void unbindingFillsEachHoleWithTheLastBucket() {
        ring.bind("a", 2);
        ring.bind("b", 2);
        ring.bind("c", 2);
        RingChange<String> change = ring.unbind("a", 2);
        holds("c", "c", "b", "b");
        assertThat(change.changed()).isTrue();
        assertThat(change.after()).isSameAs(ring.state());
        assertThat(array(change.before())).containsExactly("a", "a", "b", "b", "c", "c");
    }

    @Test
    void unbindingTheLastMovesNothingElse() {
        ring.bind("a", 1);
        ring.bind("b", 2);
        ring.unbind("b", 2);
        holds("a");
        ring.unbind("a", 1);
        holds();
        assertThat(ring.state().destinationOf(new byte[] {1}, 0, 1)).isNull();
    }

    @Test
    void aStaleUnbindChangesNothing() {
        ring.bind("a", 2);
        ring.bind("a", 5);
        RingState<String> before = ring.state();
        assertThat(ring.unbind("a", 2).changed()).isFalse();
        assertThat(ring.unbind("a", 0).changed()).isFalse();
        assertThat(ring.unbind("unknown", 2).changed()).isFalse();
        assertThat(ring.unbind("unknown", 0).changed()).isFalse();
        assertThat(ring.state()).isSameAs(before);
    }

    @Test
    void removingFreesWhateverThereIs() {
        ring.bind("a", 2);
        ring.bind("b", 1);
        assertThat(ring.remove("a").changed()).isTrue();
        assertThat(ring.remove("a").changed()).isFalse();
        holds("b");
        ring.bind("a", 1);
        holds("b", "a");
        assertThat(ring.state().epoch()).isEqualTo(4);
    }

    @Test
    void commandsDoWhatTheMethodsDo() {
        ring.apply(new RingCommand.Bind<>("a", 2));
        ring.apply(new RingCommand.Bind<>("b", 3));
        ring.apply(new RingCommand.Unbind<>("a", 1));
        holds("a", "a", "b", "b", "b");
        ring.apply(new RingCommand.Unbind<>("a", 2));
        holds("b", "b", "b");
        ring.apply(new RingCommand.Remove<>("b"));
        holds();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 10_001, Integer.MAX_VALUE})
    void aWeightOutOfRangeIsRefused(int weight) {
        ring.bind("a", 7);
        RingState<String> before = ring.state();
        for (String destination : List.of("a", "b")) {
            assertThatThrownBy(() -> ring.bind(destination, weight))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a weight must be from 1 to 10000, not " + weight);
            assertThatThrownBy(() -> new RingCommand.Bind<>(destination, weight))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(ring.state()).isSameAs(before);
    }

    @Test
    void theLargestWeightIsTaken() {
        ring.bind("a", 10_000);
        ring.bind("b", 1);
        ring.bind("a", 1);
        holds("a", "b");
    }

    @Test
    void aFullRingTakesNoMoreAndStaysWhole() {
        int full = Ring.MAX_BUCKETS / Ring.MAX_WEIGHT;
        for (int i = 0; i < full; i++) {
            ring.bind("q" + i, Ring.MAX_WEIGHT);
        }
        int rest = Ring.MAX_BUCKETS - full * Ring.MAX_WEIGHT;
        assertThatThrownBy(() -> ring.bind("last", rest + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight 7217 for last would give the ring 16777217 buckets; the limit is 16777216");
        ring.bind("last", rest);
        assertThat(ring.state().bucketCount()).isEqualTo(Ring.MAX_BUCKETS);
        assertThatThrownBy(() -> ring.bind("more", 1)).isInstanceOf(IllegalArgumentException.class);
        ring.bind("last", rest - 1);
        ring.bind("more", 1);
        assertThat(ring.state().destinationAt(Ring.MAX_BUCKETS - 1)).isEqualTo("more");
    }

    @Test
    void aBucketThatIsNotThereIsRefused() {
        ring.bind("a", 3);
        for (int bucket : new int[] {-1, 3, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> ring.state().destinationAt(bucket))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("bucket " + bucket + " of 3");
        }
    }

    @Test
    void routingGoesByTheAlgorithm() {
        for (HashAlgorithm algorithm : HashAlgorithm.values()) {
            Ring<Integer> numbers = new Ring<>(algorithm);
            for (int i = 0; i < 3_000; i++) {
                numbers.bind(i, 1);
            }
            for (int i = 0; i < 1_000; i++) {
                byte[] key = ("xorder-" + i).getBytes(UTF_8);
                long hash = algorithm.hash(key, 1, key.length - 1);
                assertThat(numbers.state().destinationOf(key, 1, key.length - 1))
                        .isEqualTo(algorithm.bucket(hash, 3_000));
                assertThat(numbers.state().destinationOf(hash)).isEqualTo(algorithm.bucket(hash, 3_000));
            }
        }
    }

    @Test
    void statesAreEqualWhenAllOfThemIs() {
        ring.bind("a", 2);
        ring.bind("b", 1);
        Ring<String> same = new Ring<>(HashAlgorithm.JUMP);
        same.bind("a", 2);
        assertThat(same.state()).isNotEqualTo(ring.state());
        same.bind("b", 1);
        assertThat(same.state()).isEqualTo(ring.state()).hasSameHashCodeAs(ring.state());
        Ring<String> laterEpoch = new Ring<>(HashAlgorithm.JUMP);
        laterEpoch.bind("a", 1);
        laterEpoch.bind("a", 2);
        laterEpoch.bind("b", 1);
        assertThat(laterEpoch.state()).isNotEqualTo(ring.state());
        Ring<String> otherAlgorithm = new Ring<>(HashAlgorithm.JUMP_BACK);
        otherAlgorithm.bind("a", 2);
        otherAlgorithm.bind("b", 1);
        assertThat(otherAlgorithm.state()).isNotEqualTo(ring.state());
        Ring<String> otherOrder = new Ring<>(HashAlgorithm.JUMP);
        otherOrder.bind("b", 1);
        otherOrder.bind("a", 2);
        assertThat(otherOrder.state()).isNotEqualTo(ring.state());
        RingState<String> longer =
                RingState.of(HashAlgorithm.JUMP, 2, List.of(new RingState.Run<>("a", 2), new RingState.Run<>("b", 2)));
        assertThat(longer).isNotEqualTo(ring.state());
        assertThat(ring.state()).isNotEqualTo(longer).doesNotHaveSameHashCodeAs(longer);
        assertThat(ring.state()).isNotEqualTo("a ring").hasToString("ring of 3 buckets, jump, epoch 2");
    }

    /** A queue that is gone must not stay in memory for as long as its ring lives. */
    @Test
    void aRemovedDestinationIsForgotten() {
        Ring<Object> objects = new Ring<>(HashAlgorithm.JUMP);
        objects.bind("stays", 1);
        WeakReference<Object> gone = bindAndRemove(objects, 3);
        WeakReference<Object> largeAndGone = bindAndRemove(objects, 3_000);
        for (int i = 0; i < 100 && (gone.get() != null || largeAndGone.get() != null); i++) {
            System.gc();
        }
        assertThat(gone.get()).isNull();
        assertThat(largeAndGone.get()).isNull();
        assertThat(objects.state().bucketCount()).isEqualTo(1);
    }

    private static WeakReference<Object> bindAndRemove(Ring<Object> ring, int weight) {
        Object destination = new Object();
        ring.bind(destination, weight);
        ring.remove(destination);
        return new WeakReference<>(destination);
    }

    @Test
    void runsAreToldAsLongAsTheyAre() {
        ring.bind("a", 2);
        ring.bind("b", 1);
        ring.bind("a", 1_030);
        List<String> runs = new ArrayList<>();
        ring.state().forEachRun((destination, length) -> runs.add(length + destination));
        assertThat(runs).containsExactly("2a", "1b", "1028a");
        assertThat(ring.state().weights())
                .containsEntry("a", 1_030)
                .containsEntry("b", 1)
                .hasSize(2);
    }

    @Test
    void runsMakeAState() {
        ring.bind("a", 2);
        ring.bind("b", 1);
        ring.bind("a", 3_000);
        List<RingState.Run<String>> runs = new ArrayList<>();
        ring.state().forEachRun((destination, length) -> runs.add(new RingState.Run<>(destination, length)));
        assertThat(RingState.of(HashAlgorithm.JUMP, 3, runs)).isEqualTo(ring.state());
    }

    @Test
    void runsThatBreakALimitAreRefused() {
        assertThatThrownBy(() -> RingState.of(HashAlgorithm.JUMP, -1, List.of()))
                .hasMessage("an epoch cannot be negative: -1");
        assertThatThrownBy(() -> RingState.of(HashAlgorithm.JUMP, 0, List.of(new RingState.Run<>("a", 0))))
                .hasMessage("bucket 0: a run of 0 for a, which may have 1 to 10000 buckets in all");
        assertThatThrownBy(() -> RingState.of(
                        HashAlgorithm.JUMP,
                        0,
                        List.of(new RingState.Run<>("a", 9_000), new RingState.Run<>("a", 1_001))))
                .hasMessage("bucket 9000: a run of 1001 for a, which may have 1 to 10000 buckets in all");
        List<RingState.Run<Integer>> runs = new ArrayList<>();
        for (int i = 0; i <= Ring.MAX_BUCKETS / Ring.MAX_WEIGHT; i++) {
            runs.add(new RingState.Run<>(i, Ring.MAX_WEIGHT));
        }
        assertThatThrownBy(() -> RingState.of(HashAlgorithm.JUMP, 0, runs))
                .hasMessage("bucket 16770000: a ring has at most 16777216 buckets");
        runs.set(runs.size() - 1, new RingState.Run<>(-1, 7_216));
        assertThat(RingState.of(HashAlgorithm.JUMP, 0, runs).bucketCount()).isEqualTo(Ring.MAX_BUCKETS);
    }
}
