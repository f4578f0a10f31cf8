package io.jumpmq.store;

import io.jumpmq.broker.queue.LogListener.Loaded;
import io.jumpmq.broker.queue.LogListener.Unreadable;
import io.jumpmq.metrics.StoreCounters;
import io.jumpmq.store.MessageSegments.Slot;
import java.util.List;
import java.util.function.BiConsumer;

/** Reads messages back for their queues. For the reading thread. */
final class MessageLoader {
    private final SlotReader reader;
    private final StoreSettings.OnDamage rule;
    private final StoreCounters counters;
    private final BiConsumer<QueueLog, List<Slot>> onDamage;

    /**
     * Reads nothing yet.
     *
     * @param rule what a queue does with a message that cannot be read
     * @param onDamage told of messages that cannot be read, and that nobody knew of
     */
    MessageLoader(
            SlotReader reader,
            StoreSettings.OnDamage rule,
            StoreCounters counters,
            BiConsumer<QueueLog, List<Slot>> onDamage) {
        this.reader = reader;
        this.rule = rule;
        this.counters = counters;
        this.onDamage = onDamage;
    }

    Loaded load(QueueLog log, List<Slot> slots, int ticket) {
        SlotReader.Read read = reader.read(slots);
        counters.read(read.messages().size());
        if (read.damaged().isEmpty()) {
            return new Loaded(ticket, read.messages());
        }
        List<Slot> news =
                read.damaged().stream().filter(slot -> !slot.isSetAside()).toList();
        if (!news.isEmpty()) {
            onDamage.accept(log, news);
        }
        long stopsAt = rule == StoreSettings.OnDamage.STOP ? firstAlive(read.damaged()) : Long.MAX_VALUE;
        return new Loaded(
                ticket,
                read.messages().stream()
                        .filter(message -> message.position() < stopsAt)
                        .toList(),
                read.damaged().stream()
                        .filter(slot -> slot.position() <= stopsAt)
                        .map(slot -> new Unreadable(slot.position(), slot.bodyBytes(), slot.died()))
                        .toList(),
                stopsAt < Long.MAX_VALUE);
    }

    private static long firstAlive(List<Slot> damaged) {
        return damaged.stream()
                .filter(slot -> !slot.died())
                .mapToLong(Slot::position)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }
}
