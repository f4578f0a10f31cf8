package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * One message in one queue, for the queue's loop alone; others are told of it in {@link Delivery deliveries}.
 *
 * <p>There is one of these for each message that a queue has in memory: 56 bytes, fields in this order for their reason only.
 */
public final class QueueEntry {
    /** For {@link #expiresAtMillis}: never. */
    static final long NEVER = Long.MAX_VALUE;

    private final Message message;
    private final long position;
    private final long expiresAtMillis;
    private final int priority;

    boolean redelivered;
    int deliveryCount;
    /** Whether the log holds it, or is to hold it. */
    boolean logged;
    /** Whether it is counted among the persistent ones of its queue. */
    boolean persistent;
    /** Whether its headers are counted among those that take memory. */
    boolean headersCounted;

    @Nullable QueueConsumer consumer;

    /** Who waits for the log to make it durable. */
    @Nullable PublishTicket ticket;

    QueueEntry(Message message, long position, long expiresAtMillis, int priority) {
        this.message = message;
        this.position = position;
        this.expiresAtMillis = expiresAtMillis;
        this.priority = priority;
    }

    public Message message() {
        return message;
    }

    /** Its place among all messages of its queue, in the order of publishing. A requeued entry goes back to it. */
    public long position() {
        return position;
    }

    /** When it expires, in milliseconds since the epoch; {@link Long#MAX_VALUE} if it does not. */
    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    /** Between 0 and the queue's maximum. */
    public int priority() {
        return priority;
    }

    /** Whether it was delivered before and came back. */
    public boolean redelivered() {
        return redelivered;
    }

    /** How often it was delivered and came back. */
    public int deliveryCount() {
        return deliveryCount;
    }

    /** Size of what a message has beside its body, in bytes. */
    int headerBytes() {
        return message.routingKey().length + message.header().encoded().length;
    }

    /** Size of the body in bytes. */
    int bodyBytes() {
        return message.body().length;
    }
}
