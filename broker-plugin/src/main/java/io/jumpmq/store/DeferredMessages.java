package io.jumpmq.store;

import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.broker.queue.QueueEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Messages that wait for room on the disk, in their order. For the writing thread. */
final class DeferredMessages {
    private final Map<Place, Deferred> waiting = new LinkedHashMap<>();

    private record Place(QueueLog log, long position) {}

    /**
     * A message that waits for room.
     *
     * @param entry null: nobody wants it any more; its publisher is told when those before it are durable
     * @param fate see {@link Fate}
     */
    record Deferred(QueueLog log, long position, @Nullable QueueEntry entry, boolean persistent, int fate) {
        Stored stored() {
            QueueEntry wanted = Objects.requireNonNull(entry);
            return new Stored(
                    position, wanted.message(), wanted.expiresAtMillis(), Fate.count(fate), Fate.reason(fate));
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void add(QueueLog log, QueueEntry entry, boolean persistent) {
        put(new Deferred(log, entry.position(), entry, persistent, 0));
    }

    private void put(Deferred deferred) {
        waiting.put(new Place(deferred.log, deferred.position), deferred);
    }

    /** The first; there must be one. */
    Deferred first() {
        return waiting.values().iterator().next();
    }

    void remove(Deferred deferred) {
        waiting.remove(new Place(deferred.log, deferred.position));
    }

    /** What of a queue waits, by position. */
    NavigableMap<Long, Deferred> of(QueueLog log, long from) {
        NavigableMap<Long, Deferred> found = new TreeMap<>();
        waiting.forEach((place, deferred) -> {
            if (place.log == log && place.position >= from && deferred.entry != null) {
                found.put(place.position, deferred);
            }
        });
        return found;
    }

    /** A message came back to its queue, or died. */
    void returned(QueueLog log, long position, int fate) {
        waiting.computeIfPresent(
                new Place(log, position),
                (place, deferred) -> new Deferred(log, position, deferred.entry, deferred.persistent, fate));
    }

    /**
     * These are not wanted any more.
     *
     * @return the footprint of those that are no longer on their way to the disk
     */
    long cancel(QueueLog log, long first, long last) {
        if (waiting.isEmpty()) {
            return 0;
        }
        return first == last
                ? cancel(new Place(log, first))
                : cancel(place -> place.log == log && place.position >= first && place.position <= last);
    }

    /** As {@link #cancel}, for a queue that is deleted: nobody is told of them, either. */
    long cancelAll(QueueLog log) {
        long bytes = cancel(place -> place.log == log);
        waiting.keySet().removeIf(place -> place.log == log);
        return bytes;
    }

    private long cancel(Predicate<Place> unwanted) {
        return List.copyOf(waiting.keySet()).stream()
                .filter(unwanted)
                .mapToLong(this::cancel)
                .sum();
    }

    private long cancel(Place place) {
        Deferred deferred = waiting.get(place);
        if (deferred == null || deferred.entry == null) {
            return 0;
        }
        if (deferred.persistent) {
            put(new Deferred(place.log, place.position, null, true, 0)); // Its publisher waits.
        } else {
            waiting.remove(place);
        }
        return deferred.entry.message().footprint();
    }
}
