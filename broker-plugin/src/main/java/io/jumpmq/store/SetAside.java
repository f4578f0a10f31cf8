package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which messages are known to be damaged. Belongs to whom the segments belong to, but for what any thread may ask. */
final class SetAside {
    /** Nobody reads more of them one by one. */
    private static final int MAX_LISTED = 1_000;

    private final Map<Long, TreeMap<Long, DamagedMessage>> byQueue = new HashMap<>();
    private volatile List<DamagedMessage> listed = List.of();
    private volatile int count;
    private volatile Map<Long, Integer> counts = Map.of();

    /** Those of which nobody was told yet. */
    private final List<DamagedMessage> news = new ArrayList<>();

    boolean contains(long queue, long position) {
        TreeMap<Long, DamagedMessage> ofQueue = byQueue.get(queue);
        return ofQueue != null && ofQueue.containsKey(position);
    }

    /** Notes a message; false when it was known. */
    boolean add(DamagedMessage message) {
        boolean isNew = byQueue.computeIfAbsent(message.queue(), unused -> new TreeMap<>())
                        .putIfAbsent(message.position(), message)
                == null;
        if (isNew) {
            news.add(message);
            changed();
        }
        return isNew;
    }

    DamagedMessage get(long queue, long position) {
        TreeMap<Long, DamagedMessage> ofQueue = byQueue.get(queue);
        DamagedMessage found = ofQueue == null ? null : ofQueue.get(position);
        if (found == null) {
            throw new IllegalArgumentException("message " + position + " of queue " + queue + " is well");
        }
        return found;
    }

    void remove(long queue, long position) {
        TreeMap<Long, DamagedMessage> ofQueue = byQueue.get(queue);
        if (ofQueue != null && ofQueue.remove(position) != null) {
            byQueue.values().removeIf(Map::isEmpty);
            news.removeIf(message -> message.queue() == queue && message.position() == position);
            changed();
        }
    }

    void remove(long queue) {
        if (byQueue.remove(queue) != null) {
            news.removeIf(message -> message.queue() == queue);
            changed();
        }
    }

    /** Those that were found since the last time, and are still there. */
    List<DamagedMessage> news() {
        List<DamagedMessage> told = List.copyOf(news);
        news.clear();
        return told;
    }

    private void changed() {
        List<DamagedMessage> some = new ArrayList<>();
        byQueue.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .limit(MAX_LISTED)
                .forEach(some::add);
        listed = List.copyOf(some);
        Map<Long, Integer> each = new HashMap<>();
        byQueue.forEach((queue, messages) -> each.put(queue, messages.size()));
        counts = each;
        count = each.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The first of them. Any thread. */
    List<DamagedMessage> messages() {
        return listed;
    }

    /** How many there are. Any thread. */
    int count() {
        return count;
    }

    /** How many there are of a queue. Any thread. */
    int count(long queue) {
        return counts.getOrDefault(queue, 0);
    }
}
