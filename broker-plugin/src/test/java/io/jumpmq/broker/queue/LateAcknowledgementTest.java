package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of a delivery that the queue has taken back hits nothing, though the same message is out again. */
class LateAcknowledgementTest {
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain().deadLettering());
    private Delivery first = test.consumeOne("a");
    private Delivery second = first;

    @BeforeEach
    void deliverAgain() {
        test.requeue(first);
        second = test.channel.taken().get(0);
        assertThat(second.position()).isEqualTo(first.position());
        assertThat(second.attempt()).isNotEqualTo(first.attempt());
        assertThat(second.redelivered()).isTrue();
        assertThat(first.redelivered()).as("a delivery is a value").isFalse();
    }

    @Test
    void anAcknowledgement() {
        test.acknowledge(first);

        assertThat(test.queue.unacknowledged()).isEqualTo(1);
        assertThat(test.queue.counters().acknowledged()).isZero();
        test.acknowledge(second);
        assertThat(test.queue.unacknowledged()).isZero();
    }

    @Test
    void aRejection() {
        test.queue.reject(List.of(first), test.now);

        assertThat(test.output.deadLetters).isEmpty();
        assertThat(test.queue.unacknowledged()).isEqualTo(1);
    }

    @Test
    void aReturn() {
        test.requeue(first, first);

        assertThat(test.channel.deliveries).isEmpty();
        assertThat(test.queue.unacknowledged()).isEqualTo(1);
    }

    @Test
    void aClosingChannel() {
        test.queue.remove(List.of(), List.of(first), test.now);

        assertThat(test.channel.deliveries).isEmpty();
        assertThat(test.queue.unacknowledged()).isEqualTo(1);
        assertThat(test.queue.ready()).isZero();
    }

    @Test
    void afterTheQueueWasDeleted() {
        test.queue.delete();

        test.acknowledge(second);

        assertThat(test.queue.counters().acknowledged()).isZero();
    }
}
