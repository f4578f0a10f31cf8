package io.jumpmq.broker.queue;

/**
 * What a queue has done since it was created. Each number only grows. Written on the queue's loop; another thread may
 * read at any time and sees each number as it was a moment ago.
 */
public final class QueueCounters {
    long published;
    long refused;
    long delivered;
    long deliveredNoAck;
    long got;
    long gotNoAck;
    long getEmpty;
    long redelivered;
    long acknowledged;
    private long rejected;
    private long expired;
    private long tooMany;
    private long deliveredTooOften;

    /** Of a queue that has done nothing yet. */
    public QueueCounters() {}

    void died(DeathReason reason) {
        switch (reason) {
            case REJECTED -> rejected++;
            case EXPIRED -> expired++;
            case MAXLEN -> tooMany++;
            case DELIVERY_LIMIT -> deliveredTooOften++;
        }
    }

    /** Messages that came in, those refused not counted. */
    public long published() {
        return published;
    }

    /** Messages that were refused because the queue was full. */
    public long refused() {
        return refused;
    }

    /** Deliveries to consumers that acknowledge. */
    public long delivered() {
        return delivered;
    }

    /** Deliveries to consumers that do not acknowledge. */
    public long deliveredNoAck() {
        return deliveredNoAck;
    }

    /** Messages fetched one by one, to be acknowledged. */
    public long got() {
        return got;
    }

    /** Messages fetched one by one, not to be acknowledged. */
    public long gotNoAck() {
        return gotNoAck;
    }

    /** Attempts to fetch one when there was none. */
    public long getEmpty() {
        return getEmpty;
    }

    /** How many of all deliveries and fetches were not the message's first. */
    public long redelivered() {
        return redelivered;
    }

    public long acknowledged() {
        return acknowledged;
    }

    /** Messages that were dropped or dead-lettered for this reason. */
    public long deaths(DeathReason reason) {
        return switch (reason) {
            case REJECTED -> rejected;
            case EXPIRED -> expired;
            case MAXLEN -> tooMany;
            case DELIVERY_LIMIT -> deliveredTooOften;
        };
    }
}
