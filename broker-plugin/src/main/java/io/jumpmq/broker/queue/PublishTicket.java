package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/** What the publisher of one message is told by one queue: exactly one of these, once. Called on the queue's loop. */
public interface PublishTicket {
    /** The queue has taken over: the message is stored if it has to be. */
    void accepted();

    /** The queue is full and refuses new messages. */
    void refused();

    /** Says that it is accepted, if somebody wants to know. */
    static void accept(@Nullable PublishTicket ticket) {
        if (ticket != null) {
            ticket.accepted();
        }
    }
}
