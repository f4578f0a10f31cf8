package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A queue whose dead letters must not get lost keeps what died until its dead letter is safe. */
class AtLeastOnceTest {
    private final Rules rules = Rules.plain().quorum().deadLetteringAtLeastOnce();
    private final SlowLog log = new SlowLog();
    private final QueueUnderTest test = new QueueUnderTest(rules, log);

    /** Has messages die; those whose dead letters were sent at once. */
    private List<QueueEntry> rejected(String... bodies) {
        test.publish(bodies);
        QueueConsumer consumer = test.consume("c", 0);
        test.queue.reject(test.channel.taken(), test.now);
        test.queue.remove(consumer, test.now);
        return List.copyOf(test.output.deadEntries);
    }

    private void fail(QueueEntry... entries) {
        for (QueueEntry entry : entries) {
            test.queue.deadLetterFailed(entry, test.now);
        }
    }

    private List<String> sent() {
        List<String> sent = List.copyOf(test.output.deadLetters);
        test.output.deadLetters.clear();
        return sent;
    }

    @Test
    void theLogForgetsAMessageOnlyWhenItsDeadLetterIsSafe() {
        QueueEntry entry = rejected("a").get(0);
        fail(entry);
        assertThat(log.records).containsExactly("+a", "xa");
        assertThat(test.queue.persistent()).isEqualTo(1);
        test.pass(PendingDeadLetters.RETRY_MILLIS);
        test.queue.deadLettered(entry);
        assertThat(log.records).containsExactly("+a", "xa", "-a");
        assertThat(test.queue.persistent()).isZero();
        assertThat(test.queue.dead()).isZero();
    }

    @Test
    void whatCouldNotBeDeliveredIsTriedAgainAfterAWhile() {
        List<QueueEntry> entries = rejected("a", "b");
        assertThat(sent()).containsExactly("a rejected", "b rejected");
        fail(entries.get(0), entries.get(1));
        assertThat(test.queue.nextDeadline()).isEqualTo(test.now + PendingDeadLetters.RETRY_MILLIS);
        test.pass(PendingDeadLetters.RETRY_MILLIS - 1);
        assertThat(sent()).isEmpty();
        test.pass(1);
        assertThat(sent()).containsExactly("a rejected", "b rejected");
        assertThat(test.queue.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void noMoreThanSomeAreUnderWayAndTheOldestComeFirst() {
        String[] bodies = IntStream.range(0, 100).mapToObj(i -> "m" + i).toArray(String[]::new);
        List<QueueEntry> entries = rejected(bodies);
        assertThat(sent()).hasSize(PendingDeadLetters.MAX_UNDER_WAY);
        fail(entries.get(0));
        test.queue.deadLettered(entries.get(1));
        assertThat(sent()).containsExactly("m" + PendingDeadLetters.MAX_UNDER_WAY + " rejected");
        test.pass(PendingDeadLetters.RETRY_MILLIS);
        assertThat(sent()).containsExactly("m0 rejected");
        assertThat(test.queue.dead()).isEqualTo(99);
    }

    @Test
    void whatDiedCountsAmongTheQueuesMessages() {
        QueueUnderTest shortQueue = new QueueUnderTest(rules.maxLength(2));
        shortQueue.consume("c", 0);
        shortQueue.publish("a", "b");
        shortQueue.channel.taken().forEach(shortQueue::reject);
        shortQueue.publish("c");
        assertThat(shortQueue.queue.counters().refused()).isEqualTo(1);
        assertThat(shortQueue.queue.heldMessages()).isEqualTo(2);
        shortQueue.queue.deadLettered(shortQueue.output.deadEntries.get(0));
        shortQueue.publish("d");
        assertThat(shortQueue.queue.counters().refused()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DeathReason.class,
            names = {"REJECTED", "EXPIRED", "DELIVERY_LIMIT"}) // Nothing is pushed out of a queue that refuses.
    void everyDeathIsKept(DeathReason reason) {
        QueueUnderTest queue = new QueueUnderTest(rules.deliveryLimit(0).messageTtl(50));
        queue.publish("a");
        if (reason == DeathReason.EXPIRED) {
            queue.pass(50);
        } else {
            queue.consume("c", 0);
            Delivery entry = queue.channel.taken().get(0);
            if (reason == DeathReason.REJECTED) {
                queue.reject(entry);
            } else {
                queue.requeue(entry);
            }
        }
        queue.queue.deadLetterFailed(queue.output.deadEntries.get(0), queue.now);
        queue.pass(PendingDeadLetters.RETRY_MILLIS);
        assertThat(queue.output.deadLetters).containsExactly("a " + reason.text(), "a " + reason.text());
    }

    @Test
    void aPurgeTakesWhatDiedToo() {
        QueueEntry entry = rejected("a").get(0);
        fail(entry);
        test.publish("b");
        assertThat(test.queue.purge()).isEqualTo(2);
        test.pass(PendingDeadLetters.RETRY_MILLIS);
        test.queue.deadLettered(entry);
        assertThat(log.records).containsExactly("+a", "xa", "+b", "-a", "-b");
        assertThat(test.queue.dead()).isZero();
    }

    @Test
    void withoutTheStrategyALostDeadLetterIsLost() {
        QueueEntry entry = rejected("a").get(0);
        fail(entry);
        test.queue.update(Rules.plain().quorum().deadLettering().settings(), test.now);
        assertThat(sent()).containsExactly("a rejected", "a rejected");
        fail(entry);
        assertThat(log.records).containsExactly("+a", "xa", "-a");
    }

    @Test
    void howeverManyDiedBeforeARestartFewAreLoadedAtATime() {
        PagingTest.PagingLog paging = new PagingTest.PagingLog();
        QueueUnderTest before = new QueueUnderTest(rules, paging);
        List<LogListener.Died> dead = dieAll(before, 100);

        QueueUnderTest after = new QueueUnderTest(rules.maxLength(100), paging);
        paging.queue = after.queue;
        after.queue.recover(new LogListener.Recovered(0, 99, 0, 0, -1, dead));
        assertThat(after.queue.dead()).isEqualTo(100);
        assertThat(after.queue.deadBytes()).isEqualTo(290);
        after.publish("refused");
        assertThat(after.queue.counters().refused()).isEqualTo(1);
        paging.answerAll();
        assertThat(after.queue.heldMessages()).isEqualTo(PendingDeadLetters.MAX_UNDER_WAY);
        requireAllSent(after, paging);
    }

    /** A hundred have died, and but for those that are under way only the log has them. */
    private QueueUnderTest withDeadOnDisk(PagingTest.PagingLog paging) {
        QueueUnderTest queue = new QueueUnderTest(rules, paging);
        paging.queue = queue.queue;
        dieAll(queue, 100);
        queue.queue.pageOut(0);
        return queue;
    }

    @Test
    void whatWaitsNeedsNoMemoryAndIsLoadedWhenItsTurnComes() {
        PagingTest.PagingLog paging = new PagingTest.PagingLog();
        QueueUnderTest queue = withDeadOnDisk(paging);
        assertThat(queue.queue.heldMessages()).isEqualTo(PendingDeadLetters.MAX_UNDER_WAY);
        assertThat(queue.queue.dead()).isEqualTo(100);
        requireAllSent(queue, paging);
    }

    @Test
    void aPurgeTakesWhatOnlyTheLogHas() {
        PagingTest.PagingLog paging = new PagingTest.PagingLog();
        QueueUnderTest queue = withDeadOnDisk(paging);
        queue.queue.deadLettered(queue.output.deadEntries.get(0));
        assertThat(queue.queue.purge()).as("one is on its way from the log").isEqualTo(99);
        paging.answerAll();
        assertThat(paging.kept).isEmpty();
        assertThat(queue.queue.persistent()).isZero();
        assertThat(queue.queue.heldHeaderBytes()).isZero();
        assertThat(queue.output.deadLetters).hasSize(PendingDeadLetters.MAX_UNDER_WAY);
    }

    private static List<LogListener.Died> dieAll(QueueUnderTest queue, int count) {
        String[] bodies = IntStream.range(0, count).mapToObj(i -> "m" + i).toArray(String[]::new);
        queue.publish(bodies);
        QueueConsumer consumer = queue.consume("c", 0);
        queue.queue.reject(queue.channel.taken(), queue.now);
        queue.queue.remove(consumer, queue.now);
        return IntStream.range(0, count)
                .mapToObj(i -> new LogListener.Died(i, bodies[i].length()))
                .toList();
    }

    /** Each dead letter is safe as soon as it is sent: all are, once and in their order, and nothing is left. */
    private static void requireAllSent(QueueUnderTest queue, PagingTest.PagingLog paging) {
        for (int i = 0; i < queue.output.deadEntries.size(); i++) {
            queue.queue.deadLettered(queue.output.deadEntries.get(i));
            paging.answerAll();
        }
        assertThat(queue.output.deadLetters)
                .containsExactlyElementsOf(IntStream.range(0, 100)
                        .mapToObj(i -> "m" + i + " rejected")
                        .toList());
        assertThat(paging.kept).isEmpty();
        assertThat(queue.queue.dead()).isZero();
        assertThat(queue.queue.deadBytes()).isZero();
        assertThat(queue.queue.persistent()).isZero();
        assertThat(queue.queue.heldBytes()).isZero();
        assertThat(queue.queue.heldHeaderBytes()).isZero();
    }

    @Test
    void whatDiedBeforeARestartIsTriedAgainAndNotDelivered() {
        PagingTest.PagingLog paging = new PagingTest.PagingLog();
        QueueUnderTest before = new QueueUnderTest(rules, paging);
        before.publish("a", "b", "c");
        before.queue.get(false, before.now);
        Delivery dead = before.queue.get(false, before.now);
        assertThat(dead).isNotNull();
        before.reject(dead);

        QueueUnderTest after = new QueueUnderTest(rules, paging);
        paging.queue = after.queue;
        after.queue.recover(new LogListener.Recovered(0, 2, 2, 2, -1, List.of(new LogListener.Died(1, 1))));
        paging.answerAll();
        assertThat(after.output.deadLetters).containsExactly("b rejected");
        assertThat(after.queue.persistent()).isEqualTo(3);
        after.consume("c", 0);
        paging.answerAll();
        assertThat(after.channel.bodies()).containsExactly("a", "c");
        after.queue.deadLettered(after.output.deadEntries.get(0));
        assertThat(paging.kept).containsOnlyKeys(0L, 2L);
    }
}
