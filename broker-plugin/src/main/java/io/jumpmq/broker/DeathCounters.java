package io.jumpmq.broker;

import io.jumpmq.broker.queue.DeathReason;

/**
 * Messages that left the queues of one loop unacknowledged. Written on that loop; another thread may read at any time.
 * Numbers only grow.
 */
public final class DeathCounters {
    private final long[] counts = new long[4 * DeathReason.values().length];

    DeathCounters() {}

    void count(boolean quorum, boolean deadLettered, DeathReason reason) {
        counts[at(quorum, deadLettered, reason)]++;
    }

    /**
     * How many there were.
     *
     * @param quorum of quorum queues, or of all others
     * @param deadLettered whether they went on to a dead-letter exchange, or were dropped
     */
    public long of(boolean quorum, boolean deadLettered, DeathReason reason) {
        return counts[at(quorum, deadLettered, reason)];
    }

    private static int at(boolean quorum, boolean deadLettered, DeathReason reason) {
        return reason.ordinal() * 4 + (quorum ? 2 : 0) + (deadLettered ? 1 : 0);
    }
}
