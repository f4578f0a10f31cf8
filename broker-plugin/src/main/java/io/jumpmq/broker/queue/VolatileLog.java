package io.jumpmq.broker.queue;

/** Stores nothing: messages live in memory alone and are called durable at once. */
public final class VolatileLog implements MessageLog {
    public static final VolatileLog INSTANCE = new VolatileLog();

    private VolatileLog() {}

    @Override
    public boolean append(QueueEntry entry, boolean persistent) {
        return true;
    }

    @Override
    public void delete(long position) {
        // It was never written.
    }

    @Override
    public void deleteAll(long first, long last) {
        // As above.
    }

    @Override
    public void returned(QueueEntry entry) {
        // As above.
    }

    @Override
    public void died(QueueEntry entry, DeathReason reason) {
        // As above.
    }

    @Override
    public void deleteQueue() {
        // As above.
    }

    @Override
    public boolean loads() {
        return false;
    }

    @Override
    public void load(long from, int maxMessages, int maxBytes, int ticket) {
        throw new IllegalStateException("there is nothing here to load");
    }
}
