package io.jumpmq.broker.queue;

/** What is behind a consumer: told by its queue, on the loop that {@linkplain QueuePort#subscribe subscribed}. */
public interface Subscriber {
    /** Why a queue serves a consumer no more. */
    enum Cancellation {
        QUEUE_DELETED,
        /** What was delivered is lost to its consumer: the queue delivers it again, to whom it can. */
        QUEUE_UNREACHABLE
    }

    /** What came of the request to subscribe; nothing else comes if it was not accepted. */
    void subscribed(ConsumeOutcome outcome);

    /** A message. Unless it need not be acknowledged, it is to be settled. */
    void delivered(Delivery delivery);

    /** A message waits that only lacks credit. Said once for each time that credit was given. */
    void wantsCredit();

    /** So much of the credit was not used when the queue was told to drain, and is gone. */
    void creditReturned(int count);

    /** Deliveries behind this one need credit, or no longer do. */
    void creditRequired(boolean required);

    /** Nothing more will be delivered. What was may still be settled, to no effect. */
    void cancelled(Cancellation why);
}
