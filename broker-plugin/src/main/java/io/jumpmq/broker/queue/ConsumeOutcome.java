package io.jumpmq.broker.queue;

/** What became of a request to consume. */
public enum ConsumeOutcome {
    ACCEPTED,
    /** Another consumer has the queue for itself, or this one wants what it cannot have for itself. */
    EXCLUSIVE_USE,
    /** The queue was deleted before the request arrived. */
    QUEUE_DELETED,
    /** The queue cannot be reached. */
    QUEUE_UNREACHABLE
}
