package io.jumpmq.broker.queue;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Messages that came back to their queue and were paged out: only the log has them. Of them the positions are known, in runs: in between
 * may be others that the log has as well, delivered and not acknowledged.
 */
final class PagedOutReturns {
    /** From the first position of each run to its last. */
    private final TreeMap<Long, Long> runs = new TreeMap<>();

    private Sum sum = new Sum();

    Sum sum() {
        return sum;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    boolean contains(long position) {
        Map.Entry<Long, Long> run = runs.floorEntry(position);
        return run != null && position <= run.getValue();
    }

    /** The first position; there must be one. */
    long first() {
        return runs.firstKey();
    }

    /** How many there are from the first on without one missing in between. */
    int firstRun() {
        Map.Entry<Long, Long> run = runs.firstEntry();
        return run == null ? 0 : (int) (run.getValue() - run.getKey() + 1);
    }

    void add(QueueEntry entry) {
        long first = entry.position();
        long last = first;
        Map.Entry<Long, Long> before = runs.floorEntry(first);
        if (before != null && before.getValue() == first - 1) {
            first = before.getKey();
        }
        Long after = runs.remove(last + 1);
        runs.put(first, after == null ? last : after);
        sum.add(entry);
    }

    /** Takes one out, which must be there. */
    void remove(long position, int bodyBytes, boolean isPersistent) {
        Map.Entry<Long, Long> run = runs.floorEntry(position);
        runs.remove(run.getKey());
        if (run.getKey() < position) {
            runs.put(run.getKey(), position - 1);
        }
        if (position < run.getValue()) {
            runs.put(position + 1, run.getValue());
        }
        sum.remove(bodyBytes, isPersistent);
    }

    /** Takes all out. */
    void clear() {
        runs.clear();
        sum = new Sum();
    }

    /** Tells the first and the last position of each run. */
    void forEachRun(BiConsumer<Long, Long> visitor) {
        runs.forEach(visitor);
    }
}
