package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LifeCycleTest {
    @Test
    void autoDeleteQueueGoesWithItsLastConsumer() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().autoDelete());
        QueueConsumer first = test.consume("c1", 0);
        QueueConsumer second = test.consume("c2", 0);

        test.queue.remove(first, test.now);
        assertThat(test.output.unused).isEmpty();
        test.queue.remove(second, test.now);

        assertThat(test.output.unused).containsExactly(UnusedReason.LAST_CONSUMER_GONE);
    }

    @Test
    void autoDeleteQueueWaitsForItsFirstConsumer() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().autoDelete());
        QueueConsumer stranger = new QueueConsumer(test.channel, "c1", false, false, 0, false, 0);

        test.publish("a");
        test.queue.remove(stranger, test.now);
        test.queue.get(true, test.now);
        test.pass(1_000_000);

        assertThat(test.output.unused).isEmpty();
    }

    @Test
    void otherQueuesOutliveTheirConsumers() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());

        test.queue.remove(test.consume("c1", 0), test.now);

        assertThat(test.output.unused).isEmpty();
    }

    @Test
    void purgeDropsWhatIsReadyAndNothingElse() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().deadLettering().maxPriority(3));
        test.consume("c1", 1);
        test.publish("held", "a", "b");
        test.publish(Letter.of("c").priority(2));

        assertThat(test.queue.purge()).isEqualTo(3);

        assertThat(test.queue.ready()).isZero();
        assertThat(test.queue.readyBytes()).isZero();
        assertThat(test.queue.unacknowledged()).isEqualTo(1);
        assertThat(test.output.deadLetters).isEmpty();
        assertThat(test.queue.purge()).isZero();
    }

    @Test
    void deletionCancelsTheConsumers() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.consume("c1", 1);
        test.consume("c2", 1);
        test.publish("a", "b", "c");
        List<Delivery> held = test.channel.taken();
        test.channel.heard();

        test.queue.delete();

        assertThat(test.channel.heard()).containsExactly("c1 cancelled", "c2 cancelled");
        assertThat(test.queue.consumers()).isZero();
        assertThat(test.queue.ready()).isZero();
        assertThat(test.queue.unacknowledged()).isZero();
        assertThat(held).hasSize(2);
    }

    @Test
    void deletedQueueAnswersNothing() {
        QueueUnderTest test =
                new QueueUnderTest(Rules.plain().autoDelete().expires(10).deadLettering());
        QueueConsumer limited = test.consumeLimited("c1");
        test.publish("a");
        test.queue.credit(limited, 1, true, test.now);
        test.publish("b");
        Delivery held = test.channel.taken().get(0);
        test.queue.delete();
        test.channel.heard();

        test.publish("late");
        test.reject(held);
        test.requeue(held);
        test.acknowledge(held);
        test.queue.remove(limited, test.now);
        test.queue.written(limited, 500, test.now);
        test.queue.touch(test.now);
        test.pass(1_000);
        test.queue.delete();

        assertThat(test.queue.get(true, test.now)).isNull();
        assertThat(test.queue.unacknowledged()).isZero();
        assertThat(test.output.unused).isEmpty();
        assertThat(test.output.deadLetters).isEmpty();
        assertThat(test.channel.heard()).isEmpty();
        assertThat(test.queue.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        test.queue.credit(limited, 2, true, test.now);
        assertThat(test.channel.heard()).containsExactly("c1 returns 2");
    }

    @Test
    void deletedQueueTakesNoConsumer() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.queue.delete();

        assertThat(test.tryToConsume("late", false)).isEqualTo(ConsumeOutcome.QUEUE_DELETED);
        assertThat(test.queue.consumers()).isZero();
    }

    @Test
    void changedDeadLetterExchangeHoldsAtOnce() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.publish("a");
        Delivery entry = test.queue.get(false, test.now);
        assertThat(entry).isNotNull();

        test.queue.update(Rules.plain().deadLettering().settings(), test.now);
        test.reject(entry);

        assertThat(test.output.deadLetters).containsExactly("a rejected");
    }

    @Test
    void natureOfAQueueCannotChange() {
        MessageQueue queue = new QueueUnderTest(Rules.plain()).queue;

        for (Rules other : List.of(
                Rules.plain().durable(),
                Rules.plain().autoDelete(),
                Rules.plain().quorum(),
                Rules.plain().maxPriority(1),
                Rules.plain().singleActiveConsumer())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> queue.update(other.settings(), QueueUnderTest.START))
                    .withMessageContaining("queue 'q'");
        }
    }

    @Test
    void rejectedMessageWithoutADeadLetterExchangeIsDropped() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.publish("a");
        Delivery entry = test.queue.get(false, test.now);
        assertThat(entry).isNotNull();

        test.reject(entry);

        assertThat(test.queue.unacknowledged()).isZero();
        assertThat(test.output.deadLetters).isEmpty();
        assertThat(test.queue.counters().deaths(DeathReason.REJECTED)).isEqualTo(1);
    }
}
