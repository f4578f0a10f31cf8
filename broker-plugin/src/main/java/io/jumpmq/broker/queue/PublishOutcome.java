package io.jumpmq.broker.queue;

/** What became of a message that was published, the best first. */
public enum PublishOutcome {
    /** It is stored if it has to be. */
    ACCEPTED,
    /** A queue is full and refuses new messages. */
    REFUSED,
    /** A queue cannot be reached, or could not be before it answered: nobody can tell whether it has the message. */
    UNREACHABLE
}
