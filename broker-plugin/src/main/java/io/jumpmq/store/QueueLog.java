package io.jumpmq.store;

import io.jumpmq.broker.queue.DeathReason;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.MessageLog;
import io.jumpmq.broker.queue.QueueEntry;

/** One queue's part of the log: notes what is to be done; it is handed over when the loop's turn ends. */
final class QueueLog implements MessageLog {
    final long queue;
    final LogListener listener;
    private final Outbox outbox;

    /** Up to which position this queue is durable when what is being written is; -1: no change. For the writing thread. */
    long durableTo = -1;

    QueueLog(long queue, LogListener listener, Outbox outbox) {
        this.queue = queue;
        this.listener = listener;
        this.outbox = outbox;
    }

    @Override
    public boolean append(QueueEntry entry, boolean persistent) {
        outbox.append(this, entry, persistent);
        return false;
    }

    @Override
    public void delete(long position) {
        outbox.add(Work.DELETE, this, position, 0);
    }

    @Override
    public void deleteAll(long first, long last) {
        outbox.add(Work.DELETE_RANGE, this, first, last);
    }

    @Override
    public void returned(QueueEntry entry) {
        outbox.add(Work.RETURNED, this, entry.position(), Fate.of(entry.deliveryCount(), null));
    }

    @Override
    public void died(QueueEntry entry, DeathReason reason) {
        outbox.add(Work.RETURNED, this, entry.position(), Fate.of(entry.deliveryCount(), reason));
    }

    @Override
    public void deleteQueue() {
        outbox.add(Work.DELETE_QUEUE, this, 0, 0);
    }

    @Override
    public boolean loads() {
        return true;
    }

    @Override
    public void load(long from, int maxMessages, int maxBytes, int ticket) {
        outbox.load(this, new Work.Load(from, maxMessages, maxBytes, ticket));
    }
}
