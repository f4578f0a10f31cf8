package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeliveryOrderTest {
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain());

    @Test
    void messagesLeaveInTheOrderInWhichTheyCame() {
        test.publish("a", "b", "c");

        assertThat(test.drain()).containsExactly("a", "b", "c");
    }

    @Test
    void waitingMessagesGoToTheFirstConsumer() {
        test.publish("a", "b");

        test.consume("c1", 0);
        test.publish("c");

        assertThat(test.channel.bodies()).containsExactly("a", "b", "c");
        assertThat(test.queue.ready()).isZero();
        assertThat(test.queue.unacknowledged()).isEqualTo(3);
    }

    @Test
    void requeuedMessageKeepsItsPlace() {
        test.publish("a", "b", "c");
        test.queue.get(false, test.now);
        Delivery second = test.queue.get(false, test.now);
        assertThat(second).isNotNull();

        test.requeue(second);

        assertThat(test.drain()).containsExactly("b", "c");
    }

    @Test
    void requeuedMessagesKeepTheirOrderHoweverTheyComeBack() {
        test.publish("a", "b", "c", "d", "e");
        List<Delivery> taken = fetch(4);

        test.requeue(taken.get(2));
        test.requeue(taken.get(3), taken.get(0));
        test.publish("f");
        test.requeue(taken.get(1));

        assertThat(test.drain()).containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void rejectedTogetherMessagesDieInTheirOrderHoweverTheyComeBack() {
        QueueUnderTest lettering = new QueueUnderTest(Rules.plain().deadLettering());
        lettering.consume("c1", 0);
        lettering.publish("a", "b", "c");
        List<Delivery> held = lettering.channel.taken();

        lettering.queue.reject(List.of(held.get(2), held.get(0), held.get(1)), lettering.now);

        assertThat(lettering.output.deadLetters).containsExactly("a rejected", "b rejected", "c rejected");
    }

    @Test
    void othersWaitForWhatIsOnItsWayToAClosedChannel() {
        QueueConsumer first = test.consume("c1", 3);
        test.publish("a", "b", "c", "d");
        List<Delivery> held = test.channel.taken();
        test.consume("c2", 1);
        assertThat(test.channel.bodies()).containsExactly("d");
        QueueConsumer third = test.consume("c3", 0);

        test.queue.remove(List.of(first), held.subList(1, 2), test.now);
        test.publish("e");
        assertThat(test.channel.bodies()).isEmpty();
        test.requeue(held.get(2));
        test.requeue(held.get(0));

        assertThat(test.channel.bodies()).containsExactly("a", "b", "c", "e");
        assertThat(third.unacknowledged()).isEqualTo(4);
    }

    @Test
    void longBacklogStaysInOrderThroughManyReturns() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            bodies.add("m" + i);
        }
        test.publish(bodies.toArray(String[]::new));
        List<Delivery> taken = fetch(1_000);
        Collections.shuffle(taken, new Random(7));

        test.queue.requeue(taken, test.now);

        assertThat(test.drain()).isEqualTo(bodies);
    }

    @Test
    void onlyWhatCameBackIsRedelivered() {
        test.publish("a", "b");
        QueueConsumer consumer = test.consume("c1", 1);
        Delivery first = test.channel.taken().get(0);
        assertThat(first.redelivered()).isFalse();

        test.queue.remove(consumer, test.now);
        test.requeue(first);
        test.consume("c2", 0);

        assertThat(test.channel.taken()).extracting(Delivery::redelivered).containsExactly(true, false);
        assertThat(test.queue.counters().redelivered()).isEqualTo(1);
    }

    @Test
    void higherPrioritiesLeaveFirst() {
        QueueUnderTest prioritized = new QueueUnderTest(Rules.plain().maxPriority(5));
        prioritized.publish(Letter.of("low").priority(1));
        prioritized.publish(Letter.of("none"));
        prioritized.publish(Letter.of("high").priority(5));
        prioritized.publish(Letter.of("low too").priority(1));

        assertThat(prioritized.drain()).containsExactly("high", "low", "low too", "none");
    }

    @Test
    void priorityAboveTheMaximumCountsAsTheMaximum() {
        QueueUnderTest prioritized = new QueueUnderTest(Rules.plain().maxPriority(2));
        prioritized.publish(Letter.of("two").priority(2));
        prioritized.publish(Letter.of("much").priority(255));

        assertThat(prioritized.drain()).containsExactly("two", "much");
    }

    @Test
    void priorityMeansNothingToAQueueWithout() {
        test.publish(Letter.of("a"));
        test.publish(Letter.of("b").priority(9));

        assertThat(test.drain()).containsExactly("a", "b");
    }

    @Test
    void requeuedMessageKeepsItsPlaceAmongItsPriority() {
        QueueUnderTest prioritized = new QueueUnderTest(Rules.plain().maxPriority(5));
        prioritized.publish(Letter.of("a").priority(1));
        prioritized.publish(Letter.of("b").priority(1));
        Delivery first = prioritized.queue.get(false, prioritized.now);
        assertThat(first).isNotNull();
        prioritized.publish(Letter.of("urgent").priority(3));

        prioritized.requeue(first);

        assertThat(prioritized.drain()).containsExactly("urgent", "a", "b");
    }

    private List<Delivery> fetch(int count) {
        List<Delivery> fetched = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Delivery entry = test.queue.get(false, test.now);
            assertThat(entry).isNotNull();
            fetched.add(entry);
        }
        return fetched;
    }
}
