package io.jumpmq.broker.queue;

/** What the publisher of one message is told by one queue: exactly one of these, once. Called on the queue's loop. */
public interface PublishTicket {
    /** The queue has taken over: the message is stored if it has to be. */
    void accepted();

    /** The queue is full and refuses new messages. */
    void refused();
}
