package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * A consumer of one queue, and how much it may be sent. Whoever creates it hands it to {@link MessageQueue#add}; from
 * then on the queue's loop alone touches what changes in it.
 *
 * <p>Three brakes can hold it back: its prefetch limit, its output window, and its credit (see
 * {@link #needsCredit}). A consumer that is held back when its turn comes loses it; when the brake is off it lines up at
 * the end.
 */
public final class QueueConsumer {
    private final ConsumerEndpoint endpoint;
    private final String tag;
    private final boolean noAck;
    private final boolean exclusive;
    private final int prefetch;
    private final int priority;

    boolean needsCredit;

    /** Delivered and not yet acknowledged or returned. */
    int unacknowledged;

    /** What may still be sent before the connection has written some; below 0 after a message larger than the rest. */
    int windowBytes = QueuePort.WINDOW_BYTES;

    /** How many messages it may still be delivered, if it {@linkplain #needsCredit needs} credit for each. */
    int credit;

    /** Whether its channel was told that a message waits for credit, and has not given any since. */
    boolean wantsCredit;

    // Its place among those that are served in turn: see RoundRobin.
    RoundRobin.@Nullable Rank rank;

    @Nullable QueueConsumer previous;

    @Nullable QueueConsumer next;

    boolean inRotation;

    /**
     * A consumer that no queue knows yet.
     *
     * @param noAck messages count as acknowledged when they are delivered
     * @param exclusive wants the queue for itself
     * @param prefetch how many messages it may have unacknowledged; 0 for any number. Means nothing with {@code noAck}
     * @param needsCredit whether each delivery needs credit; {@link MessageQueue#requireCredit} changes it
     * @param priority messages go to those of the highest priority while these can take some; usually 0
     */
    public QueueConsumer(
            ConsumerEndpoint endpoint,
            String tag,
            boolean noAck,
            boolean exclusive,
            int prefetch,
            boolean needsCredit,
            int priority) {
        this.endpoint = endpoint;
        this.tag = tag;
        this.noAck = noAck;
        this.exclusive = exclusive;
        this.prefetch = prefetch;
        this.needsCredit = needsCredit;
        this.priority = priority;
    }

    public ConsumerEndpoint endpoint() {
        return endpoint;
    }

    public String tag() {
        return tag;
    }

    public boolean noAck() {
        return noAck;
    }

    public boolean exclusive() {
        return exclusive;
    }

    public int prefetch() {
        return prefetch;
    }

    public int priority() {
        return priority;
    }

    /** How many messages it has that it did not acknowledge yet. On the queue's loop. */
    public int unacknowledged() {
        return unacknowledged;
    }

    /** Whether it has room for a message; if it has to ask for credit, then its turn is the time to ask. */
    boolean hasRoom() {
        return windowBytes > 0 && !wantsCredit && (noAck || prefetch == 0 || unacknowledged < prefetch);
    }

    boolean lacksCredit() {
        return needsCredit && credit == 0;
    }

    @Override
    public String toString() {
        return "consumer '" + tag + "'";
    }
}
