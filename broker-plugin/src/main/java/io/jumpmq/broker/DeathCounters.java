package io.jumpmq.broker;

import io.jumpmq.broker.queue.DeathReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Messages that left the queues of one loop unacknowledged. Written on that loop; another thread may read at any time.
 * Numbers only grow.
 */
public final class DeathCounters {
    private final Map<DeathReason, long[]> counts = new EnumMap<>(DeathReason.class);

    DeathCounters() {
        for (DeathReason reason : DeathReason.values()) {
            counts.put(reason, new long[4]);
        }
    }

    void count(boolean quorum, boolean deadLettered, DeathReason reason) {
        of(reason)[at(quorum, deadLettered)]++;
    }

    /**
     * How many there were.
     *
     * @param quorum of quorum queues, or of all others
     * @param deadLettered whether they went on to a dead-letter exchange, or were dropped
     */
    public long of(boolean quorum, boolean deadLettered, DeathReason reason) {
        return of(reason)[at(quorum, deadLettered)];
    }

    private long[] of(DeathReason reason) {
        return Objects.requireNonNull(counts.get(reason));
    }

    private static int at(boolean quorum, boolean deadLettered) {
        return (quorum ? 2 : 0) + (deadLettered ? 1 : 0);
    }
}
