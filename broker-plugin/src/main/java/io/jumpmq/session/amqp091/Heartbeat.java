package io.jumpmq.session.amqp091;

/** When a client was heard last and spoken to last. Until an interval is agreed on, silence means nothing. */
final class Heartbeat {
    /** Ticks that come this late after the one before came late because of us. */
    private static final long MAX_TICK_MILLIS = 2_000;

    private long intervalMillis;
    private long lastReadMillis;
    private long lastWrittenMillis;
    private long lastTickMillis;

    Heartbeat(long nowMillis) {
        lastReadMillis = nowMillis;
        lastWrittenMillis = nowMillis;
        lastTickMillis = nowMillis;
    }

    /** From now on; 0: no heartbeats. */
    void agree(long millis) {
        intervalMillis = millis;
    }

    long intervalMillis() {
        return intervalMillis;
    }

    /** It was heard; or is not read, and what we do not read we cannot miss. */
    void read(long nowMillis) {
        lastReadMillis = nowMillis;
    }

    void wrote(long nowMillis) {
        lastWrittenMillis = nowMillis;
    }

    /** To be called about every second: a client is not silent while it is not read, or while this loop came to nothing. */
    void tick(long nowMillis, boolean isRead) {
        long lateMillis = Math.max(0, nowMillis - lastTickMillis - MAX_TICK_MILLIS);
        lastReadMillis = isRead ? Math.min(nowMillis, lastReadMillis + lateMillis) : nowMillis;
        lastTickMillis = nowMillis;
    }

    /** Whether the client is gone. */
    boolean isMissed(long nowMillis) {
        return intervalMillis > 0 && nowMillis - lastReadMillis > 2 * intervalMillis;
    }

    /** Whether the client would miss us soon. */
    boolean isDue(long nowMillis) {
        return intervalMillis > 0 && nowMillis - lastWrittenMillis >= intervalMillis / 2;
    }
}
