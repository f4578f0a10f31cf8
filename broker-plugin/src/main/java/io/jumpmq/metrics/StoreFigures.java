package io.jumpmq.metrics;

/**
 * How a store stands, for operators. The numbers are a moment old, and need not be of the same moment.
 *
 * @param segments files that messages are in
 * @param diskBytes their size
 * @param liveBytes how much of that is taken by messages that are still there
 * @param unflushedBytes size of what was handed over and is not durable yet
 * @param lowOnDisk whether publishers wait for room on the disk
 * @param damagedMessages how many messages cannot be read any more
 * @param failed whether the disk has failed: nothing is confirmed any more
 * @param messages what went in and out
 * @param disk what that took
 */
public record StoreFigures(
        int segments,
        long diskBytes,
        long liveBytes,
        long unflushedBytes,
        boolean lowOnDisk,
        int damagedMessages,
        boolean failed,
        StoreCounters messages,
        DiskCounters disk) {
    /** Of a node that stores nothing. */
    public static final StoreFigures NONE =
            new StoreFigures(0, 0, 0, 0, false, 0, false, new StoreCounters(), new DiskCounters());
}
