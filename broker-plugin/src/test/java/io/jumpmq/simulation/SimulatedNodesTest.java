package io.jumpmq.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many a {@link NodesStory}. */
class SimulatedNodesTest {
    @Test
    void whatWasConfirmedIsAtItsQueuesHome() {
        run(1, 60);
    }

    @Test
    @Tag("long")
    void whatWasConfirmedIsAtItsQueuesHomeInTheLongRun() {
        run(100_000, 10_000);
    }

    private static void run(long firstSeed, int count) {
        int confirmed = 0;
        int acknowledged = 0;
        int kills = 0;
        int cuts = 0;
        int nacks = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            NodesStory story = new NodesStory(seed);
            try {
                story.tell();
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            confirmed += story.confirmed();
            acknowledged += story.acknowledged();
            kills += story.kills();
            cuts += story.cuts();
            nacks += story.nacks();
        }
        System.out.printf(
                "Three nodes, %,d seeds from %,d: %,d confirmed, %,d nacked, %,d acknowledged; %,d kills, %,d cuts%n",
                count, firstSeed, confirmed, nacks, acknowledged, kills, cuts);
        assertThat(kills).isGreaterThan(count);
        assertThat(cuts).isGreaterThan(count);
        assertThat(nacks).isPositive();
        assertThat(confirmed).isGreaterThan(20 * count);
        assertThat(acknowledged).isGreaterThan(count);
    }
}
