package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.List;

/** A queue with everything around it that a test wants to see, and a clock that the test moves. */
final class QueueUnderTest {
    static final long START = 1_000_000;

    final RecordingOutput output = new RecordingOutput();
    final RecordingChannel channel = new RecordingChannel();
    final MessageQueue queue;

    /** Milliseconds since the epoch. */
    long now = START;

    QueueUnderTest(Rules rules) {
        this(rules, VolatileLog.INSTANCE);
    }

    QueueUnderTest(Rules rules, MessageLog log) {
        queue = new MessageQueue("q", rules.settings(), output, log, now);
    }

    void publish(String... bodies) {
        for (String body : bodies) {
            publish(Letter.of(body));
        }
    }

    void publish(Letter letter) {
        queue.publish(letter.message(), null, now);
    }

    /** A consumer that acknowledges, with so many messages in hand at most; 0: any number. */
    QueueConsumer consume(String tag, int prefetch) {
        return add(new QueueConsumer(channel, tag, false, false, prefetch, false, 0));
    }

    QueueConsumer consumeWithPriority(String tag, int prefetch, int priority) {
        return add(new QueueConsumer(channel, tag, false, false, prefetch, false, priority));
    }

    QueueConsumer consumeWithoutAck(String tag) {
        return add(new QueueConsumer(channel, tag, true, false, 0, false, 0));
    }

    QueueConsumer consumeLimited(String tag) {
        return add(new QueueConsumer(channel, tag, false, false, 0, true, 0));
    }

    ConsumeOutcome tryToConsume(String tag, boolean exclusive) {
        return queue.add(new QueueConsumer(channel, tag, false, exclusive, 0, false, 0), now);
    }

    /** Publishes a message to a consumer that acknowledges. */
    Delivery consumeOne(String body) {
        consume("c", 0);
        publish(body);
        return channel.taken().get(0);
    }

    private QueueConsumer add(QueueConsumer consumer) {
        ConsumeOutcome outcome = queue.add(consumer, now);
        if (outcome != ConsumeOutcome.ACCEPTED) {
            throw new AssertionError(consumer + ": " + outcome);
        }
        return consumer;
    }

    void acknowledge(Delivery entry) {
        queue.acknowledge(entry, now);
    }

    void reject(Delivery entry) {
        queue.reject(entry, now);
    }

    void requeue(Delivery... entries) {
        queue.requeue(List.of(entries), now);
    }

    /** Time passes and the queue is told. */
    void pass(long millis) {
        now += millis;
        queue.tick(now);
    }

    /** Fetches everything that is ready, without acknowledgement. */
    List<String> drain() {
        List<String> bodies = new ArrayList<>();
        for (Delivery entry = queue.get(true, now); entry != null; entry = queue.get(true, now)) {
            bodies.add(RecordingChannel.body(entry));
        }
        return bodies;
    }
}
