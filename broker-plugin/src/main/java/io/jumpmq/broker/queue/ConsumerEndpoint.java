package io.jumpmq.broker.queue;

/**
 * The channel behind a consumer, as its queue sees it. Called on the queue's loop, in the middle of the queue's work:
 * take note and return; whatever is wanted of the queue in answer has to wait until its call has ended.
 */
public interface ConsumerEndpoint {
    /** A message for the consumer. Unless the consumer needs no acknowledgements, the channel now answers for it. */
    void deliver(QueueConsumer consumer, QueueEntry entry);

    /** The queue is gone, and the consumer with it. What was delivered may still be acknowledged, to no effect. */
    void cancelled(QueueConsumer consumer);

    /**
     * A message waits which only lacks the channel's leave. Answered, sooner or later, with {@link MessageQueue#grant};
     * not called again before that.
     */
    void wantsGrant(QueueConsumer consumer);

    /** The queue cannot use {@code count} of the grants that it got for the consumer: they are the channel's again. */
    void grantsReturned(QueueConsumer consumer, int count);
}
