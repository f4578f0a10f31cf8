package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuorumRulesTest {
    @Test
    void everyReturnCounts() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().quorum());
        test.publish("a");

        comeBack(test, 3);

        assertThat(test.queue.get(false, test.now))
                .extracting(Delivery::deliveryCount)
                .isEqualTo(3);
    }

    @Test
    void messageThatComesBackTooOftenIsDeadLettered() {
        QueueUnderTest test =
                new QueueUnderTest(Rules.plain().quorum().deliveryLimit(2).deadLettering());
        test.publish("a");

        comeBack(test, 3);

        assertThat(test.output.deadLetters).containsExactly("a delivery_limit");
        assertThat(test.queue.ready()).isZero();
        assertThat(test.queue.unacknowledged()).isZero();
    }

    @Test
    void limitItselfMayBeReached() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().quorum().deliveryLimit(2));
        test.publish("a");

        comeBack(test, 2);

        assertThat(test.drain()).containsExactly("a");
    }

    @Test
    void withoutALimitAMessageMayComeBackForEver() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().quorum().deadLettering());
        test.publish("a");

        comeBack(test, 1_000);

        assertThat(test.output.deadLetters).isEmpty();
    }

    @Test
    void classicQueueKnowsNoLimit() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().deliveryLimit(1).deadLettering());
        test.publish("a");

        comeBack(test, 5);

        assertThat(test.output.deadLetters).isEmpty();
    }

    @Test
    void rejectionIsNotAReturn() {
        QueueUnderTest test =
                new QueueUnderTest(Rules.plain().quorum().deliveryLimit(2).deadLettering());
        test.publish("a");
        Delivery entry = test.queue.get(false, test.now);
        assertThat(entry).isNotNull();

        test.reject(entry);

        assertThat(test.output.deadLetters).containsExactly("a rejected");
        assertThat(test.output.deadEntries)
                .extracting(QueueEntry::deliveryCount)
                .containsExactly(0);
    }

    /** Lets the head come back so often. */
    private static void comeBack(QueueUnderTest test, int times) {
        for (int i = 0; i < times; i++) {
            Delivery entry = test.queue.get(false, test.now);
            assertThat(entry).isNotNull();
            assertThat(entry.redelivered()).isEqualTo(i > 0);
            test.requeue(entry);
        }
    }
}
