package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Destination;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Destinations and how many bindings lead to each: one may be bound with the same key and other arguments. */
final class DestinationCounts {
    private final ConcurrentHashMap<Destination, Integer> counts = new ConcurrentHashMap<>(4);

    void add(Destination destination) {
        counts.merge(destination, 1, Integer::sum);
    }

    void remove(Destination destination) {
        counts.computeIfPresent(destination, (unused, count) -> count == 1 ? null : count - 1);
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    void addTo(Consumer<Destination> found) {
        for (Destination destination : counts.keySet()) {
            found.accept(destination);
        }
    }
}
