package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnackedDeliveriesTest {
    @Test
    void tagsCountUpFromOne() {
        UnackedDeliveries<String> unacked = new UnackedDeliveries<>();
        assertThat(unacked.nextTag()).isEqualTo(1);
        assertThat(unacked.add("a")).isEqualTo(1);
        assertThat(unacked.skip()).isEqualTo(2);
        assertThat(unacked.add("b")).isEqualTo(3);
        assertThat(unacked.take(2)).isNull();
        assertThat(unacked.take(4)).isNull();
        assertThat(unacked.take(0)).isNull();
        assertThat(unacked.take(3)).isEqualTo("b");
        assertThat(unacked.take(3)).isNull();
        assertThat(unacked.size()).isEqualTo(1);
    }

    @Test
    void oneThatStaysCostsNoRoomForThoseThatComeAndGo() {
        UnackedDeliveries<String> unacked = new UnackedDeliveries<>();
        unacked.add("stays");
        for (int i = 0; i < 100_000; i++) {
            long tag = unacked.add("goes");
            assertThat(unacked.take(tag)).isEqualTo("goes");
        }
        assertThat(unacked.capacity()).isLessThan(100);
        List<String> all = new ArrayList<>();
        unacked.forEach((tag, delivery) -> all.add(tag + " " + delivery));
        assertThat(all).containsExactly("1 stays");
        assertThat(unacked.take(1)).isEqualTo("stays");
        assertThat(unacked.size()).isZero();
    }

    @Test
    void itDoesWhatASortedMapDoes() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            UnackedDeliveries<Long> unacked = new UnackedDeliveries<>();
            TreeMap<Long, Long> model = new TreeMap<>();
            List<Long> takenBefore = new ArrayList<>();
            long next = 1;
            for (int step = 0; step < 300; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> {
                        assertThat(unacked.add(next)).isEqualTo(next);
                        model.put(next, next);
                        next++;
                    }
                    case 4 -> assertThat(unacked.skip()).isEqualTo(next++);
                    case 5, 6 -> {
                        long tag = random.nextLong(next + 2);
                        assertThat(unacked.holds(tag)).as("seed %d", seed).isEqualTo(model.containsKey(tag));
                        Long taken = unacked.take(tag);
                        assertThat(taken).as("seed %d", seed).isEqualTo(model.remove(tag));
                        if (taken != null) {
                            takenBefore.add(taken);
                        }
                    }
                    case 7 -> {
                        Long held = model.isEmpty() ? null : model.ceilingKey(random.nextLong(model.lastKey() + 1));
                        if (held != null) {
                            unacked.replace(held, held);
                        }
                    }
                    case 8 -> {
                        if (!takenBefore.isEmpty()) {
                            long tag = takenBefore.remove(random.nextInt(takenBefore.size()));
                            unacked.putBack(tag, tag);
                            model.put(tag, tag);
                        }
                    }
                    default -> {
                        long tag = random.nextLong(next + 2);
                        List<Long> taken = new ArrayList<>();
                        unacked.takeUpTo(tag, (at, delivery) -> {
                            assertThat(at).isEqualTo(delivery);
                            taken.add(delivery);
                        });
                        assertThat(taken)
                                .as("seed %d", seed)
                                .containsExactlyElementsOf(
                                        model.headMap(tag, true).values());
                        model.headMap(tag, true).clear();
                    }
                }
                List<Long> all = new ArrayList<>();
                unacked.forEach((tag, delivery) -> all.add(delivery));
                assertThat(all).as("seed %d", seed).containsExactlyElementsOf(model.keySet());
                assertThat(unacked.size()).isEqualTo(model.size());
                assertThat(unacked.nextTag()).isEqualTo(next);
            }
        }
    }
}
