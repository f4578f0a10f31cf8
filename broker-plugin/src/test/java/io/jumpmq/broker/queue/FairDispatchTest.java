package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FairDispatchTest {
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain());

    @Test
    void consumersAreServedInTurn() {
        test.consume("c1", 0);
        test.consume("c2", 0);
        test.consume("c3", 0);

        test.publish("a", "b", "c", "d");

        assertThat(test.channel.heard()).containsExactly("c1: a", "c2: b", "c3: c", "c1: d");
    }

    @Test
    void consumerWithItsHandsFullIsPassedOver() {
        test.consume("c1", 1);
        test.consume("c2", 2);

        test.publish("a", "b", "c", "d");

        assertThat(test.channel.heard()).containsExactly("c1: a", "c2: b", "c2: c");
        assertThat(test.queue.ready()).isEqualTo(1);
    }

    @Test
    void queueKnowsWhoHasAMessage() {
        QueueConsumer consumer = test.consume("c1", 0);
        test.publish("a");
        Delivery entry = test.channel.taken().get(0);
        assertThat(consumer.unacknowledged()).isEqualTo(1);
        assertThat(test.queue.unacknowledged()).isEqualTo(1);

        test.acknowledge(entry);

        assertThat(consumer.unacknowledged()).isZero();
        assertThat(test.queue.unacknowledged()).isZero();
    }

    @Test
    void acknowledgementMakesRoomForTheNextMessage() {
        test.consume("c1", 1);
        test.publish("a", "b");

        test.acknowledge(test.channel.taken().get(0));

        assertThat(test.channel.bodies()).containsExactly("b");
        assertThat(test.queue.counters().acknowledged()).isEqualTo(1);
    }

    @Test
    void rejectionMakesRoomForTheNextMessage() {
        test.consume("c1", 1);
        test.publish("a", "b");

        test.reject(test.channel.taken().get(0));

        assertThat(test.channel.bodies()).containsExactly("b");
    }

    @Test
    void secondAcknowledgementOfAMessageMakesNoMoreRoom() {
        test.consume("c1", 1);
        test.publish("a", "b", "c");
        Delivery first = test.channel.taken().get(0);

        test.acknowledge(first);
        test.acknowledge(first);
        test.reject(first);
        test.requeue(first);

        assertThat(test.channel.bodies()).containsExactly("b");
        assertThat(test.queue.unacknowledged()).isEqualTo(1);
        assertThat(test.queue.ready()).isEqualTo(1);
        assertThat(test.queue.counters().acknowledged()).isEqualTo(1);
    }

    @Test
    void requeuedMessageGoesToWhoeverHasTheTurn() {
        test.consume("c1", 1);
        test.publish("a");
        test.consume("c2", 1);
        test.channel.heard();

        test.requeue(test.channel.taken().get(0));

        assertThat(test.channel.heard()).containsExactly("c1: a");
    }

    @Test
    void requeuedMessageGoesToAnotherConsumerIfItsOwnHasLostTheTurn() {
        test.consume("c1", 1);
        test.publish("a");
        Delivery held = test.channel.taken().get(0);
        test.publish("b");
        test.consume("c2", 2);
        test.channel.heard();

        test.requeue(held);

        assertThat(test.channel.heard()).containsExactly("c2: a");
    }

    @Test
    void prefetchMeansNothingWithoutAcknowledgements() {
        test.queue.add(new QueueConsumer(test.channel, "c1", true, false, 1, false, 0), test.now);

        test.publish("a", "b", "c");

        assertThat(test.channel.heard()).containsExactly("c1: a", "c1: b", "c1: c");
        assertThat(test.queue.unacknowledged()).isZero();
        assertThat(test.queue.counters().deliveredNoAck()).isEqualTo(3);
    }

    @Test
    void slowSocketGetsNoMoreThanItsWindow() {
        QueueConsumer slow = test.consumeWithoutAck("slow");
        String body = "x".repeat(QueuePort.WINDOW_BYTES / 2);

        test.publish(body, body, body);

        assertThat(test.channel.taken()).hasSize(2);
        assertThat(test.queue.ready()).isEqualTo(1);
        assertThat(slow.unacknowledged()).isZero();
    }

    @Test
    void whatIsWrittenOpensTheWindowAgain() {
        QueueConsumer slow = test.consumeWithoutAck("slow");
        String body = "x".repeat(QueuePort.WINDOW_BYTES);
        test.publish(body, body);
        int footprint = test.channel.taken().get(0).message().footprint();

        test.queue.written(slow, footprint - QueuePort.WINDOW_BYTES, test.now);
        assertThat(test.channel.taken()).isEmpty();
        test.queue.written(slow, 1, test.now);

        assertThat(test.channel.taken()).hasSize(1);
    }

    @Test
    void messageLargerThanTheWindowStillPasses() {
        test.consumeWithoutAck("c1");

        test.publish("x".repeat(4 * QueuePort.WINDOW_BYTES));

        assertThat(test.channel.taken()).hasSize(1);
    }

    @Test
    void fastConsumersAreServedWhileASlowOneWaits() {
        test.consumeWithoutAck("slow");
        test.publish("x".repeat(QueuePort.WINDOW_BYTES));
        test.channel.heard();
        test.consumeWithoutAck("fast");

        test.publish("a", "b");

        assertThat(test.channel.heard()).containsExactly("fast: a", "fast: b");
    }

    @Test
    void consumerThatHasRoomAgainInTimeKeepsItsTurn() {
        test.consume("c1", 1);
        test.publish("a");
        Delivery held = test.channel.taken().get(0);
        test.consume("c2", 0);
        test.channel.heard();

        test.acknowledge(held);
        test.publish("b", "c", "d");

        assertThat(test.channel.heard()).containsExactly("c1: b", "c2: c", "c2: d");
    }

    @Test
    void consumerThatHadNoRoomInItsTurnLinesUpBehindTheOthers() {
        test.consume("c1", 1);
        test.consume("c2", 0);
        test.publish("a", "b", "c");
        Delivery held = test.channel.taken().get(0);
        test.channel.heard();

        test.acknowledge(held);
        test.publish("d", "e");

        assertThat(test.channel.heard()).containsExactly("c2: d", "c1: e");
    }

    @Test
    void higherPriorityIsServedWhileItHasRoom() {
        test.consumeWithPriority("low", 0, -1);
        test.consumeWithPriority("high", 2, 10);
        test.consumeWithPriority("usual", 1, 0);

        test.publish("a", "b", "c", "d");

        assertThat(test.channel.heard()).containsExactly("high: a", "high: b", "usual: c", "low: d");
    }

    @Test
    void equalPrioritiesTakeTurns() {
        test.consumeWithPriority("h1", 0, 1);
        test.consumeWithPriority("low", 0, 0);
        test.consumeWithPriority("h2", 0, 1);

        test.publish("a", "b", "c");

        assertThat(test.channel.heard()).containsExactly("h1: a", "h2: b", "h1: c");
    }

    @Test
    void lowerPriorityIsServedWhenTheHigherHasLeft() {
        test.consumeWithPriority("low", 0, 0);
        QueueConsumer high = test.consumeWithPriority("high", 0, 1);

        test.queue.remove(high, test.now);
        test.publish("a");

        assertThat(test.channel.heard()).containsExactly("low: a");
    }

    @Test
    void consumerThatLeftIsNotServed() {
        QueueConsumer first = test.consume("c1", 1);
        test.consume("c2", 0);
        test.publish("a");
        Delivery held = test.channel.taken().get(0);

        test.queue.remove(first, test.now);
        test.acknowledge(held);
        test.queue.written(first, 1_000, test.now);
        test.publish("b", "c");

        assertThat(test.channel.heard()).containsExactly("c1: a", "c2: b", "c2: c");
        assertThat(test.queue.consumers()).isEqualTo(1);
    }

    @Test
    void whatAConsumerHeldStaysUnacknowledgedWhenItLeaves() {
        QueueConsumer consumer = test.consume("c1", 0);
        test.publish("a", "b");

        test.queue.remove(consumer, test.now);

        assertThat(test.queue.unacknowledged()).isEqualTo(2);
        assertThat(test.queue.ready()).isZero();
        for (Delivery entry : test.channel.taken()) {
            test.acknowledge(entry);
        }
        assertThat(test.queue.unacknowledged()).isZero();
    }

    @Test
    void fetchingTakesWhatNoConsumerHasRoomFor() {
        test.consume("c1", 1);
        test.publish("a", "b");

        Delivery fetched = test.queue.get(false, test.now);

        assertThat(fetched).isNotNull();
        assertThat(RecordingChannel.body(fetched)).isEqualTo("b");
        assertThat(test.queue.unacknowledged()).isEqualTo(2);
        test.acknowledge(fetched);
        assertThat(test.queue.unacknowledged()).isEqualTo(1);
    }

    @Test
    void countersTellWhatHappened() {
        test.publish("a", "b", "c");
        test.queue.get(true, test.now);
        Delivery fetched = test.queue.get(false, test.now);
        assertThat(fetched).isNotNull();
        test.acknowledge(fetched);
        test.consume("c1", 0);
        test.queue.get(true, test.now);

        QueueCounters counters = test.queue.counters();
        assertThat(counters.published()).isEqualTo(3);
        assertThat(counters.gotNoAck()).isEqualTo(1);
        assertThat(counters.got()).isEqualTo(1);
        assertThat(counters.getEmpty()).isEqualTo(1);
        assertThat(counters.delivered()).isEqualTo(1);
        assertThat(counters.deliveredNoAck()).isZero();
        assertThat(counters.acknowledged()).isEqualTo(1);
        assertThat(counters.redelivered()).isZero();
    }

    @Test
    void bytesAreCountedWhereTheMessagesAre() {
        test.publish("four", "seven77");
        assertThat(test.queue.readyBytes()).isEqualTo(11);

        Delivery fetched = test.queue.get(false, test.now);
        assertThat(fetched).isNotNull();
        assertThat(test.queue.readyBytes()).isEqualTo(7);
        assertThat(test.queue.unacknowledgedBytes()).isEqualTo(4);

        test.requeue(fetched);
        assertThat(test.queue.readyBytes()).isEqualTo(11);
        assertThat(test.queue.unacknowledgedBytes()).isZero();
    }
}
