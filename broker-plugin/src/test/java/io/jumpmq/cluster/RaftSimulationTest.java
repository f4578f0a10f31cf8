package io.jumpmq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many a {@link RaftSimulation}. {@code -Draft.seeds=} and {@code -Draft.seed=} tell other ones, {@code -Draft.log=INFO} shows
 * what the engine says, {@code -Draft.assertions=true} leaves it its assertions.
 */
class RaftSimulationTest {
    private static final int SEEDS = Integer.getInteger("raft.seeds", 250);
    private static final long FIRST_SEED = Long.getLong("raft.seed", 1);

    @Test
    void whatWasAnsweredStaysAndAllNodesAgree() {
        run(FIRST_SEED, SEEDS);
    }

    @Test
    void aSeedTellsTheSameStoryEachTime() {
        assertThat(story(FIRST_SEED)).isEqualTo(story(FIRST_SEED));
    }

    private static String story(long seed) {
        RaftSimulation simulation = new RaftSimulation(seed, Flaw.none());
        simulation.run();
        return simulation.describe();
    }

    @Test
    @Tag("long")
    void whatWasAnsweredStaysInTheLongRun() {
        run(100_000, 10_000);
    }

    private static void run(long firstSeed, int count) {
        long answers = 0;
        long applied = 0;
        long elections = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            RaftSimulation simulation = new RaftSimulation(seed, Flaw.none());
            try {
                simulation.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            answers += simulation.answers();
            applied += simulation.applied();
            elections += simulation.elections();
        }
        System.out.printf(
                "Raft: %,d seeds from %,d, %,d answers, %,d entries applied, %,d leaders%n",
                count, firstSeed, answers, applied, elections);
        assertThat(answers).isGreaterThan(200L * count);
        assertThat(elections).isGreaterThan(3L * count);
    }
}
