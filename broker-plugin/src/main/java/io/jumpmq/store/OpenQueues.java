package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.queue.LogListener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The queues that have a log here, and those that had one until their deletion is flushed; by their ids. */
final class OpenQueues {
    private final Map<Long, LogListener> listeners = new ConcurrentHashMap<>();

    /** Deleted queues whose deletion is not flushed yet. */
    private final Set<Long> deleted = ConcurrentHashMap.newKeySet();

    /** Those of them whose deletion is not written yet. For the writing thread. */
    private List<Long> deletedLately = new ArrayList<>();

    /** A queue is there. Any thread. */
    void open(long queue, LogListener listener) {
        listeners.put(queue, listener);
    }

    /** Any thread. */
    Set<Long> ids() {
        Set<Long> ids = new HashSet<>(listeners.keySet());
        ids.addAll(deleted);
        return ids;
    }

    /** A message, for operators. Any thread. */
    String describe(DamagedMessage message) {
        LogListener queue = listeners.get(message.queue());
        return "message " + message.position() + " of " + (queue == null ? "queue " + message.queue() : queue)
                + ", messages/" + message.file() + " at offset " + message.offset();
    }

    /** The deletion of a queue is about to be written. */
    void delete(long queue) {
        deleted.add(queue);
        listeners.remove(queue);
        deletedLately.add(queue);
    }

    /** Those whose deletion is written with this round. */
    List<Long> takeDeleted() {
        List<Long> taken = deletedLately;
        deletedLately = new ArrayList<>();
        return taken;
    }

    /** The deletion of these is flushed. Any thread. */
    void forget(List<Long> flushed) {
        flushed.forEach(deleted::remove);
    }
}
