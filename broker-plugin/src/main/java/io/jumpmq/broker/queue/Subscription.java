package io.jumpmq.broker.queue;

/**
 * The terms on which a consumer is served.
 *
 * @param noAck messages count as acknowledged when they are delivered
 * @param exclusive it wants the queue for itself
 * @param prefetch how many messages it may have unsettled; 0: any number. Means nothing with {@code noAck}
 * @param needsCredit whether each delivery needs {@linkplain QueuePort#credit credit}, of which there is none at first
 * @param priority messages go to those of the highest priority while these can take some; usually 0
 */
public record Subscription(
        String tag, boolean noAck, boolean exclusive, int prefetch, boolean needsCredit, int priority) {}
