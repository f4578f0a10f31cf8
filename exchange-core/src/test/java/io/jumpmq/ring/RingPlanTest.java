package io.jumpmq.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RingPlanTest {
    private static Ring<String> ring(int... weights) {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        for (int i = 0; i < weights.length; i++) {
            ring.bind("q" + i, weights[i]);
        }
        return ring;
    }

    @Test
    void growthComesFirst() {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        wanted.put("q0", 1);
        wanted.put("q1", 0);
        wanted.put("q2", 2);
        wanted.put("new", 5);
        RingPlan<String> plan = RingPlan.of(ring(3, 1, 1).state(), wanted);
        assertThat(plan.commands())
                .containsExactly(
                        new RingCommand.Bind<>("q2", 2),
                        new RingCommand.Bind<>("new", 5),
                        new RingCommand.Bind<>("q0", 1),
                        new RingCommand.Remove<>("q1"));
    }

    @Test
    void whatIsThereAlreadyTakesNoCommand() {
        RingPlan<String> plan = RingPlan.of(ring(3, 1).state(), Map.of("q0", 3, "unknown", 0));
        assertThat(plan.commands()).isEmpty();
        assertThat(plan.change().changed()).isFalse();
    }

    @Test
    void planningChangesNothing() {
        Ring<String> ring = ring(3, 1);
        RingState<String> before = ring.state();
        RingPlan.of(before, Map.of("q0", 7));
        assertThat(ring.state()).isSameAs(before);
        assertThat(ring.weight("q0")).isEqualTo(3);
    }

    @Test
    void swappingWeightsMovesNoMoreThanTheDifference() {
        RingPlan<String> plan = RingPlan.of(ring(6, 10, 4).state(), Map.of("q0", 4, "q2", 6));
        assertThat(plan.change().movement().total()).isEqualTo(2 / 20.0);
    }

    @Test
    void shrinkingComesFirstWhereTheRingWouldOutgrowItsLimit() {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        int full = Ring.MAX_BUCKETS / Ring.MAX_WEIGHT;
        for (int i = 0; i < full; i++) {
            ring.bind("q" + i, Ring.MAX_WEIGHT);
        }
        RingPlan<String> fits = RingPlan.of(ring.state(), Map.of("new", 7_216, "q0", 1));
        assertThat(fits.commands())
                .containsExactly(new RingCommand.Bind<>("new", 7_216), new RingCommand.Bind<>("q0", 1));
        RingPlan<String> tight = RingPlan.of(ring.state(), Map.of("new", 7_217, "q0", 1));
        assertThat(tight.commands())
                .containsExactly(new RingCommand.Bind<>("q0", 1), new RingCommand.Bind<>("new", 7_217));
        assertThatThrownBy(() -> RingPlan.of(ring.state(), Map.of("new", 7_217)))
                .hasMessageContaining("16777217 buckets");
    }

    @Test
    void whatADestinationHasAlreadyTakesNoRoom() {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        for (int i = 0; i < Ring.MAX_BUCKETS / Ring.MAX_WEIGHT; i++) {
            ring.bind("q" + i, Ring.MAX_WEIGHT);
        }
        ring.bind("grows", 7_000);
        RingPlan<String> plan = RingPlan.of(ring.state(), Map.of("grows", 7_216, "q0", 1));
        assertThat(plan.commands().get(0)).isEqualTo(new RingCommand.Bind<>("grows", 7_216));
    }

    @Test
    void whatIsRefusedHalfwayChangesNothing() {
        Ring<String> ring = ring(3, 2);
        RingState<String> before = ring.state();
        Map<String, Integer> wanted = new LinkedHashMap<>();
        wanted.put("q0", 5);
        wanted.put("q1", 10_001);
        assertThatThrownBy(() -> ring.setWeights(wanted)).isInstanceOf(IllegalArgumentException.class);
        assertThat(ring.state()).isSameAs(before);
        ring.remove("q0");
        assertThat(ring.state().weights()).isEqualTo(Map.of("q1", 2));
    }

    @Test
    void aWeightOutOfRangeIsRefused() {
        assertThatThrownBy(() -> RingPlan.of(ring(1).state(), Map.of("q0", 10_001)))
                .hasMessage("a weight must be from 1 to 10000, not 10001");
        assertThatThrownBy(() -> RingPlan.of(ring(1).state(), Map.of("q0", -1)))
                .hasMessage("a weight must be from 1 to 10000, not -1");
    }

    @Test
    void thePlannedStateIsTheOneThatTheCommandsReach() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            Ring<String> ring = ring(random.ints(6, 1, 9).toArray());
            Map<String, Integer> wanted = new LinkedHashMap<>();
            for (int j = 0; j < 4; j++) {
                wanted.put("q" + random.nextInt(9), random.nextInt(9));
            }
            RingPlan<String> plan = RingPlan.of(ring.state(), wanted);
            Ring<String> atOnce = new Ring<>(ring.state());
            atOnce.setWeights(wanted);
            plan.commands().forEach(ring::apply);
            assertThat(ring.state()).isEqualTo(plan.change().after());
            assertThat(atOnce.state()).isEqualTo(ring.state());
            for (String destination : List.of("q0", "q3", "q8")) {
                atOnce.remove(destination);
                ring.remove(destination);
                assertThat(atOnce.state()).as("what follows").isEqualTo(ring.state());
            }
            wanted.keySet().removeAll(List.of("q0", "q3", "q8"));
            wanted.forEach((destination, weight) ->
                    assertThat(ring.weight(destination)).isEqualTo(weight));
        }
    }
}
