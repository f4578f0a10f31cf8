package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfirmTest {
    private final SlowLog log = new SlowLog();
    private final QueueUnderTest test = new QueueUnderTest(Rules.plain().durable(), log);
    private final List<String> answers = new ArrayList<>();

    @Test
    void persistentMessageIsConfirmedWhenItIsDurable() {
        publish(Letter.of("a").persistent());
        publish(Letter.of("b").persistent());
        publish(Letter.of("c").persistent());
        assertThat(answers).isEmpty();

        test.queue.durable(1);
        assertThat(answers).containsExactly("a accepted", "b accepted");
        test.queue.durable(2);

        assertThat(answers).containsExactly("a accepted", "b accepted", "c accepted");
        assertThat(log.records).containsExactly("+a", "+b", "+c");
    }

    @Test
    void queueWithoutADiskConfirmsAtOnce() {
        QueueUnderTest volatileQueue = new QueueUnderTest(Rules.plain().durable(), VolatileLog.INSTANCE);

        volatileQueue.queue.publish(
                Letter.of("a").persistent().message(), new RecordingTicket("a ", answers), test.now);

        assertThat(answers).containsExactly("a accepted");
    }

    @Test
    void transientMessageIsConfirmedAtOnceAndNotStored() {
        publish(Letter.of("a"));

        assertThat(answers).containsExactly("a accepted");
        assertThat(log.records).isEmpty();
    }

    @Test
    void transientQueueStoresNothing() {
        QueueUnderTest transientQueue = new QueueUnderTest(Rules.plain(), log);

        transientQueue.queue.publish(
                Letter.of("a").persistent().message(), new RecordingTicket("a ", answers), test.now);

        assertThat(answers).containsExactly("a accepted");
        assertThat(log.records).isEmpty();
    }

    @Test
    void quorumQueueStoresTransientMessagesToo() {
        QueueUnderTest quorum = new QueueUnderTest(Rules.plain().quorum(), log);

        quorum.publish("a");

        assertThat(log.records).containsExactly("+a");
    }

    @Test
    void deliveryDoesNotWaitForTheLog() {
        test.consume("c1", 0);

        publish(Letter.of("a").persistent());

        assertThat(test.channel.bodies()).containsExactly("a");
        assertThat(answers).isEmpty();
    }

    @Test
    void acknowledgedMessageIsStillConfirmedByTheLog() {
        test.consume("c1", 0);
        publish(Letter.of("a").persistent());

        test.acknowledge(test.channel.taken().get(0));
        assertThat(answers).isEmpty();
        test.queue.durable(0);

        assertThat(answers).containsExactly("a accepted");
        assertThat(log.records).containsExactly("+a", "-a");
    }

    @Test
    void messageThatPassesStraightThroughIsNotStored() {
        test.consumeWithoutAck("c1");

        publish(Letter.of("a").persistent());

        assertThat(test.channel.bodies()).containsExactly("a");
        assertThat(answers).containsExactly("a accepted");
        assertThat(log.records).isEmpty();
    }

    @Test
    void whateverEndsAMessageEndsItsRecord() {
        QueueUnderTest limited = new QueueUnderTest(Rules.plain().durable().maxLength(4), log);
        for (String body : List.of("dropped", "expired", "fetched", "rejected", "purged")) {
            Letter letter = Letter.of(body).persistent();
            limited.publish(body.equals("expired") ? letter.expiration("10") : letter);
        }
        log.records.clear();
        limited.pass(10);
        limited.queue.get(true, limited.now);
        Delivery fetched = limited.queue.get(false, limited.now);
        assertThat(fetched).isNotNull();
        limited.reject(fetched);
        limited.queue.purge();

        assertThat(log.records).containsExactly("-expired", "-fetched", "-rejected", "-purged");
    }

    @Test
    void requeuedMessageKeepsItsRecord() {
        test.publish(Letter.of("a").persistent());
        Delivery entry = test.queue.get(false, test.now);
        assertThat(entry).isNotNull();

        test.requeue(entry);

        assertThat(log.records).containsExactly("+a");
    }

    @Test
    void deadLetteredMessageKeepsItsRecordUntilTheDeadLetterIsSafe() {
        QueueUnderTest dying =
                new QueueUnderTest(Rules.plain().durable().messageTtl(10).deadLettering(), log);
        dying.publish(Letter.of("a").persistent());
        dying.pass(10);
        assertThat(dying.output.deadLetters).containsExactly("a expired");
        assertThat(log.records).containsExactly("+a");

        QueueEntry dead = dying.output.deadEntries.get(0);
        dying.queue.deadLettered(dead);
        dying.queue.deadLettered(dead);

        assertThat(log.records).containsExactly("+a", "-a");
    }

    @Test
    void deletedQueueLeavesNothingBehindAndOwesNothing() {
        publish(Letter.of("a").persistent());

        test.queue.delete();
        publish(Letter.of("late").persistent());

        assertThat(log.records).containsExactly("+a", "all deleted");
        assertThat(answers).containsExactly("a accepted", "late accepted");
    }

    private void publish(Letter letter) {
        String body = RecordingChannel.body(letter.message());
        test.queue.publish(letter.message(), new RecordingTicket(body + " ", answers), test.now);
    }
}
