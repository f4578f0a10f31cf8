package io.jumpmq.broker.queue;

/**
 * Where one queue keeps messages outside its memory: persistent ones, and others when memory is short. Called
 * on the queue's loop, never waits for a disk, and answers later through a {@link LogListener}. Entries are known by their
 * positions.
 */
public interface MessageLog {
    /**
     * Appends an entry. Persistent entries come in the order of their positions.
     *
     * @param persistent whether it has to be there after a restart
     * @return whether there is nothing to wait for; if not, {@link LogListener#durable} tells when it is durable
     */
    boolean append(QueueEntry entry, boolean persistent);

    /** The entry need not come back: it was acknowledged, purged, dropped or safely dead-lettered. */
    void delete(long position);

    /** As {@link #delete}, for all from {@code first} to {@code last}. */
    void deleteAll(long first, long last);

    /** An entry came back to its queue once more; told only where that is limited. */
    void returned(QueueEntry entry);

    /** An entry died and is kept until its dead letter is safe, after a restart, too. */
    void died(QueueEntry entry, DeathReason reason);

    /** The queue was deleted, and everything that it had appended is deleted with it. */
    void deleteQueue();

    /** Whether entries can be loaded again, so that the queue may forget what they hold. */
    boolean loads();

    /**
     * Loads entries that were appended and not deleted, in their order from a position on; at least one if there is any.
     * {@link LogListener#loaded} brings them.
     *
     * @param ticket given back with them
     */
    void load(long from, int maxMessages, int maxBytes, int ticket);
}
