package io.jumpmq.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts since the beginning, and since something has last changed, which is told by a growing number, the epoch. Any
 * thread counts; one that is late with an old epoch counts for the new one.
 */
public final class EpochCounter {
    private final LongAdder total = new LongAdder();
    private volatile long epoch;
    private volatile long before;

    /** One more, in this epoch. */
    public void count(long nowEpoch) {
        if (nowEpoch != epoch) {
            turn(nowEpoch);
        }
        total.increment();
    }

    private synchronized void turn(long nowEpoch) {
        if (nowEpoch > epoch) {
            before = total.sum();
            epoch = nowEpoch;
        }
    }

    /** All that were counted. */
    public long total() {
        return total.sum();
    }

    /** Those that were counted since this epoch, the present one, began. */
    public long since(long nowEpoch) {
        return epoch == nowEpoch ? total.sum() - before : 0;
    }
}
