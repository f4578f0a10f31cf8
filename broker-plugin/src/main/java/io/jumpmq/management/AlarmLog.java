package io.jumpmq.management;

import io.jumpmq.broker.Congestion;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log when publishers have to wait for want of memory or disk, and when no longer. */
public final class AlarmLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.alarm");

    /** Alarms may come and go within milliseconds: the log has better things to tell than each of these. */
    private static final long LOOK_MILLIS = 500;

    private static final double MEGABYTE = 1 << 20;

    private final Node node;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "jumpmq-alarms");
        thread.setDaemon(true);
        return thread;
    });

    private boolean memory;
    private boolean disk;

    /** Begins to look. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the timer.
    public AlarmLog(Node node) {
        this.node = node;
        timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (node.memory().isSpent() != memory) {
            memory = !memory;
            tell(
                    memory,
                    "memory",
                    megabytes(node.memory().heldBytes()) + " are taken by messages, the limit is "
                            + megabytes(node.memory().limitBytes()) + " (vm_memory_high_watermark)");
        }
        if (node.broker().alarms().contains(Congestion.DISK) != disk) {
            disk = !disk;
            tell(
                    disk,
                    "disk",
                    megabytes(OverviewResources.diskFree(node)) + " are free at " + node.dataDirectory()
                            + ", the limit is " + megabytes(node.broker().diskLimitBytes()) + " (disk_free_limit)");
        }
    }

    private static void tell(boolean begins, String what, String figures) {
        if (begins) {
            LOG.warn("The {} alarm is on, publishers have to wait: {}", what, figures);
        } else {
            LOG.info("The {} alarm is over: {}", what, figures);
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / MEGABYTE);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
