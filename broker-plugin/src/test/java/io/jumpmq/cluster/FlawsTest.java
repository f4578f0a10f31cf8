package io.jumpmq.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulation can fail: each flaw is found within a few seeds from the one given. */
class FlawsTest {
    private static final int SEEDS = 20;

    @ParameterizedTest
    @CsvSource({
        "UNFLUSHED_VOTE, 1",
        "UNFLUSHED_ENTRIES, 1",
        "OUT_OF_ORDER, 1",
        "FORGOTTEN_REQUESTS, 1",
        "STALE_READS, 1",
    })
    void isFound(Flaw flaw, long firstSeed) {
        assertThatThrownBy(() -> {
                    for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
                        new RaftSimulation(seed, EnumSet.of(flaw)).run();
                    }
                })
                .isInstanceOf(AssertionError.class);
    }
}
