package io.jumpmq.store;

import java.time.Duration;

/**
 * How messages are kept.
 *
 * @param segmentBytes size of a file of the log
 * @param flushEvery zero: everything is flushed before it is confirmed. Else flushing happens so often, and what was confirmed
 *     since the last time may be lost when the machine (not just the process) dies
 * @param diskFreeLimitBytes publishers wait while the disk has less than this left
 * @param maxUnflushedBytes publishers wait while more than this is on its way to the disk
 * @param onDamage what becomes of a queue with a message that cannot be read any more
 */
public record StoreSettings(
        long segmentBytes, Duration flushEvery, long diskFreeLimitBytes, long maxUnflushedBytes, OnDamage onDamage) {
    /** What becomes of a queue with a message that cannot be read any more. */
    public enum OnDamage {
        /** It goes on behind it. */
        QUARANTINE,
        /** It delivers nothing any more, until it is purged. */
        STOP
    }

    /** As RabbitMQ, stops publishers at 50 MB of free disk. */
    public static final StoreSettings DEFAULT =
            new StoreSettings(64L << 20, Duration.ZERO, 50_000_000, 64L << 20, OnDamage.QUARANTINE);

    private static final long MIN_SEGMENT = 4L << 20;
    private static final long MAX_SEGMENT = 1L << 30;

    public StoreSettings {
        if (segmentBytes < MIN_SEGMENT || segmentBytes > MAX_SEGMENT) {
            throw new IllegalArgumentException(
                    "a segment must have from " + MIN_SEGMENT + " to " + MAX_SEGMENT + " bytes, not " + segmentBytes);
        }
    }
}
