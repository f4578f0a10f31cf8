package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExclusiveConsumerTest {
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain());

    @Test
    void exclusiveConsumerKeepsOthersOut() {
        assertThat(test.tryToConsume("first", true)).isEqualTo(ConsumeOutcome.ACCEPTED);

        assertThat(test.tryToConsume("second", false)).isEqualTo(ConsumeOutcome.EXCLUSIVE_USE);
        assertThat(test.tryToConsume("third", true)).isEqualTo(ConsumeOutcome.EXCLUSIVE_USE);
        test.publish("a", "b");
        assertThat(test.channel.heard()).containsExactly("first: a", "first: b");
    }

    @Test
    void nobodyCanHaveASharedQueueForItself() {
        assertThat(test.tryToConsume("first", false)).isEqualTo(ConsumeOutcome.ACCEPTED);

        assertThat(test.tryToConsume("second", true)).isEqualTo(ConsumeOutcome.EXCLUSIVE_USE);
        assertThat(test.tryToConsume("third", false)).isEqualTo(ConsumeOutcome.ACCEPTED);
        assertThat(test.queue.consumers()).isEqualTo(2);
    }

    @Test
    void queueIsFreeAgainWhenItsExclusiveConsumerLeaves() {
        QueueConsumer exclusive = new QueueConsumer(test.channel, "first", false, true, 0, false, 0);
        test.queue.add(exclusive, test.now);

        test.queue.remove(exclusive, test.now);

        assertThat(test.tryToConsume("second", false)).isEqualTo(ConsumeOutcome.ACCEPTED);
        test.publish("a");
        assertThat(test.channel.heard()).containsExactly("second: a");
    }
}
