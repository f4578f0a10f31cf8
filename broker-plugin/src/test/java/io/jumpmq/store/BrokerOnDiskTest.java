package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many a {@link BrokerStory}. */
class BrokerOnDiskTest {
    @Test
    void whatWasPromisedSurvives() {
        run(1, 60);
    }

    @Test
    @Tag("long")
    void whatWasPromisedSurvivesInTheLongRun() {
        run(100_000, 5_000);
    }

    private static void run(long firstSeed, int count) {
        int operations = 0;
        int confirmed = 0;
        int lives = 0;
        int refusals = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            BrokerStory story = new BrokerStory(seed);
            try {
                story.tell();
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", life " + story.lives() + ", operation " + story.operations(), e);
            }
            operations += story.operations();
            confirmed += story.confirmed();
            lives += story.lives();
            refusals += story.refusals();
        }
        System.out.printf(
                "Broker on disk: %,d operations in %,d lives, %,d messages confirmed; %,d damaged copies refused%n",
                operations, lives, confirmed, refusals);
        assertThat(refusals).isBetween(1, lives);
        assertThat(confirmed).isGreaterThan(operations / 10);
    }
}
