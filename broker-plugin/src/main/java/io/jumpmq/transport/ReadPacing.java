package io.jumpmq.transport;

/**
 * Decides when a loop should sleep for a moment before it asks its sockets again, because it is woken for crumbs: a
 * client that writes every message by itself costs a round of system calls each, and most of that is saved when ten of
 * them have gathered. Whoever waits for an answer before it goes on gains nothing and would lose time, so this is tried,
 * measured, and kept only while it pays: reads find at least {@value #GAIN} times as much, and no less comes in per second.
 *
 * <p>Not thread-safe; belongs to a loop. It has no clock of its own.
 */
final class ReadPacing {
    /** What the loop sleeps; the kernel adds up to 50 µs (a timer's slack on Linux). */
    static final long PAUSE_NANOS = 100_000;

    /** So many rounds are measured at a time. */
    static final int WINDOW = 64;

    /** Woken more rarely than this on average, there is nothing to gather. */
    private static final long MOST_NANOS_BETWEEN_ROUNDS = 150_000;

    /** Reads that find this much are no crumbs. */
    private static final int PLENTY_BYTES = 16 << 10;

    private static final int GAIN = 2;

    /** Rates vary by themselves: a tenth less is no loss. */
    private static final double LEAST_RATE = 0.9;

    /** After so many windows, what it is like without pauses is measured anew. */
    private static final int WINDOWS_UNTIL_DOUBTED = 64;

    /** When it did not pay, it is tried again after 1, 2, 4 … windows, but at least once in so many. */
    private static final int MOST_WINDOWS_BETWEEN_TRIALS = 256;

    private boolean pausing;
    private long windowStart;
    private int rounds;
    private int reads;
    private long bytes;
    private boolean readThisRound;

    private double plainBytesPerRead;
    private double plainBytesPerNano;
    private int pausedWindows;
    private int patience = 1;
    private int windowsUntilTrial = 1;

    /** A socket was read. */
    void onRead(int readBytes) {
        reads++;
        bytes += readBytes;
        readThisRound = true;
    }

    /**
     * A round of the loop is over and it has nothing to do but to wait for sockets and tasks.
     *
     * @return how long it is to sleep first, in nanoseconds; 0: not at all
     */
    long onIdle(long nowNanos) {
        if (readThisRound) {
            readThisRound = false;
            rounds++;
            if (rounds == WINDOW) {
                judge(nowNanos - windowStart);
                begin(nowNanos);
            }
        } else if (rounds == 0) {
            windowStart = nowNanos;
        }
        return pausing ? PAUSE_NANOS : 0;
    }

    private void begin(long nowNanos) {
        windowStart = nowNanos;
        rounds = 0;
        reads = 0;
        bytes = 0;
    }

    private void judge(long nanos) {
        double bytesPerRead = (double) bytes / reads;
        double bytesPerNano = (double) bytes / Math.max(1, nanos);
        if (pausing) {
            pausedWindows++;
            boolean pays = bytesPerRead >= GAIN * plainBytesPerRead && bytesPerNano >= LEAST_RATE * plainBytesPerNano;
            if (pays) {
                patience = 1;
            } else {
                patience = Math.min(2 * patience, MOST_WINDOWS_BETWEEN_TRIALS);
            }
            if (!pays || pausedWindows == WINDOWS_UNTIL_DOUBTED) {
                pausing = false;
                windowsUntilTrial = patience;
            }
        } else if (nanos > WINDOW * MOST_NANOS_BETWEEN_ROUNDS || bytesPerRead >= PLENTY_BYTES) {
            patience = 1;
            windowsUntilTrial = 1;
        } else if (--windowsUntilTrial <= 0) {
            plainBytesPerRead = bytesPerRead;
            plainBytesPerNano = bytesPerNano;
            pausing = true;
            pausedWindows = 0;
        }
    }
}
