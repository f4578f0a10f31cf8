package io.jumpmq.broker.queue;

/** What came of a question to a queue. */
public sealed interface QueueReply<R> {
    /** It has answered. */
    record Answered<R>(R value) implements QueueReply<R> {}

    /** It cannot be reached; what it has done of what was asked, nobody can tell. */
    record Unreachable<R>() implements QueueReply<R> {}

    /**
     * The answer.
     *
     * @param queue whose, for people
     * @throws QueueUnreachableException when there is none
     */
    default R orThrow(Object queue) {
        if (this instanceof Answered<R> answered) {
            return answered.value();
        }
        throw new QueueUnreachableException(queue);
    }
}
