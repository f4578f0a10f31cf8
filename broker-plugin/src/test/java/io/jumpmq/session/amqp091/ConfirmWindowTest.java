package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConfirmWindowTest {
    private final ConfirmWindow window = new ConfirmWindow();
    private final List<String> told = new ArrayList<>();
    private final ConfirmWindow.Output output = new ConfirmWindow.Output() {
        @Override
        public void ack(long sequenceNumber, boolean multiple) {
            told.add("ack " + sequenceNumber + (multiple ? " and before" : ""));
        }

        @Override
        public void nack(long sequenceNumber) {
            told.add("nack " + sequenceNumber);
        }
    };

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            window.open();
        }
    }

    @Test
    void anUnbrokenRunIsToldAtOnce() {
        open(3);
        window.settle(1, true);
        window.settle(2, true);
        window.settle(3, true);
        window.flush(output);
        assertThat(told).containsExactly("ack 3 and before");
        assertThat(window.size()).isZero();
    }

    @Test
    void aSlowOneHoldsBackNobodyElse() {
        open(3);
        window.settle(3, true);
        window.settle(2, false);
        window.flush(output);
        assertThat(told).containsExactly("ack 3", "nack 2");
        window.settle(1, true);
        window.flush(output);
        assertThat(told).containsExactly("ack 3", "nack 2", "ack 1");
        assertThat(window.size()).isZero();
    }

    @Test
    void aNackIsToldAlone() {
        open(3);
        window.settle(1, true);
        window.settle(2, false);
        window.settle(3, true);
        window.flush(output);
        assertThat(told).containsExactly("ack 1", "nack 2", "ack 3");
    }

    @Test
    void nothingIsSettledTwice() {
        open(2);
        window.settle(2, true);
        for (long number : new long[] {0, 2, 3}) {
            assertThatThrownBy(() -> window.settle(number, true)).isInstanceOf(IllegalStateException.class);
        }
        window.flush(output);
        assertThatThrownBy(() -> window.settle(2, true)).isInstanceOf(IllegalStateException.class);
    }

    /** Random orders: each number is told exactly once, as it was settled, and never before. */
    @Test
    void eachNumberIsToldOnceAndRightly() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ConfirmWindow subject = new ConfirmWindow();
            TreeMap<Long, Boolean> settled = new TreeMap<>();
            TreeMap<Long, Boolean> heard = new TreeMap<>();
            List<Long> open = new ArrayList<>();
            long known = 0;
            for (int step = 0; step < 400; step++) {
                if (random.nextInt(3) < 2) {
                    known = subject.open();
                    open.add(known);
                } else if (!open.isEmpty()) {
                    long number = open.remove(random.nextInt(Math.min(open.size(), 20)));
                    boolean accepted = random.nextInt(5) > 0;
                    subject.settle(number, accepted);
                    settled.put(number, accepted);
                }
                if (random.nextInt(6) == 0) {
                    subject.flush(new Hearing(settled, heard));
                    assertThat(heard).as("seed %d", seed).isEqualTo(settled);
                }
            }
        }
    }

    /** Takes "and before" to mean all that was settled and not told, as a client does. */
    private record Hearing(TreeMap<Long, Boolean> settled, TreeMap<Long, Boolean> heard)
            implements ConfirmWindow.Output {
        @Override
        public void ack(long sequenceNumber, boolean multiple) {
            if (multiple) {
                settled.headMap(sequenceNumber, true).forEach((number, accepted) -> {
                    if (!heard.containsKey(number)) {
                        heard.put(number, true);
                    }
                });
            } else {
                assertThat(heard.put(sequenceNumber, true)).isNull();
            }
        }

        @Override
        public void nack(long sequenceNumber) {
            assertThat(heard.put(sequenceNumber, false)).isNull();
        }
    }
}
