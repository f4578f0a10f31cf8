package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is seen to between rounds of writing: summaries of segments, segments that are of no use any more, damage, the files, and
 * room on the disk. For the writing thread.
 */
final class StoreUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");
    private static final long CHECK_MILLIS = 1_000;

    private final Claim claim;
    private final MessageSegments segments;
    private final CatalogJournal journal;
    private final Disk messageDisk;
    private final SegmentFiles files;
    private final ExecutorService reading;
    private final OpenQueues queues;
    private final StoreFailure failure;
    private final LongSupplier nanoTime;

    private volatile long diskLimitBytes;
    private volatile boolean lowOnDisk;
    private boolean catalogIsFull;
    private long checkedNanos;

    StoreUpkeep(
            Claim claim,
            MessageSegments segments,
            CatalogJournal journal,
            Disk messageDisk,
            SegmentFiles files,
            ExecutorService reading,
            OpenQueues queues,
            StoreFailure failure,
            LongSupplier nanoTime,
            long diskLimitBytes) {
        this.claim = claim;
        this.segments = segments;
        this.journal = journal;
        this.messageDisk = messageDisk;
        this.files = files;
        this.reading = reading;
        this.queues = queues;
        this.failure = failure;
        this.nanoTime = nanoTime;
        this.diskLimitBytes = diskLimitBytes;
    }

    /** Whether publishers have to wait for room. Any thread. */
    boolean isLowOnDisk() {
        return lowOnDisk;
    }

    /** When less is free, publishers wait. Any thread. */
    long diskLimitBytes() {
        return diskLimitBytes;
    }

    /** Any thread. */
    void limitDisk(long bytes) {
        diskLimitBytes = bytes;
    }

    void run() throws IOException {
        Segment sealed = segments.segments().nextSealed();
        while (sealed != null) {
            Segment segment = sealed;
            files.run(() -> messageDisk.replace(
                    Summary.name(segment.number),
                    Summary.file(segment.summary.toByteArray(), segment.number, segment.end)));
            sealed = segments.segments().nextSealed();
        }
        Segment useless = segments.compact();
        if (useless != null) {
            // After the reads that were asked for, and not before its summary is written.
            reading.execute(() -> files.runInOrder(() -> segments.discard(useless)));
        }
        tellOfDamage();
        check();
        lowOnDisk = files.isLowOnDisk(diskLimitBytes, CHECK_MILLIS) || catalogIsFull;
    }

    private void tellOfDamage() {
        for (DamagedMessage message : segments.index().setAside().news()) {
            LOG.error(
                    "A message cannot be read any more and is set aside: {}. What is left of it is kept until its queue is"
                            + " purged or deleted; 'jumpmq store check' tells more",
                    queues.describe(message));
        }
    }

    /** Looks now and then whether the files are there, and for room for the catalog. */
    private void check() {
        long now = nanoTime.getAsLong();
        boolean due = now - checkedNanos > TimeUnit.MILLISECONDS.toNanos(CHECK_MILLIS);
        if (due) {
            checkedNanos = now;
            files.run(() -> {
                try {
                    claim.checkFiles();
                } catch (IOException e) {
                    failure.fail(e);
                }
            });
        }
        if (catalogIsFull ? due : journal.isShort()) {
            extendJournal();
        }
    }

    private void extendJournal() {
        try {
            journal.extend();
            if (catalogIsFull) {
                LOG.info("There is room for the catalog again");
            }
            catalogIsFull = false;
        } catch (IOException e) {
            if (!catalogIsFull) {
                LOG.warn(
                        "Queues, exchanges, bindings and the like can be deleted and soon not be added, publishers have"
                                + " to wait: {}",
                        e.getMessage());
            }
            catalogIsFull = true;
        }
    }
}
