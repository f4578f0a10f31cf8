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

    /** By strategy and reason, of all queues but quorum queues and of these. */
    private final Map<Strategy, Map<DeathReason, long[]>> counts = new EnumMap<>(Strategy.class);

    private long confirmed;

    DeathCounters() {
        for (Strategy strategy : Strategy.values()) {
            Map<DeathReason, long[]> reasons = new EnumMap<>(DeathReason.class);
            for (DeathReason reason : DeathReason.values()) {
                reasons.put(reason, new long[2]);
            }
            counts.put(strategy, reasons);
        }
    }

    void died(boolean quorum, Strategy strategy, DeathReason reason) {
        of(strategy, reason)[at(quorum)]++;
    }

    void confirmed() {
        confirmed++;
    }

    /** How many there were, of quorum queues or of all others. */
    public long of(boolean quorum, Strategy strategy, DeathReason reason) {
        return of(strategy, reason)[at(quorum)];
    }

    /** How many dead letters that must not get lost are safe. */
    public long ofConfirmed() {
        return confirmed;
    }

    private long[] of(Strategy strategy, DeathReason reason) {
        return Objects.requireNonNull(
                Objects.requireNonNull(counts.get(strategy)).get(reason));
    }

    private static int at(boolean quorum) {
        return quorum ? 1 : 0;
    }
}
