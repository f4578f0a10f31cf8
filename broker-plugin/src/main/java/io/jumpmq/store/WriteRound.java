package io.jumpmq.store;

import io.jumpmq.broker.queue.LogListener.Loaded;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.metrics.StoreCounters;
import io.jumpmq.store.DeferredMessages.Deferred;
import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.store.MessageSegments.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One round of writing: what loops want of the log goes to the segments, or is deferred. For the writing thread. */
final class WriteRound {
    private final MessageSegments segments;
    private final DeferredMessages deferred;
    private final OpenQueues queues;
    private final MessageLoader loader;
    private final StoreCounters counters;

    private final List<QueueLog> logs = new ArrayList<>();
    private final List<Runnable> recorded = new ArrayList<>();
    private final List<Runnable> loads = new ArrayList<>();
    private boolean journal;
    private boolean last;
    private long bytes;
    private int awaited;

    WriteRound(
            MessageSegments segments,
            DeferredMessages deferred,
            OpenQueues queues,
            MessageLoader loader,
            StoreCounters counters) {
        this.segments = segments;
        this.deferred = deferred;
        this.queues = queues;
        this.loader = loader;
        this.counters = counters;
    }

    /** About how much memory it keeps from being freed. */
    long bytes() {
        return bytes;
    }

    /** How many things somebody waits for: persistent messages, changes of the catalog, loads. */
    int awaited() {
        return awaited;
    }

    /** Whether somebody is to be told when it is written. */
    boolean hasResult() {
        return journal || last || bytes > 0 || !logs.isEmpty();
    }

    /** Messages to be read once it is written. */
    List<Runnable> loads() {
        return loads;
    }

    /** The store stops with it. */
    void stop() {
        last = true;
    }

    /** The catalog's journal has been written to. */
    void catalogWritten(Runnable flushed) {
        journal = true;
        recorded.add(flushed);
        awaited++;
    }

    /** Takes up again what waited for room, as long as there is some and the round is smaller than this. */
    void resumeDeferred(long maxBytes) throws IOException {
        while (!deferred.isEmpty() && bytes < maxBytes) {
            Deferred first = deferred.first();
            QueueEntry entry = first.entry();
            if (entry != null) {
                if (!segments.hasRoom(entry.message())) {
                    return;
                }
                append(first.log(), entry, first.persistent(), first.fate());
                bytes += entry.message().footprint();
            } else {
                durableTo(first.log(), first.position());
            }
            deferred.remove(first);
        }
    }

    void take(Work work) throws IOException {
        long deferredBytes = 0;
        for (int i = 0; i < work.size; i++) {
            QueueLog log = work.logs[i];
            switch (work.kinds[i]) {
                case Work.APPEND, Work.APPEND_PERSISTENT -> {
                    QueueEntry entry = (QueueEntry) Objects.requireNonNull(work.things[i]);
                    boolean persistent = work.kinds[i] == Work.APPEND_PERSISTENT;
                    if (deferred.isEmpty() && segments.hasRoom(entry.message())) {
                        append(log, entry, persistent, 0);
                    } else {
                        deferred.add(log, entry, persistent);
                        deferredBytes += entry.message().footprint();
                    }
                }
                case Work.DELETE -> delete(log, work.first[i], work.first[i]);
                case Work.DELETE_RANGE -> delete(log, work.first[i], work.second[i]);
                case Work.DELETE_QUEUE -> {
                    bytes += deferred.cancelAll(log);
                    queues.delete(log.queue);
                    segments.deleteQueue(log.queue);
                }
                case Work.RETURNED -> {
                    segments.returned(log.queue, work.first[i], (int) work.second[i]);
                    deferred.returned(log, work.first[i], (int) work.second[i]);
                }
                default -> load(log, (Work.Load) Objects.requireNonNull(work.things[i]));
            }
        }
        bytes += work.bytes - deferredBytes;
    }

    private void append(QueueLog log, QueueEntry entry, boolean persistent, int fate) throws IOException {
        segments.append(log.queue, entry.position(), entry.message(), entry.expiresAtMillis(), fate, persistent);
        counters.appended(persistent, entry.message().body().length);
        if (persistent) {
            durableTo(log, entry.position());
        }
    }

    /** With this round, everything persistent of a queue up to a position is durable. */
    private void durableTo(QueueLog log, long position) {
        awaited++;
        if (log.durableTo < 0) {
            logs.add(log);
        }
        log.durableTo = position;
    }

    private void delete(QueueLog log, long first, long end) throws IOException {
        bytes += deferred.cancel(log, first, end);
        if (first == end) {
            segments.delete(log.queue, first);
        } else {
            segments.deleteRange(log.queue, first, end);
        }
    }

    /** Its messages are read after they are written, in this round at the latest; or they wait for that here. */
    private void load(QueueLog log, Work.Load load) {
        awaited++;
        List<Slot> slots = segments.find(log.queue, load.from(), load.maxMessages(), load.maxBytes());
        NavigableMap<Long, Deferred> waiting = deferred.of(log, load.from());
        List<Slot> before = waiting.isEmpty()
                ? slots
                : slots.stream()
                        .filter(slot -> slot.position() < waiting.firstKey())
                        .toList();
        long end = slots.isEmpty() ? Long.MAX_VALUE : slots.get(0).position();
        List<Stored> here = waiting.headMap(end).values().stream()
                .limit(load.maxMessages())
                .map(Deferred::stored)
                .toList();
        loads.add(() -> {
            if (before.isEmpty()) {
                log.listener.loaded(new Loaded(load.ticket(), here));
            } else {
                log.listener.loaded(loader.load(log, before, load.ticket()));
            }
        });
    }

    /** What it has brought, now that it is written. */
    Written done(@Nullable Commit commit) {
        long[] durableTo = new long[logs.size()];
        for (int i = 0; i < durableTo.length; i++) {
            durableTo[i] = logs.get(i).durableTo;
            logs.get(i).durableTo = -1;
        }
        return new Written(commit, journal, logs, durableTo, recorded, queues.takeDeleted(), bytes, last);
    }
}
