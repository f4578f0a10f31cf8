package io.jumpmq.broker.queue;

import java.util.List;
import java.util.function.Function;

/**
 * What becomes of a queue's messages that die: they are dropped, or go to the dead-letter exchange; those that must not get
 * lost are kept until their dead letters are safe.
 */
final class DeadLettering {
    private final QueueOutput output;
    private final MessageLog log;
    private final QueueStorage storage;
    private final QueueCounters counters;
    private final PendingDeadLetters pending = new PendingDeadLetters();

    private boolean hasExchange;
    private boolean atLeastOnce;

    DeadLettering(QueueOutput output, MessageLog log, QueueStorage storage, QueueCounters counters) {
        this.output = output;
        this.log = log;
        this.storage = storage;
        this.counters = counters;
    }

    /** Follows new settings, also for those that wait. */
    void adopt(QueueSettings settings) {
        hasExchange = settings.deadLetterExchange() != null;
        atLeastOnce = settings.deadLettersAtLeastOnce();
        if (!atLeastOnce) {
            pending.takeWaiting().forEach(dead -> sendOnce(dead.entry(), dead.reason()));
            send();
        }
    }

    /** Messages that died and are kept. */
    int count() {
        return pending.count();
    }

    /** Size of their bodies. */
    long bytes() {
        return pending.bytes();
    }

    /** How many of them take memory. */
    int heldCount() {
        return pending.heldCount();
    }

    /** Size of the bodies that take memory. */
    long heldBytes() {
        return pending.heldBytes();
    }

    /** When {@link #retry} has something to do. */
    long retryAtMillis() {
        return pending.retryAtMillis();
    }

    /**
     * Parts with an entry that is neither ready nor held.
     *
     * @return whether it is kept
     */
    boolean die(QueueEntry entry, DeathReason reason) {
        counters.died(reason);
        output.died(reason);
        if (!atLeastOnce) {
            sendOnce(entry, reason);
            return false;
        }
        if (entry.logged) {
            log.died(entry, reason);
        }
        pending.add(entry, reason);
        send();
        return true;
    }

    private void sendOnce(QueueEntry entry, DeathReason reason) {
        if (hasExchange) {
            storage.release(entry);
            output.deadLetter(entry, reason);
        } else {
            storage.forget(entry);
        }
    }

    private void send() {
        pending.send(
                dead -> output.deadLetter(dead.entry(), dead.reason()),
                (dead, ticket) -> log.load(dead.position(), 1, 1, ticket));
    }

    /** A dead letter is safe, or had nowhere to go. */
    void delivered(QueueEntry entry) {
        pending.delivered(entry);
        storage.forget(entry);
        send();
    }

    /** A dead letter has nowhere to go, or a queue refused it. */
    void failed(QueueEntry entry, long nowMillis) {
        if (!pending.failed(entry, nowMillis)) {
            storage.forget(entry);
        }
    }

    /** Tries again what is due. */
    void retry(long nowMillis) {
        pending.retry(nowMillis);
        send();
    }

    /** Pages out those that wait; the log has them. */
    void pageOut() {
        pending.pageOut(storage::uncountHeaders);
    }

    /** The log has these, from before a restart. */
    void recover(List<LogListener.Died> recovered) {
        for (LogListener.Died dead : recovered) {
            pending.recovered(new PendingDeadLetters.PagedOut(dead.position(), dead.bodyBytes()));
            storage.recovered(1, dead.bodyBytes());
        }
        send();
    }

    /**
     * One that died is there again, or cannot be read, and the others go on.
     *
     * @param entries makes an entry of what the log has
     * @return whether it was waited for
     */
    boolean loaded(LogListener.Loaded loaded, Function<LogListener.Stored, QueueEntry> entries) {
        PendingDeadLetters.PagedOut asked = pending.arrived(loaded.ticket());
        if (asked == null) {
            return false;
        }
        storage.dropped(1, asked.bodyBytes());
        for (LogListener.Stored stored : loaded.messages()) {
            DeathReason reason = stored.death();
            if (stored.position() == asked.position() && reason != null) {
                QueueEntry entry = entries.apply(stored);
                storage.countPersistent(entry);
                storage.countHeaders(entry);
                resume(new PendingDeadLetters.Dead(entry, reason));
            }
        }
        send();
        return true;
    }

    private void resume(PendingDeadLetters.Dead dead) {
        if (atLeastOnce) {
            pending.resume(dead);
        } else {
            sendOnce(dead.entry(), dead.reason());
        }
    }

    /** Drops those that are kept. */
    void purge() {
        pending.takeUnderWay().forEach(dead -> storage.forget(dead.entry()));
        pending.takeWaiting().forEach(dead -> storage.forget(dead.entry()));
        for (PendingDeadLetters.PagedOut dead : pending.takePagedOut()) {
            storage.dropped(1, dead.bodyBytes());
            log.delete(dead.position());
        }
    }

    /** The queue is deleted. */
    void clear() {
        pending.takeUnderWay();
        pending.takeWaiting();
        pending.takePagedOut();
    }
}
