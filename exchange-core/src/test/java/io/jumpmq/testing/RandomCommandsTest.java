package io.jumpmq.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RandomCommandsTest {
    @Test
    void aFailureIsCutDownToWhatItTakes() {
        RandomCommands<Integer> property =
                new RandomCommands<>(random -> random.nextInt(100), RandomCommandsTest::noSevenAfterThree);
        assertThatThrownBy(() -> property.check(1, 50, 2_000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed 1")
                .hasMessageEndingWith("to 2 commands: [3, 7]");
    }

    /** Which of the commands can go shows only after others went. */
    @Test
    void leavingOutIsTriedAgain() {
        // Fails while each number up to the largest is there: 1 can go only after 2 went, and so on from the top.
        RandomCommands<Integer> property = new RandomCommands<>(random -> random.nextInt(6), commands -> {
            int largest = commands.stream().mapToInt(Integer::intValue).max().orElse(-1);
            for (int i = 0; i < largest; i++) {
                if (!commands.contains(i)) {
                    return;
                }
            }
            if (commands.contains(0)) {
                throw new IllegalStateException("no gap");
            }
        });
        assertThatThrownBy(() -> property.check(5, 50, 200)).hasMessageEndingWith("to 1 commands: [0]");
    }

    @Test
    void nothingIsReportedWhereNothingFails() {
        int[] runs = new int[1];
        new RandomCommands<Integer>(random -> 1, commands -> runs[0]++).check(1, 20, 10);
        assertThat(runs[0]).isEqualTo(20);
    }

    private static void noSevenAfterThree(List<Integer> commands) {
        int three = commands.indexOf(3);
        if (three >= 0 && commands.lastIndexOf(7) > three) {
            throw new IllegalStateException("seven after three");
        }
    }
}
