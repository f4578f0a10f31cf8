package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChannelLimitTest {
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain());

    @Test
    void messageWaitsForCreditOfTheChannel() {
        QueueConsumer consumer = test.consumeLimited("c1");
        test.publish("a");
        assertThat(test.channel.heard()).containsExactly("c1 wants credit");

        test.queue.credit(consumer, 1, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1: a");
    }

    @Test
    void creditIsAskedForOnce() {
        test.consumeLimited("c1");

        test.publish("a", "b", "c");

        assertThat(test.channel.heard()).containsExactly("c1 wants credit");
        assertThat(test.queue.ready()).isEqualTo(3);
    }

    @Test
    void creditIsAskedForAgainWhenItIsUsedUp() {
        QueueConsumer consumer = test.consumeLimited("c1");
        test.publish("a", "b", "c");
        test.channel.heard();

        test.queue.credit(consumer, 2, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1: b", "c1 wants credit");
    }

    @Test
    void creditThatNoMessageNeedsIsReturned() {
        QueueConsumer consumer = test.consumeLimited("c1");
        test.publish("a");
        test.channel.heard();

        test.queue.credit(consumer, 3, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1 returns 2");
        test.publish("b");
        assertThat(test.channel.heard()).containsExactly("c1 wants credit");
    }

    @Test
    void creditThatIsNotDrainedWaitsForMessages() {
        QueueConsumer consumer = test.consumeLimited("c1");

        test.queue.credit(consumer, 2, false, test.now);
        test.publish("a", "b", "c");
        assertThat(test.channel.heard()).containsExactly("c1: a", "c1: b", "c1 wants credit");

        test.queue.credit(consumer, 4, false, test.now);
        assertThat(test.channel.heard()).containsExactly("c1: c");
        test.queue.credit(consumer, 0, true, test.now);
        assertThat(test.channel.heard()).containsExactly("c1 returns 3");
    }

    @Test
    void creditThatComesTooLateIsReturned() {
        QueueConsumer consumer = test.consumeLimited("c1");
        test.publish("a");
        test.queue.get(true, test.now);
        test.channel.heard();

        test.queue.credit(consumer, 1, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1 returns 1");
    }

    @Test
    void creditOfAConsumerThatLeftIsReturned() {
        QueueConsumer consumer = test.consumeLimited("c1");
        test.publish("a");
        test.queue.remove(consumer, test.now);
        test.channel.heard();

        test.queue.credit(consumer, 1, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1 returns 1");
        assertThat(test.queue.ready()).isEqualTo(1);
    }

    @Test
    void creditThatItsOwnPrefetchForbidsToUseIsReturned() {
        QueueConsumer consumer = new QueueConsumer(test.channel, "c1", false, false, 1, true, 0);
        test.queue.add(consumer, test.now);
        test.publish("a", "b");
        test.channel.heard();

        test.queue.credit(consumer, 5, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1 returns 4");
    }

    @Test
    void othersAreServedWhileOneWaitsForCredit() {
        test.consumeLimited("c1");
        test.consume("c2", 0);

        test.publish("a", "b");

        assertThat(test.channel.heard()).containsExactly("c1 wants credit", "c2: a", "c2: b");
    }

    @Test
    void liftedLimitServesWhoWaited() {
        QueueConsumer consumer = test.consumeLimited("c1");
        test.publish("a");
        test.channel.heard();

        test.queue.requireCredit(consumer, false, test.now);
        test.queue.credit(consumer, 1, true, test.now);

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1 returns 1");
    }

    @Test
    void newLimitHoldsFromTheNextMessageOn() {
        QueueConsumer consumer = test.consume("c1", 0);
        test.publish("a");

        test.queue.requireCredit(consumer, true, test.now);
        test.publish("b");

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1 wants credit");
    }
}
