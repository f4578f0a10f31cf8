package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SingleActiveConsumerTest {
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain().singleActiveConsumer());

    @Test
    void onlyTheFirstConsumerIsServed() {
        QueueConsumer first = test.consume("c1", 2);
        test.consume("c2", 0);

        test.publish("a", "b", "c");

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1: b");
        assertThat(test.queue.activeConsumer()).isSameAs(first);
    }

    @Test
    void nextConsumerInLineTakesOverAtOnce() {
        QueueConsumer first = test.consume("c1", 1);
        QueueConsumer second = test.consume("c2", 1);
        test.consume("c3", 1);
        test.publish("a", "b");

        test.queue.remove(first, test.now);

        assertThat(test.queue.activeConsumer()).isSameAs(second);
        assertThat(test.channel.heard()).containsExactly("c1: a", "c2: b");
    }

    @Test
    void waitingConsumerThatLeavesChangesNothing() {
        QueueConsumer first = test.consume("c1", 0);
        QueueConsumer second = test.consume("c2", 0);

        test.queue.remove(second, test.now);

        assertThat(test.queue.activeConsumer()).isSameAs(first);
    }

    @Test
    void successorGetsReturnedMessagesBeforeNewerOnes() {
        QueueConsumer first = test.consume("c1", 2);
        test.consume("c2", 0);
        test.publish("a", "b", "c", "d");
        List<Delivery> held = test.channel.taken();
        test.channel.heard();

        test.queue.remove(List.of(first), held, test.now);

        assertThat(test.channel.heard()).containsExactly("c2: a", "c2: b", "c2: c", "c2: d");
        assertThat(test.queue.unacknowledged()).isEqualTo(4);
    }

    @Test
    void successorWaitsForWhatIsOnItsWayToAClosedChannel() {
        QueueConsumer first = test.consume("c1", 3);
        test.consume("c2", 0);
        test.publish("a", "b", "c", "d");
        List<Delivery> held = test.channel.taken();
        test.channel.heard();

        test.queue.remove(List.of(first), held.subList(1, 2), test.now);
        test.publish("e");
        assertThat(test.channel.heard()).isEmpty();
        test.requeue(held.get(2));
        assertThat(test.channel.heard()).isEmpty();
        test.requeue(held.get(0));

        assertThat(test.channel.heard()).containsExactly("c2: a", "c2: b", "c2: c", "c2: d", "c2: e");
    }

    @Test
    void successorDoesNotWaitForWhatACancelledConsumerKeeps() {
        QueueConsumer first = test.consume("c1", 1);
        test.consume("c2", 0);
        test.publish("a", "b");

        test.queue.remove(first, test.now);

        assertThat(test.channel.heard()).containsExactly("c1: a", "c2: b");
    }

    @Test
    void successorIsNotFromTheSameChannel() {
        QueueConsumer first = test.consume("c1", 0);
        QueueConsumer second = test.consume("c2", 0);
        QueueConsumer third = test.consume("c3", 0);

        test.queue.remove(List.of(first, second), List.of(), test.now);

        assertThat(test.queue.activeConsumer()).isSameAs(third);
    }

    @Test
    void successorIsTheFirstOfTheHighestPriority() {
        QueueConsumer first = test.consume("c1", 0);
        test.consume("c2", 0);
        QueueConsumer high = test.consumeWithPriority("high", 0, 5);
        test.consumeWithPriority("high too", 0, 5);
        assertThat(test.queue.activeConsumer()).isSameAs(first);

        test.queue.remove(first, test.now);

        assertThat(test.queue.activeConsumer()).isSameAs(high);
    }

    @Test
    void roomOfAWaitingConsumerMeansNothing() {
        test.consume("c1", 1);
        QueueConsumer waiting = test.consume("c2", 0);
        test.publish("a", "b");
        test.channel.heard();

        test.queue.written(waiting, 100, test.now);

        assertThat(test.channel.heard()).isEmpty();
    }

    @Test
    void nobodyCanHaveTheQueueForItself() {
        assertThat(test.tryToConsume("c1", true)).isEqualTo(ConsumeOutcome.EXCLUSIVE_USE);
        assertThat(test.queue.consumers()).isZero();
    }

    @Test
    void firstConsumerAfterAllHaveLeftIsActive() {
        test.queue.remove(test.consume("c1", 0), test.now);
        assertThat(test.queue.activeConsumer()).isNull();

        QueueConsumer second = test.consume("c2", 0);

        assertThat(test.queue.activeConsumer()).isSameAs(second);
    }
}
