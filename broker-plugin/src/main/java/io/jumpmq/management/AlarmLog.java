package io.jumpmq.management;

import io.jumpmq.broker.Congestion;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
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

    /** Those that are on, as far as the log knows. */
    private final Set<Congestion> told = EnumSet.noneOf(Congestion.class);

    /** Begins to look. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the timer.
    public AlarmLog(Node node) {
        this.node = node;
        timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        Set<Congestion> alarms = node.broker().alarms();
        tell(alarms, Congestion.MEMORY, "are taken by messages", "vm_memory_high_watermark");
        tell(alarms, Congestion.DISK, "are free at " + node.dataDirectory(), "disk_free_limit");
    }

    /** Tells of one that has begun or ended. */
    private void tell(Set<Congestion> alarms, Congestion alarm, String what, String setting) {
        boolean begins = alarms.contains(alarm);
        if (begins ? !told.add(alarm) : !told.remove(alarm)) {
            return;
        }
        String resource = NodeResources.resource(alarm);
        String figures = megabytes(NodeResources.value(node, alarm)) + " " + what + ", the limit is "
                + megabytes(NodeResources.limit(node, alarm)) + " (" + setting + ")";
        if (begins) {
            LOG.warn("The {} alarm is on, publishers have to wait: {}", resource, figures);
        } else {
            LOG.info("The {} alarm is over: {}", resource, figures);
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
