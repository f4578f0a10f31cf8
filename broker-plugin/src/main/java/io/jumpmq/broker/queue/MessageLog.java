package io.jumpmq.broker.queue;

/**
 * Where one durable queue keeps its persistent messages. Called on the queue's loop and never waits for a disk; entries
 * come in the order of their positions.
 *
 * <p>{@link QueueEntry#location} is the log's to use: the queue carries it along and never looks at it.
 */
public interface MessageLog {
    /**
     * Appends an entry.
     *
     * @return whether it is durable already; if not, the log sees to it that {@link MessageQueue#durable} is called on
     *     the queue's loop, but not from within this call, when it is
     */
    boolean append(QueueEntry entry);

    /** The entry need not come back after a restart: it was acknowledged, purged, dropped or safely dead-lettered. */
    void delete(QueueEntry entry);

    /** The queue was deleted, and everything that it had appended is deleted with it. */
    void deleteAll();
}
