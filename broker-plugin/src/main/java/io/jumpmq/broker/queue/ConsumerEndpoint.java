package io.jumpmq.broker.queue;

/**
 * The channel behind a consumer, as its queue sees it. Called on the queue's loop, in the middle of the queue's work:
 * take note and return; whatever is wanted of the queue in answer has to wait until its call has ended.
 */
public interface ConsumerEndpoint {
    /** A message for the consumer. Unless the consumer needs no acknowledgements, the channel now answers for it. */
    void deliver(QueueConsumer consumer, Delivery delivery);

    /** The queue is gone, and the consumer with it. What was delivered may still be acknowledged, to no effect. */
    void cancelled(QueueConsumer consumer);

    /**
     * A message waits which only lacks credit. Said once: not again before {@link MessageQueue#credit} was called.
     */
    void wantsCredit(QueueConsumer consumer);

    /** The queue was told to drain, and cannot use {@code count} of the credit that the consumer had: it is gone. */
    void creditReturned(QueueConsumer consumer, int count);
}
