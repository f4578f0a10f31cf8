package io.jumpmq.broker.queue;

import static io.jumpmq.broker.queue.QueueSettings.Overflow.REJECT_PUBLISH;
import static io.jumpmq.broker.queue.QueueSettings.Overflow.REJECT_PUBLISH_DLX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthLimitTest {
    @Test
    void oldestMessagesAreDropped() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLength(2).deadLettering());

        test.publish("a", "b", "c", "d");

        assertThat(test.output.deadLetters).containsExactly("a maxlen", "b maxlen");
        assertThat(test.drain()).containsExactly("c", "d");
    }

    @Test
    void droppedMessagesAreCountedWithoutADeadLetterExchangeToo() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLength(1));

        test.publish("a", "b");

        assertThat(test.output.deadLetters).isEmpty();
        assertThat(test.queue.counters().deaths(DeathReason.MAXLEN)).isEqualTo(1);
    }

    @Test
    void bytesOfBodiesAreLimited() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLengthBytes(10));

        test.publish("55555", "4444", "22");

        assertThat(test.drain()).containsExactly("4444", "22");
    }

    @Test
    void largeMessagePushesOutAllOthersAndItself() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLengthBytes(10));

        test.publish("a", "b", "eleven bytes");

        assertThat(test.queue.ready()).isZero();
        assertThat(test.queue.readyBytes()).isZero();
    }

    @Test
    void deliveredMessagesDoNotCount() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLength(1));
        test.consume("c1", 3);

        test.publish("a", "b", "c", "d");

        assertThat(test.queue.unacknowledged()).isEqualTo(3);
        assertThat(test.drain()).containsExactly("d");
    }

    @Test
    void requeuedMessagesCountAgain() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLength(1).deadLettering());
        QueueConsumer consumer = test.consume("c1", 1);
        test.publish("a", "b");
        test.queue.remove(consumer, test.now);

        test.requeue(test.channel.taken().get(0));

        assertThat(test.output.deadLetters).containsExactly("a maxlen");
        assertThat(test.drain()).containsExactly("b");
    }

    @Test
    void headOfTheHighestPriorityIsDropped() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLength(1).maxPriority(9));
        test.publish(Letter.of("high").priority(9));

        test.publish(Letter.of("low"));

        assertThat(test.drain()).containsExactly("low");
    }

    @Test
    void fullQueueRefusesWhenThatIsItsRule() {
        QueueUnderTest test = new QueueUnderTest(
                Rules.plain().maxLength(1).overflow(REJECT_PUBLISH).deadLettering());
        List<String> answers = new ArrayList<>();

        test.queue.publish(Letter.of("a").message(), ticket(answers), test.now);
        test.queue.publish(Letter.of("b").message(), ticket(answers), test.now);
        test.queue.publish(Letter.of("c").message(), null, test.now);

        assertThat(answers).containsExactly("accepted", "refused");
        assertThat(test.output.deadLetters).isEmpty();
        assertThat(test.queue.counters().refused()).isEqualTo(2);
        assertThat(test.queue.counters().published()).isEqualTo(1);
        assertThat(test.drain()).containsExactly("a");
    }

    @Test
    void refusedMessageIsDeadLetteredWhenThatIsTheRule() {
        QueueUnderTest test = new QueueUnderTest(
                Rules.plain().maxLength(1).overflow(REJECT_PUBLISH_DLX).deadLettering());
        List<String> answers = new ArrayList<>();

        test.publish("a");
        test.queue.publish(Letter.of("b").message(), ticket(answers), test.now);

        assertThat(answers).containsExactly("refused");
        assertThat(test.output.deadLetters).containsExactly("b maxlen");
        assertThat(test.drain()).containsExactly("a");
    }

    @Test
    void byteLimitRefusesWhatWouldNotFit() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().maxLengthBytes(5).overflow(REJECT_PUBLISH));

        test.publish("333", "333", "22");

        assertThat(test.drain()).containsExactly("333", "22");
    }

    @Test
    void newLimitHoldsAtOnce() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.publish("a", "b", "c");

        test.queue.update(Rules.plain().maxLength(1).settings(), test.now);

        assertThat(test.drain()).containsExactly("c");
    }

    private static PublishTicket ticket(List<String> answers) {
        return new RecordingTicket("", answers);
    }
}
