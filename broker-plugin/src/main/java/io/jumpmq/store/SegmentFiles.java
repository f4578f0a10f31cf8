package io.jumpmq.store;

import java.io.IOException;
import java.util.ArrayDeque;
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

    /** For {@link #chores} alone. */
    private final ArrayDeque<Chore> inOrder = new ArrayDeque<>();

    private boolean orderIsStuck;

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
        Ready next = ready;
        ready = null;
        if (next != null && (next.number != number || next.size < size)) {
            next.file.close();
            disk.delete(next.file.name());
            next = null;
        }
        Disk.File file = next != null ? next.file : create(number, size);
        lastTaken = number;
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
                    LOG.warn("The next segment cannot be made, publishers have to wait: {}", e.getMessage());
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
            long number = lastTaken + 1;
            // A smaller one is there until this takes its place.
            ready = new Ready(number, create(number, size), size);
            if (before != null) {
                before.file.close();
            }
        }
        if (noRoom) {
            LOG.info("There is room on the disk again");
        }
        noRoom = false;
    }

    private Disk.File create(long number, long size) throws IOException {
        String name = Segment.name(number);
        long usable = disk.usableBytes();
        if (usable < size) { // Not found out by filling what others need, too.
            throw new NotWrittenException(
                    "there is no room for messages/" + name + ": " + size + " bytes are needed, and " + usable
                            + " are left; make room on the disk",
                    null);
        }
        return disk.create(name, size, Segment.head(number));
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

    /** Has something done in the background after all that this was asked for before; what fails is tried again. */
    void runInOrder(Chore chore) {
        chores.execute(() -> {
            inOrder.add(chore);
            runInOrder();
        });
    }

    private void runInOrder() {
        try {
            for (Chore first = inOrder.peek(); first != null; first = inOrder.peek()) {
                first.run();
                inOrder.remove();
            }
            orderIsStuck = false;
        } catch (IOException e) {
            if (!orderIsStuck) {
                LOG.warn("Space cannot be given back for now, which is tried again: {}", e.getMessage());
            }
            orderIsStuck = true;
        }
    }

    /** Whether the disk has less than this left; looked up in the background, every so often. */
    boolean isLowOnDisk(long limitBytes, long everyMillis) {
        long now = nanoTime.getAsLong();
        if (checkedNanos == 0 || now - checkedNanos > TimeUnit.MILLISECONDS.toNanos(everyMillis)) {
            checkedNanos = now;
            chores.execute(this::runInOrder);
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
