package io.jumpmq.broker.queue;

import java.util.Comparator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue that wait to be delivered, in the order in which they will be: by priority, and within one
 * priority as they were published, wherever they have been in between.
 *
 * <p>Messages leave at the head only. So one that comes back was published before every one that has not been away: the
 * returned ones, kept in a heap, precede the others, which need no more than a line. That makes O(1) for a message that
 * never comes back and O(log returned) for one that does.
 */
final class ReadyMessages {
    private final @Nullable Rank[] ranks;

    /** No rank above this one holds anything. */
    private int top;

    private int count;
    private long bytes;

    /** Room for priorities from 0 to {@code maxPriority}. */
    ReadyMessages(int maxPriority) {
        ranks = new Rank[maxPriority + 1];
    }

    int count() {
        return count;
    }

    /** Size of the bodies. */
    long bytes() {
        return bytes;
    }

    /** Adds a message that was published after all others. */
    void append(QueueEntry entry) {
        rankFor(entry).line.append(entry);
    }

    /** Puts a message that was taken from here back to its place. */
    void restore(QueueEntry entry) {
        rankFor(entry).returned().add(entry);
    }

    /** What will leave next; null if nothing is ready. */
    @Nullable QueueEntry head() {
        return count == 0 ? null : topRank().head();
    }

    /** Takes the head away. */
    QueueEntry take() {
        if (count == 0) {
            throw new NoSuchElementException("nothing is ready");
        }
        QueueEntry entry = topRank().take();
        count--;
        bytes -= entry.bodyBytes();
        return entry;
    }

    /** The rank of an entry that is about to be added. */
    private Rank rankFor(QueueEntry entry) {
        int priority = entry.priority();
        Rank rank = ranks[priority];
        if (rank == null) {
            rank = new Rank();
            ranks[priority] = rank;
        }
        top = Math.max(top, priority);
        count++;
        bytes += entry.bodyBytes();
        return rank;
    }

    /** The highest rank that holds something; there is one. */
    private Rank topRank() {
        while (true) {
            Rank rank = ranks[top];
            if (rank != null && !rank.isEmpty()) {
                return rank;
            }
            top--;
        }
    }

    /** The messages of one priority. */
    private static final class Rank {
        private static final Comparator<QueueEntry> BY_POSITION =
                (left, right) -> Long.compare(left.position(), right.position());

        final EntryLine line = new EntryLine();
        private @Nullable PriorityQueue<QueueEntry> returned;

        /** The messages that have been away; made when the first comes back, which for most queues is never. */
        PriorityQueue<QueueEntry> returned() {
            if (returned == null) {
                returned = new PriorityQueue<>(BY_POSITION);
            }
            return returned;
        }

        boolean isEmpty() {
            return line.isEmpty() && (returned == null || returned.isEmpty());
        }

        QueueEntry head() {
            return returned == null || returned.isEmpty() ? line.head() : returned.element();
        }

        QueueEntry take() {
            return returned == null || returned.isEmpty() ? line.take() : returned.remove();
        }
    }
}
