package io.jumpmq.store;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the next segment's file ready, so that the writing thread need not wait for one; and does other chores with files. */
final class SegmentFiles implements MessageSegments.Supply, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");

    /** What a message's record takes at the most beside the message. */
    private static final int MARGIN = 2 << 20;

    /** A file that is ready. */
    private record Ready(long number, Disk.File file, long size) {}

    /** Something with files that may fail. */
    interface Chore {
        void run() throws IOException;
    }

    private final Disk disk;
    private final long segmentBytes;
    private volatile @Nullable Ready ready;
    private final ExecutorService chores = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "jumpmq-store-files");
        thread.setDaemon(true);
        return thread;
    });

    private long lastTaken;
    private volatile boolean preparing;
    private volatile boolean noRoom;
    private volatile boolean started;
    private volatile long usableBytes = Long.MAX_VALUE;
    private long checkedNanos;

    SegmentFiles(Disk disk, long segmentBytes) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
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
            prepareNext();
        }
        return file;
    }

    /** If not, the next segment is being made, or there is no room for it yet. */
    @Override
    public boolean isReady(long size) {
        Ready next = ready;
        if (next == null && !preparing) {
            prepareNext();
        }
        return next != null && (next.size > size + MARGIN || size > segmentBytes / 2);
    }

    /** Begins to have files ready. */
    void start() {
        started = true;
        prepareNext();
    }

    private void prepareNext() {
        preparing = true;
        chores.execute(() -> {
            try {
                prepare();
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

    private synchronized void prepare() throws IOException {
        if (ready == null) {
            long number = lastTaken + 1;
            ready = new Ready(
                    number, disk.create(Segment.name(number), segmentBytes, Segment.head(number)), segmentBytes);
            if (noRoom) {
                LOG.info("There is room on the disk again");
            }
            noRoom = false;
        }
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
        long now = System.nanoTime();
        if (checkedNanos == 0 || now - checkedNanos > TimeUnit.MILLISECONDS.toNanos(everyMillis)) {
            checkedNanos = now;
            run(() -> usableBytes = disk.usableBytes());
            if (noRoom && !preparing) {
                prepareNext(); // Nobody may ask for it: publishers wait.
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
