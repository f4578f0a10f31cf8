package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.message.Message;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnackedMessagesTest {
    private final UnackedMessages unacked = new UnackedMessages();

    private static QueueEntry entry(long position) {
        return new QueueEntry(
                new Message("", new byte[0], BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[0]),
                position,
                QueueEntry.NEVER,
                0);
    }

    @Test
    void anAttemptIsTakenOnceAndNoOtherInItsPlace() {
        QueueEntry entry = entry(5);
        int first = unacked.add(entry);
        assertThat(unacked.take(5, first + 1)).isNull();
        assertThat(unacked.take(4, first)).isNull();
        assertThat(unacked.take(5, first)).isSameAs(entry);
        assertThat(unacked.take(5, first)).isNull();

        int second = unacked.add(entry);

        assertThat(unacked.take(5, first)).as("the attempt that was taken back").isNull();
        assertThat(unacked.take(5, second)).isSameAs(entry);
        assertThat(unacked.count()).isZero();
    }

    /** Strides of powers of two are what a consumer of many leaves behind that does not acknowledge. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 1024, 1L << 32, 1_000_003})
    void itFindsWhatAMapFinds(long stride) {
        SplittableRandom random = new SplittableRandom(stride);
        Map<Long, Integer> expected = new HashMap<>();
        List<Long> positions = new ArrayList<>();
        long next = 0;
        for (int step = 0; step < 50_000; step++) {
            int wanted = step % 10_000 < 5_000 ? 3 : 1;
            if (random.nextInt(4) < wanted) {
                long position = stride * next++;
                expected.put(position, unacked.add(entry(position)));
                positions.add(position);
            } else if (!positions.isEmpty()) {
                long position = positions.remove(random.nextInt(positions.size()));
                int attempt = Objects.requireNonNull(expected.remove(position));
                QueueEntry taken = unacked.take(position, attempt);
                assertThat(taken).as("stride %d, step %d", stride, step).isNotNull();
                assertThat(taken.position()).isEqualTo(position);
            }
            assertThat(unacked.count()).isEqualTo(expected.size());
        }
        expected.forEach((position, attempt) -> assertThat(unacked.take(position, attempt))
                .as("position %d", position)
                .isNotNull());
        assertThat(unacked.count()).isZero();
    }
}
