package io.jumpmq.broker.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages that died in a queue whose dead letters must not get lost. They wait here, the first death first, until their
 * dead letters are safe. Some are under way at a time; those that could not be delivered are tried again after a while,
 * before any other.
 */
final class DyingMessages {
    /** As many as RabbitMQ has under way. */
    static final int MAX_UNDER_WAY = 32;

    static final long RETRY_MILLIS = 1_000;

    /** A message and why it died. */
    record Dead(QueueEntry entry, DeathReason reason) {}

    private final ArrayDeque<Dead> waiting = new ArrayDeque<>();
    private final Map<QueueEntry, Dead> underWay = new LinkedHashMap<>();
    private final ArrayDeque<Dead> failed = new ArrayDeque<>();
    private long retryAtMillis = QueueEntry.NEVER;
    private int count;
    private long bytes;

    /** Positions of those that only the log has. */
    private final Set<Long> stored = new HashSet<>();

    /** How many there are, but for those that only the log has. */
    int count() {
        return count;
    }

    /** Size of their bodies. */
    long bytes() {
        return bytes;
    }

    /** When those that could not be delivered are to be tried again; {@link Long#MAX_VALUE}: there are none. */
    long retryAtMillis() {
        return retryAtMillis;
    }

    void add(QueueEntry entry, DeathReason reason) {
        waiting.add(new Dead(entry, reason));
        count++;
        bytes += entry.bodyBytes();
    }

    /** The next one to be sent on its way; null when none is to be sent now. */
    @Nullable Dead next() {
        if (underWay.size() + failed.size() >= MAX_UNDER_WAY) {
            return null;
        }
        Dead next = waiting.poll();
        if (next != null) {
            underWay.put(next.entry, next);
        }
        return next;
    }

    /** Its dead letter is safe. Nothing happens if it was not under way. */
    void delivered(QueueEntry entry) {
        if (underWay.remove(entry) != null) {
            count--;
            bytes -= entry.bodyBytes();
        }
    }

    /**
     * It could not be delivered.
     *
     * @return whether it will be tried again: it was under way
     */
    boolean failed(QueueEntry entry, long nowMillis) {
        Dead dead = underWay.remove(entry);
        if (dead == null) {
            return false;
        }
        failed.add(dead);
        retryAtMillis = Math.min(retryAtMillis, nowMillis + RETRY_MILLIS);
        return true;
    }

    /** It is time to try again. */
    void retry(long nowMillis) {
        if (retryAtMillis <= nowMillis) {
            retryAtMillis = QueueEntry.NEVER;
            while (!failed.isEmpty()) {
                waiting.addFirst(failed.removeLast());
            }
        }
    }

    /** The log has one from before a restart. */
    void recovered(long position) {
        stored.add(position);
    }

    /** Whether one that was loaded is expected; from now on it is not. */
    boolean isLoaded(long position) {
        return stored.remove(position);
    }

    /** Takes all out but those that only the log has, the first death first. */
    List<Dead> takeAll() {
        List<Dead> all = new ArrayList<>(failed);
        all.addAll(underWay.values());
        all.addAll(waiting);
        failed.clear();
        underWay.clear();
        waiting.clear();
        count = 0;
        bytes = 0;
        retryAtMillis = QueueEntry.NEVER;
        return all;
    }

    /** Takes out the positions of those that only the log has. */
    List<Long> takeStored() {
        List<Long> positions = List.copyOf(stored);
        stored.clear();
        return positions;
    }
}
