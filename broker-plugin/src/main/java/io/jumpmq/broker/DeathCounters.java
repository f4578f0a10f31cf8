package io.jumpmq.broker;

import io.jumpmq.broker.queue.DeathReason;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Messages that left the queues of one loop unacknowledged. Written on that loop; another thread may read at any time.
 * Numbers only grow.
 */
public final class DeathCounters {
    /** What becomes of a queue's dead messages. */
    public enum Strategy {
        /** They are dropped: there is no dead-letter exchange. */
        DISABLED,
        AT_MOST_ONCE,
        AT_LEAST_ONCE;

        /** The name that interfaces use. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<DeathReason, long[]> counts = new EnumMap<>(DeathReason.class);
    private long confirmed;

    DeathCounters() {
        for (DeathReason reason : DeathReason.values()) {
            counts.put(reason, new long[2 * Strategy.values().length]);
        }
    }

    void died(boolean quorum, Strategy strategy, DeathReason reason) {
        of(reason)[at(quorum, strategy)]++;
    }

    void confirmed() {
        confirmed++;
    }

    /** How many there were, of quorum queues or of all others. */
    public long of(boolean quorum, Strategy strategy, DeathReason reason) {
        return of(reason)[at(quorum, strategy)];
    }

    /** How many dead letters that must not get lost are safe. */
    public long ofConfirmed() {
        return confirmed;
    }

    private long[] of(DeathReason reason) {
        return Objects.requireNonNull(counts.get(reason));
    }

    private static int at(boolean quorum, Strategy strategy) {
        return strategy.ordinal() * 2 + (quorum ? 1 : 0);
    }
}
