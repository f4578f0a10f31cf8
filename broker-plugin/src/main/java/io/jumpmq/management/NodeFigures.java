package io.jumpmq.management;

import io.jumpmq.metrics.DiskCounters;
import io.jumpmq.metrics.StoreFigures;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node takes of its machine, and what it has done with its disk, in RabbitMQ's words and our own. */
final class NodeFigures {
    static final List<String> LEVELS = List.of("mem_used", "fd_used", "sockets_used", "proc_used", "disk_free");

    static final List<String> COUNTS = List.of(
            "io_read_count",
            "io_read_bytes",
            "io_write_count",
            "io_write_bytes",
            "io_sync_count",
            "msg_store_read_count",
            "msg_store_write_count");

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private NodeFigures() {}

    /** In the order of {@link #LEVELS}. */
    static long[] levels(Node node) {
        Footprint process = Footprint.now();
        return new long[] {
            node.memory().heldBytes(),
            process.openFiles(),
            node.connections().all().size(),
            ManagementFactory.getThreadMXBean().getThreadCount(),
            OverviewResources.diskFree(node)
        };
    }

    /** In the order of {@link #COUNTS}. */
    static long[] counts(StoreFigures store) {
        DiskCounters disk = store.disk();
        return new long[] {
            disk.reads().count(),
            disk.reads().bytes(),
            disk.writes().count(),
            disk.writes().bytes(),
            disk.flushes().count(),
            store.messages().read(),
            written(store)
        };
    }

    /** Messages that were written to the disk, whatever for. */
    static long written(StoreFigures store) {
        return store.messages().written() + store.messages().pagedOut();
    }

    /** Adds how long the disk has taken on average since the node started, in milliseconds. */
    static void describeTimes(Map<String, @Nullable Object> document, DiskCounters disk) {
        document.put("io_read_avg_time", average(disk.reads()));
        document.put("io_write_avg_time", average(disk.writes()));
        document.put("io_sync_avg_time", average(disk.flushes()));
    }

    private static double average(DiskCounters.Operations operations) {
        long count = operations.count();
        return count == 0 ? 0 : operations.nanos() / NANOS_PER_MILLI / count;
    }

    /** The store, as RabbitMQ has none. */
    static Map<String, Object> store(StoreFigures store) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("segments", store.segments());
        map.put("disk_bytes", store.diskBytes());
        map.put("live_bytes", store.liveBytes());
        map.put("unflushed_bytes", store.unflushedBytes());
        map.put("messages_written", store.messages().written());
        map.put("messages_paged_out", store.messages().pagedOut());
        map.put("paged_out_bytes", store.messages().pagedOutBytes());
        map.put("messages_read", store.messages().read());
        map.put("flushes", store.disk().flushes().count());
        map.put("flush_seconds", store.disk().flushes().nanos() / NANOS_PER_SECOND);
        map.put("low_on_disk", store.lowOnDisk());
        map.put("failed", store.failed());
        return map;
    }
}
