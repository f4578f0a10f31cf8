package io.jumpmq.store;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the next segment's file ready, so that the writing thread need not wait for one; and does other chores with files. */
final class SegmentFiles implements MessageSegments.Supply, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");

    /** A file that is ready. */
    private record Ready(long number, Disk.File file, long size) {}

    /** Something with files that may fail. */
    interface Chore {
        void run() throws IOException;
    }

    private final Disk disk;
    private final long segmentBytes;
    private volatile @Nullable Ready ready;
    private final ExecutorService chores;
    private final LongSupplier nanoTime;
    private long lastTaken;
    private volatile boolean preparing;
    private volatile boolean noRoom;
    private volatile boolean started;
    private volatile long usableBytes = Long.MAX_VALUE;
    private long checkedNanos;

    /**
     * Files for segments.
     *
     * @param chores does one thing at a time
     * @param nanoTime as {@link System#nanoTime}
     */
    SegmentFiles(Disk disk, long segmentBytes, ExecutorService chores, LongSupplier nanoTime) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.chores = chores;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized Disk.File take(long number, long size) throws IOException {
        lastTaken = number;
        Ready next = ready;
        ready = null;
        if (next != null && (next.number != number || next.size < size)) {
            next.file.close();
            disk.delete(next.file.name());
            next = null;
        }
        Disk.File file = next != null ? next.file : disk.create(Segment.name(number), size, Segment.head(number));
        if (started) {
            prepareNext(segmentBytes);
        }
        return file;
    }

    /** If not, it is being made, or there is no room for it yet. */
    @Override
    public boolean isReady(long size) {
        Ready next = ready;
        boolean fits = next != null && next.size >= size;
        if (!fits && !preparing) {
            prepareNext(size);
        }
        return fits;
    }

    /** Begins to have files ready. */
    void start() {
        started = true;
        prepareNext(segmentBytes);
    }

    private void prepareNext(long size) {
        preparing = true;
        chores.execute(() -> {
            try {
                prepare(size);
            } catch (IOException e) {
                if (!noRoom) {
                    LOG.warn("No room for the next segment, publishers have to wait: {}", e.getMessage());
                }
                noRoom = true;
            } finally {
                preparing = false;
            }
        });
    }

    private synchronized void prepare(long size) throws IOException {
        Ready before = ready;
        if (before == null || before.size < size) {
            long usable = disk.usableBytes();
            if (usable < size) { // Not found out by filling what others need, too.
                throw new IOException(size + " bytes are needed, and " + usable + " are left");
            }
            long number = lastTaken + 1;
            // A smaller one is there until this takes its place.
            ready = new Ready(number, disk.create(Segment.name(number), size, Segment.head(number)), size);
            if (before != null) {
                before.file.close();
            }
        }
        if (noRoom) {
            LOG.info("There is room on the disk again");
        }
        noRoom = false;
    }

    /** Has something done in the background. */
    void run(Chore chore) {
        chores.execute(() -> {
            try {
                chore.run();
            } catch (IOException e) {
                LOG.warn("A file of the store could not be dealt with: {}", e.getMessage());
            }
        });
    }

    /** Whether the disk has less than this left; looked up in the background, every so often. */
    boolean isLowOnDisk(long limitBytes, long everyMillis) {
        long now = nanoTime.getAsLong();
        if (checkedNanos == 0 || now - checkedNanos > TimeUnit.MILLISECONDS.toNanos(everyMillis)) {
            checkedNanos = now;
            run(() -> usableBytes = disk.usableBytes());
            if (noRoom && !preparing) {
                prepareNext(segmentBytes); // Nobody may ask for it: publishers wait.
            }
        }
        return noRoom || usableBytes < limitBytes;
    }

    @Override
    public void close() {
        chores.shutdown();
        try {
            chores.awaitTermination(5, TimeUnit.SECONDS);
            Ready next = ready;
            if (next != null) {
                next.file.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("A file of the store could not be closed: {}", e.getMessage());
        }
    }
}
