package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import java.util.List;

/**
 * What the model test can do to a queue, with messages and consumers called by number. The queue itself and its model
 * both answer; what they answer has to be equal.
 */
interface QueueSubject {
    /** A consumer's terms. */
    record Terms(boolean noAck, boolean exclusive, int prefetch, boolean limited, int priority) {}

    /** A message's properties; -1: none. */
    record Mail(boolean persistent, int priority, int expiration) {}

    void publish(int id, Mail mail, Message message, long now);

    void get(boolean noAck, long now);

    void acknowledge(int id, long now);

    void reject(int id, long now);

    void requeue(List<Integer> ids, long now);

    void deadLettered(int id);

    void durable(long position);

    void add(int consumer, Terms terms, long now);

    void cancel(int consumer, long now);

    void close(List<Integer> consumers, List<Integer> ids, long now);

    void written(int consumer, int bytes, long now);

    void credit(int consumer, int count, boolean drain, long now);

    void limit(int consumer, boolean limited, long now);

    void update(QueueSettings settings, long now);

    void purge();

    void delete();

    void touch(long now);

    void tick(long now);

    /** Everything that was said since the last time, in order. */
    List<String> heard();

    /** All that can be asked of the queue, in one line. */
    String summary();
}
