package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One queue. */
public final class MessageQueue {
    public MessageQueue(String name, QueueSettings settings, QueueOutput output, MessageLog log, long nowMillis) {}

    public String name() {
        throw new UnsupportedOperationException();
    }

    public QueueSettings settings() {
        throw new UnsupportedOperationException();
    }

    public void publish(Message message, @Nullable PublishTicket ticket, long nowMillis) {}

    public @Nullable QueueEntry get(boolean noAck, long nowMillis) {
        return null;
    }

    public ConsumeOutcome add(QueueConsumer consumer, long nowMillis) {
        return ConsumeOutcome.ACCEPTED;
    }

    public void remove(QueueConsumer consumer, long nowMillis) {}

    public void acknowledge(QueueEntry entry, long nowMillis) {}

    public void reject(QueueEntry entry, long nowMillis) {}

    public void requeue(QueueEntry entry, long nowMillis) {}

    public void requeue(List<QueueEntry> entries, long nowMillis) {}

    public void written(QueueConsumer consumer, int bytes, long nowMillis) {}

    public void grant(QueueConsumer consumer, int count, long nowMillis) {}

    public void limit(QueueConsumer consumer, boolean limited, long nowMillis) {}

    public void durable(long position) {}

    public void deadLettered(QueueEntry entry) {}

    public void update(QueueSettings newSettings, long nowMillis) {}

    public int purge() {
        return 0;
    }

    public void delete() {}

    public void touch(long nowMillis) {}

    public void tick(long nowMillis) {}

    public long nextDeadline() {
        return Long.MAX_VALUE;
    }

    public int ready() {
        return 0;
    }

    public long readyBytes() {
        return 0;
    }

    public int unacknowledged() {
        return 0;
    }

    public long unacknowledgedBytes() {
        return 0;
    }

    public int consumers() {
        return 0;
    }

    public List<QueueConsumer> consumerList() {
        return List.of();
    }

    public @Nullable QueueConsumer activeConsumer() {
        return null;
    }

    public QueueCounters counters() {
        throw new UnsupportedOperationException();
    }
}
