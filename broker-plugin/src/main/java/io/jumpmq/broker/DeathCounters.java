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

    /** By reason and strategy: of quorum queues, and of all others. */
    private final Map<DeathReason, Map<Strategy, long[]>> counts = new EnumMap<>(DeathReason.class);

    private long confirmed;

    DeathCounters() {
        for (DeathReason reason : DeathReason.values()) {
            Map<Strategy, long[]> ofReason = new EnumMap<>(Strategy.class);
            for (Strategy strategy : Strategy.values()) {
                ofReason.put(strategy, new long[2]);
            }
            counts.put(reason, ofReason);
        }
    }

    void died(boolean quorum, Strategy strategy, DeathReason reason) {
        of(strategy, reason)[quorum ? 0 : 1]++;
    }

    void confirmed() {
        confirmed++;
    }

    /** How many there were, of quorum queues or of all others. */
    public long of(boolean quorum, Strategy strategy, DeathReason reason) {
        return of(strategy, reason)[quorum ? 0 : 1];
    }

    /** How many dead letters that must not get lost are safe. */
    public long ofConfirmed() {
        return confirmed;
    }

    private long[] of(Strategy strategy, DeathReason reason) {
        return Objects.requireNonNull(counts.getOrDefault(reason, Map.of()).get(strategy));
    }
}
