package io.jumpmq.broker.queue;

/** Stores nothing: messages live in memory alone and are called durable at once. */
public final class VolatileLog implements MessageLog {
    public static final VolatileLog INSTANCE = new VolatileLog();

    private VolatileLog() {}

    @Override
    public boolean append(QueueEntry entry) {
        return true;
    }

    @Override
    public void delete(QueueEntry entry) {
        // It was never written.
    }

    @Override
    public void deleteAll() {
        // As above.
    }
}
