package io.jumpmq.broker.queue;

/** What becomes of a message that was delivered. */
public enum Settlement {
    /** It is done with. */
    ACK,
    /** It is dead-lettered, or dropped. */
    REJECT,
    /** It returns to its place, and is delivered again. */
    REQUEUE
}
