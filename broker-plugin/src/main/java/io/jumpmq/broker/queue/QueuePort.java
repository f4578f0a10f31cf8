package io.jumpmq.broker.queue;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import java.util.List;

/**
 * A queue as everybody else knows it: connections, operators, other queues. Behind it may be a queue of this node, or bytes on
 * a wire to another node's: what goes in and comes out are values, and consumers and deliveries are known by their numbers.
 *
 * <p>Each call names the loop that it comes from. There its answer is received, in a call of its own. What one loop asks takes
 * effect in the order asked; what a queue tells one loop arrives in the order told. Every question is answered: with
 * {@link QueueReply.Unreachable} when the queue cannot be reached, or could not be while the answer was awaited and nobody
 * can tell what it has done.
 */
public interface QueuePort {
    /** How much may be on its way to a subscriber's socket, in bytes of {@link Message#footprint}. */
    int WINDOW_BYTES = 1 << 20;

    /** As the catalog has it. */
    String name();

    // Messages in.

    /** Takes a message whose publisher wants no answer. */
    void publish(Loop from, Message message);

    /** Takes a message, and answers with {@link Publication#answer}. */
    void publish(Loop from, Publication publication);

    /** Flow control: whether publishers should pause for consumers that are busy emptying it. Any thread; a moment old. */
    boolean isThrottled();

    // Messages out.

    /**
     * Has a subscriber served. Answered with {@link Subscriber#subscribed}, before the first delivery.
     *
     * @return the number of the consumer, this port's own
     */
    long subscribe(Loop from, Subscription terms, Subscriber subscriber);

    /**
     * A consumer may be delivered so many messages more; each delivery uses up one.
     *
     * @param drain what cannot be used now, of earlier credit, too, comes back: {@link Subscriber#creditReturned}
     */
    void credit(Loop from, long consumer, int count, boolean drain);

    /** Has a consumer served by credit only, or by none. Answered with {@link Subscriber#creditRequired}. */
    void requireCredit(Loop from, long consumer, boolean required);

    /** So much of what was delivered to a consumer has been written to its socket: as much more may come. */
    void written(Loop from, long consumer, int bytes);

    /**
     * Ends a subscription. What was delivered may still be settled; credit that was not used is gone.
     *
     * @param ended receives the consumer's number when nothing more will be delivered
     */
    void unsubscribe(Loop from, long consumer, Receiver<Long> ended);

    /** Settles a delivery; one that is not outstanding any more is left out. */
    void settle(Loop from, Settlement how, Delivery delivery);

    /** As {@link #settle(Loop, Settlement, Delivery)}, for several together: they are treated in the queue's order. */
    void settle(Loop from, Settlement how, List<Delivery> deliveries);

    /**
     * A channel closes: consumers leave and all that it has not settled is requeued, in one step. In two, other consumers
     * would get what is ready before the older messages that come back. Deliveries that are still on their way to it have to be
     * requeued when they arrive; the others wait for them.
     *
     * @param closed told when that is done, and the queue is gone if it goes with its last consumer; or when nobody can tell. With how many came back
     */
    void close(Loop from, List<Long> consumers, List<Delivery> unsettled, Receiver<Integer> closed);

    /** Whether a consumer gets messages, and need not wait for another to leave. Any thread; a moment old. */
    boolean serves(long consumer);

    /**
     * Fetches a message.
     *
     * @param noAck it counts as settled with this
     */
    void get(Loop from, boolean noAck, Receiver<QueueReply<Fetched>> answer);

    // The queue as a whole.

    /** Drops all that is ready, or died and is kept; answers how many that were. */
    void purge(Loop from, Receiver<QueueReply<Integer>> answer);

    /** Somebody declared it again: it is in use. */
    void touch(Loop from);

    /** Asks how it stands, once it has done what it was told before. */
    void stat(Loop from, Receiver<QueueReply<QueueStat>> answer);

    /** How it stands. Any thread; the numbers are a moment old, and need not be of the same moment. */
    QueueFigures figures();

    /** The catalog has other rules for it. */
    void settingsChanged(Loop from);

    /** The catalog knows it no more: it goes, with its messages and consumers. */
    void deleted(Loop from);
}
