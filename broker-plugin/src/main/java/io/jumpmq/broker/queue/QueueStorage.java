package io.jumpmq.broker.queue;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a queue's messages take: which of them its log has, how many of all are persistent, and what headers take in memory. */
final class QueueStorage {
    private final MessageLog log;

    private int persistent;
    private long persistentBytes;

    /** Of all messages that take memory. */
    private long headerBytes;

    /** Entries whose publishers wait for the log, in the order of their positions. */
    private final ArrayDeque<QueueEntry> becomingDurable = new ArrayDeque<>();

    QueueStorage(MessageLog log) {
        this.log = log;
    }

    /** How many messages are persistent, those among them that only the log has. */
    int persistent() {
        return persistent;
    }

    /** Size of their bodies. */
    long persistentBytes() {
        return persistentBytes;
    }

    /** Size of what the messages in memory have beside their bodies; what several share counts for each. */
    long headerBytes() {
        return headerBytes;
    }

    /** Appends a persistent entry to the log, and sees to it that the publisher learns when it is durable. */
    void append(QueueEntry entry, @Nullable PublishTicket ticket) {
        entry.logged = true;
        countPersistent(entry);
        if (log.append(entry, true)) {
            PublishTicket.accept(ticket);
        } else if (ticket != null) {
            entry.ticket = ticket;
            becomingDurable.add(entry);
        }
    }

    /** The log says that everything up to and including this position is durable. */
    void durable(long position) {
        QueueEntry entry = becomingDurable.peek();
        while (entry != null && entry.position() <= position) {
            becomingDurable.remove();
            PublishTicket ticket = entry.ticket;
            entry.ticket = null;
            PublishTicket.accept(ticket);
            entry = becomingDurable.peek();
        }
    }

    void countPersistent(QueueEntry entry) {
        entry.persistent = true;
        persistent++;
        persistentBytes += entry.bodyBytes();
    }

    private void uncountPersistent(QueueEntry entry) {
        if (entry.persistent) {
            entry.persistent = false;
            persistent--;
            persistentBytes -= entry.bodyBytes();
        }
    }

    /** An entry stays in memory. */
    void countHeaders(QueueEntry entry) {
        if (!entry.headersCounted) {
            entry.headersCounted = true;
            headerBytes += entry.headerBytes();
        }
    }

    /** An entry that the log has leaves memory. */
    void uncountHeaders(QueueEntry entry) {
        if (entry.headersCounted) {
            entry.headersCounted = false;
            headerBytes -= entry.headerBytes();
        }
    }

    /** An entry leaves memory; the log gets it if it has not got it. */
    void pageOut(QueueEntry entry) {
        uncountHeaders(entry);
        if (!entry.logged) {
            entry.logged = true;
            log.append(entry, false);
        }
    }

    /** An entry is none of the queue's any more, but the log is to keep it. */
    void release(QueueEntry entry) {
        uncountPersistent(entry);
        uncountHeaders(entry);
    }

    /** An entry is gone. */
    void forget(QueueEntry entry) {
        release(entry);
        if (entry.logged) {
            entry.logged = false;
            log.delete(entry.position());
        }
    }

    /** The log has so many persistent ones, from before a restart. */
    void recovered(int count, long bytes) {
        persistent += count;
        persistentBytes += bytes;
    }

    /** So many persistent ones that only the log has are lost or deleted, or are counted one by one from now on. */
    void dropped(int count, long bytes) {
        persistent -= count;
        persistentBytes -= bytes;
    }

    /** The queue is deleted, and all that the log has of it: nobody can lose any more what the queue took over. */
    void clear() {
        persistent = 0;
        persistentBytes = 0;
        headerBytes = 0;
        durable(Long.MAX_VALUE);
    }
}
