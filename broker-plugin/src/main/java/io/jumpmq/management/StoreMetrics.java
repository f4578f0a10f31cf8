package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.metrics.DiskCounters;
import io.jumpmq.metrics.StoreFigures;
import java.util.ArrayList;
import java.util.List;

/** Metrics of the store and its disk. */
final class StoreMetrics {
    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    private final Broker broker;

    StoreMetrics(Broker broker) {
        this.broker = broker;
    }

    /** What RabbitMQ tells of its files, as far as it has a meaning here. */
    void addTo(MetricFamilies families) {
        StoreFigures store = broker.storeFigures();
        operations(
                families, "read", "Reads from the store's files", store.disk().reads());
        operations(
                families, "write", "Writes to the store's files", store.disk().writes());
        families.counter("io_read_bytes", "Bytes read", store.disk().reads().bytes());
        families.counter(
                "io_write_bytes", "Bytes written", store.disk().writes().bytes());
        operations(
                families, "sync", "Flushes of the store's files", store.disk().flushes());
        for (String name : List.of("msg_store_read", "queue_disk_reads")) {
            families.counter(name, "Messages read back", store.messages().read());
        }
        for (String name : List.of("msg_store_write", "queue_disk_writes")) {
            families.counter(name, "Messages written", NodeFigures.written(store));
        }
    }

    private static void operations(
            MetricFamilies families, String name, String help, DiskCounters.Operations operations) {
        families.counter("io_" + name + "_ops", help, operations.count());
        families.counter("io_" + name + "_time_seconds", help + ", time taken", operations.nanos() / NANOS);
    }

    /** Our own, about what is stored. */
    void addOwnTo(MetricFamilies families) {
        StoreFigures store = broker.storeFigures();
        families.gauge("store_segments", "Files of messages", store.segments());
        families.gauge("store_disk_bytes", "Size of these files", store.diskBytes());
        families.gauge("store_live_bytes", "Taken by messages that are still there", store.liveBytes());
        families.gauge("store_unflushed_bytes", "Messages that do not last yet", store.unflushedBytes());
        families.gauge("store_low_on_disk", "1 while publishers wait for room", store.lowOnDisk() ? 1 : 0);
        families.gauge("store_damaged_messages", "Messages that cannot be read any more", store.damagedMessages());
        families.gauge("store_failed", "1 when the disk has failed: nothing is confirmed", store.failed() ? 1 : 0);
        families.counter(
                "store_messages_written",
                "Messages written to survive",
                store.messages().written());
        families.counter(
                "store_messages_paged_out",
                "Messages written because memory was short",
                store.messages().pagedOut());
        families.counter(
                "store_paged_out_bytes", "Their bodies", store.messages().pagedOutBytes());
        families.counter(
                "store_messages_read", "Messages read back", store.messages().read());
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i <= DiskCounters.FLUSH_BOUNDS_MICROS.size(); i++) {
            bounds.add(
                    i == DiskCounters.FLUSH_BOUNDS_MICROS.size()
                            ? Double.POSITIVE_INFINITY
                            : DiskCounters.FLUSH_BOUNDS_MICROS.get(i) / MICROS);
            counts.add(store.disk().flushesOfTime(i));
        }
        families.histogram(
                "store_flush_seconds",
                "Time that flushes of the store's files took",
                bounds,
                counts,
                store.disk().flushes().nanos() / NANOS);
    }
}
