package io.jumpmq.broker.loop;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time of a node: that of the wall when it started, and what has passed since by a clock that nobody sets. So what is
 * due after a while (expiry, heartbeats, leases) is due after that while, whatever the machine's clock is set to meanwhile; a
 * restart begins with the wall's time again. Any thread.
 */
public final class SteadyClock {
    private final LongSupplier wallMillis;
    private final LongSupplier nanoTime;
    private final long startedMillis;
    private final long startedNanos;

    /**
     * A clock that starts now.
     *
     * @param wallMillis milliseconds since 1970, which may jump
     * @param nanoTime nanoseconds since whenever, which never do
     */
    public SteadyClock(LongSupplier wallMillis, LongSupplier nanoTime) {
        this.wallMillis = wallMillis;
        this.nanoTime = nanoTime;
        this.startedMillis = wallMillis.getAsLong();
        this.startedNanos = nanoTime.getAsLong();
    }

    /** The machine's clocks. */
    public static SteadyClock ofMachine() {
        return new SteadyClock(System::currentTimeMillis, System::nanoTime);
    }

    /** When it started, in milliseconds since 1970. */
    public long startedMillis() {
        return startedMillis;
    }

    /** Milliseconds since 1970, if the wall's clock was right at the start; never less than before. */
    public long nowMillis() {
        return startedMillis + TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startedNanos);
    }

    /** What the wall's clock says, for people: milliseconds since 1970. */
    public long wallMillis() {
        return wallMillis.getAsLong();
    }
}
