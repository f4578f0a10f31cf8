package io.jumpmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What is counted is never more than its limit, and nothing is kept of what is gone. */
class TallyTest {
    private final Tally tally = new Tally();

    @Test
    void thereAreNoMoreThanMayBe() {
        OptionalInt two = OptionalInt.of(2);
        assertThat(tally.add("a", two)).isTrue();
        assertThat(tally.add("a", two)).isTrue();
        assertThat(tally.add("a", two)).isFalse();
        assertThat(tally.add("b", two)).as("another's").isTrue();
        tally.subtract("a", 1);
        assertThat(tally.add("a", two)).isTrue();
        assertThat(tally.add("a", OptionalInt.empty())).as("without a limit").isTrue();
        assertThat(tally.add("c", OptionalInt.of(0))).isFalse();
    }
}
