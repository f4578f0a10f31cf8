package io.jumpmq.broker.loop;

/**
 * Decides when a thread that works in rounds should pause before the next one, because each round finds very little and costs as
 * much as one that finds a full batch: a socket that brings one small message at a time, a flush of the disk for one confirm. Most of
 * that is saved when ten come in one batch. But whoever waits for an answer before he goes on gains nothing by it and would lose
 * time. So pausing is tried, measured, and kept only while it pays: rounds find at least {@value #GAIN} times as much, and no
 * less comes in per second.
 *
 * <p>Not thread-safe; belongs to the thread. It has no clock of its own.
 */
public final class Coalescing {
    /** So many rounds are measured at a time. */
    static final int WINDOW = 64;

    private static final double GAIN = 1.5;

    /** Rates vary by themselves: a tenth less is no loss. */
    private static final double MIN_RATE = 0.9;

    /** After so many windows, what it is like without pauses is measured anew. */
    private static final int WINDOWS_UNTIL_DOUBTED = 64;

    /** When it did not pay, it is tried again after 1, 2, 4 … windows, but at least once in so many. */
    private static final int MAX_WINDOWS_BETWEEN_TRIALS = 256;

    private final long pauseNanos;
    private final long fullBatch;

    private boolean pausing;
    private long windowStart;
    private int rounds;
    private int finds;
    private long amount;
    private boolean foundThisRound;

    private double plainPerFind;
    private double plainPerNano;
    private int pausedWindows;
    private int patience = 1;
    private int windowsUntilTrial = 1;

    /**
     * A thread that does not pause yet.
     *
     * @param pauseNanos how long a pause is; when rounds are half as long again apart on average, none is tried
     * @param fullBatch a find as large as this is a batch worth its round
     */
    public Coalescing(long pauseNanos, long fullBatch) {
        this.pauseNanos = pauseNanos;
        this.fullBatch = fullBatch;
    }

    /** Something was there to be done: so many bytes, or messages, in one place. */
    public void found(long howMuch) {
        finds++;
        amount += howMuch;
        foundThisRound = true;
    }

    /**
     * A round is over, and the next may begin.
     *
     * @return how long to pause first, in nanoseconds; 0: not at all
     */
    public long nextPause(long nowNanos) {
        if (foundThisRound) {
            foundThisRound = false;
            rounds++;
            if (rounds == WINDOW) {
                judge(nowNanos - windowStart);
                begin(nowNanos);
            }
        } else if (rounds == 0) {
            windowStart = nowNanos;
        }
        return pausing ? pauseNanos : 0;
    }

    private void begin(long nowNanos) {
        windowStart = nowNanos;
        rounds = 0;
        finds = 0;
        amount = 0;
    }

    private void judge(long nanos) {
        double perFind = (double) amount / finds;
        double perNano = (double) amount / Math.max(1, nanos);
        if (pausing) {
            pausedWindows++;
            boolean pays = perFind >= GAIN * plainPerFind && perNano >= MIN_RATE * plainPerNano;
            patience = pays ? 1 : Math.min(2 * patience, MAX_WINDOWS_BETWEEN_TRIALS);
            if (!pays || pausedWindows == WINDOWS_UNTIL_DOUBTED) {
                pausing = false;
                windowsUntilTrial = patience;
            }
        } else if (nanos > WINDOW * (pauseNanos + pauseNanos / 2) || perFind >= fullBatch) {
            patience = 1;
            windowsUntilTrial = 1;
        } else if (--windowsUntilTrial <= 0) {
            plainPerFind = perFind;
            plainPerNano = perNano;
            pausing = true;
            pausedWindows = 0;
        }
    }
}
