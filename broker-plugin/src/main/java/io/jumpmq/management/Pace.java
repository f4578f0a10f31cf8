package io.jumpmq.management;

/** How fast something has to come or go at least: at once or slowly, but not for ever. A core: it is told the time. */
final class Pace {
    /** Nothing need come or go for so long. */
    static final long GRACE_MILLIS = 10_000;

    /** After that, 64 KiB a second. */
    static final long MIN_BYTES_PER_MILLI = 64;

    private final long sinceMillis;

    Pace(long sinceMillis) {
        this.sinceMillis = sinceMillis;
    }

    /** Whether it has taken too long for what has come or gone by now. */
    boolean isTooSlow(long bytes, long nowMillis) {
        return nowMillis - sinceMillis > GRACE_MILLIS + bytes / MIN_BYTES_PER_MILLI;
    }
}
