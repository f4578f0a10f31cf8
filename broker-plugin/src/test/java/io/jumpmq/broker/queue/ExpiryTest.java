package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpiryTest {
    @Test
    void messageExpiresWhenTheQueuesTimeToLiveIsOver() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(100).deadLettering());
        test.publish("a");
        assertThat(test.queue.nextDeadline()).isEqualTo(QueueUnderTest.START + 100);

        test.pass(99);
        assertThat(test.queue.ready()).isEqualTo(1);
        test.pass(1);

        assertThat(test.queue.ready()).isZero();
        assertThat(test.output.deadLetters).containsExactly("a expired");
        assertThat(test.queue.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void messageExpiresAfterItsOwnExpiration() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.publish(Letter.of("a").expiration("50"));

        test.pass(50);

        assertThat(test.drain()).isEmpty();
        assertThat(test.queue.counters().deaths(DeathReason.EXPIRED)).isEqualTo(1);
    }

    @Test
    void shorterTimeToLiveCounts() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(100));
        test.publish(Letter.of("short").expiration("10"));
        test.publish(Letter.of("long").expiration("1000"));

        test.pass(10);
        assertThat(test.queue.ready()).isEqualTo(1);
        test.pass(90);

        assertThat(test.queue.ready()).isZero();
    }

    @Test
    void messagesExpireAtTheHeadOnly() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().deadLettering());
        test.publish(Letter.of("stays"));
        test.publish(Letter.of("goes").expiration("10"));

        test.pass(1_000);
        assertThat(test.queue.ready()).isEqualTo(2);
        test.queue.get(true, test.now);

        assertThat(test.drain()).isEmpty();
        assertThat(test.output.deadLetters).containsExactly("goes expired");
    }

    @Test
    void zeroTimeToLiveMeansNowOrNever() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(0));
        test.publish("missed");
        test.consume("c1", 1);

        test.publish("caught", "missed too");

        assertThat(test.channel.bodies()).containsExactly("caught");
        assertThat(test.queue.ready()).isZero();
        assertThat(test.queue.counters().deaths(DeathReason.EXPIRED)).isEqualTo(2);
    }

    @Test
    void zeroTimeToLiveDeadLettersWhatNobodyTook() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(0).deadLettering());

        test.publish("missed");

        assertThat(test.output.deadLetters).containsExactly("missed expired");
    }

    @Test
    void expiredMessageIsNeverDeliveredEvenIfNoTimerTold() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(100));
        test.publish("a", "b");
        test.now += 100;

        assertThat(test.queue.get(true, test.now)).isNull();
        test.publish("c");
        test.now += 200;
        test.consume("c1", 0);

        assertThat(test.channel.bodies()).isEmpty();
    }

    @Test
    void deliveredMessageDoesNotExpire() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(100));
        test.consume("c1", 0);
        test.publish("a");

        test.pass(1_000);

        assertThat(test.queue.unacknowledged()).isEqualTo(1);
    }

    @Test
    void requeuedMessageExpiresByItsFirstClock() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(100).deadLettering());
        QueueConsumer consumer = test.consume("c1", 0);
        test.publish("a");
        test.queue.remove(consumer, test.now);
        test.pass(100);

        test.requeue(test.channel.taken().get(0));

        assertThat(test.queue.ready()).isZero();
        assertThat(test.output.deadLetters).containsExactly("a expired");
    }

    @Test
    void enormousTimeToLiveIsForEver() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().messageTtl(Long.MAX_VALUE - 1));
        test.publish("a");

        test.pass(1_000);

        assertThat(test.drain()).containsExactly("a");
    }

    @Test
    void changedTimeToLiveIsForNewMessages() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.publish("old");
        test.queue.update(Rules.plain().messageTtl(10).settings(), test.now);
        test.pass(1_000);
        test.publish("new");

        assertThat(test.queue.ready()).isEqualTo(2);
        test.queue.get(true, test.now);
        assertThat(test.queue.nextDeadline()).isEqualTo(test.now + 10);
    }

    @Test
    void unusedQueueExpires() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().expires(100));
        assertThat(test.queue.nextDeadline()).isEqualTo(QueueUnderTest.START + 100);

        test.pass(99);
        assertThat(test.output.unused).isEmpty();
        test.pass(1);
        test.pass(1_000);

        assertThat(test.output.unused).containsExactly(UnusedReason.EXPIRED);
    }

    @Test
    void messagesDoNotMakeAQueueUsed() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().expires(100));
        test.pass(99);
        test.publish("a");

        test.pass(1);

        assertThat(test.output.unused).containsExactly(UnusedReason.EXPIRED);
    }

    @Test
    void fetchingAndDeclaringAgainKeepAQueueAlive() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().expires(100));
        test.pass(99);
        test.queue.get(true, test.now);
        test.pass(99);
        test.queue.touch(test.now);
        test.pass(99);
        assertThat(test.output.unused).isEmpty();

        test.pass(1);

        assertThat(test.output.unused).containsExactly(UnusedReason.EXPIRED);
    }

    @Test
    void consumerKeepsAQueueAliveAsLongAsItStays() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain().expires(100));
        QueueConsumer consumer = test.consume("c1", 0);
        test.pass(10_000);
        test.queue.touch(test.now);
        assertThat(test.queue.nextDeadline()).isEqualTo(Long.MAX_VALUE);

        test.queue.remove(consumer, test.now);

        assertThat(test.output.unused).isEmpty();
        test.pass(100);
        assertThat(test.output.unused).containsExactly(UnusedReason.EXPIRED);
    }

    @Test
    void changedExpiryCountsFromTheChange() {
        QueueUnderTest test = new QueueUnderTest(Rules.plain());
        test.pass(10_000);

        test.queue.update(Rules.plain().expires(100).settings(), test.now);

        assertThat(test.queue.nextDeadline()).isEqualTo(test.now + 100);
    }
}
