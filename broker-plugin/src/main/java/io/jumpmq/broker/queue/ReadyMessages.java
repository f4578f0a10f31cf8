package io.jumpmq.broker.queue;

import java.util.Comparator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue that wait to be delivered, in the order in which they will be: by priority, and within one
 * priority as they were published, wherever they have been in between.
 *
 * <p>Messages leave at the head only. So one that comes back was published before every one that has not been away: the
 * returned ones, kept in a heap, precede the others, which need no more than a line. That makes O(1) for a message that
 * never comes back and O(log returned) for one that does.
 *
 * <p>A long line may have a stored part in its middle, of which only the ends' positions, the number and the size are
 * known here: before it what will leave next, behind it what came last. When the front has left, the head is not here
 * until more of the stored part has been loaded.
 */
final class ReadyMessages {
    private final @Nullable Rank[] ranks;

    /** No rank above this one holds anything. */
    private int top;

    private int count;
    private long bytes;

    // The stored part; of the one rank there is, or, right after a restart, of all.
    private long storedFrom;
    private long storedTo;
    private int storedCount;
    private long storedBytes;
    private int storedLasting;
    private long storedLastingBytes;

    /** When the first of them expires; {@link Long#MIN_VALUE} while nobody here knows. */
    private long storedExpiresAtMillis;

    /** What came after the stored part; its size. */
    private EntryLine back = new EntryLine();

    private long backBytes;

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

    /** How many of them take memory. */
    int heldCount() {
        return count - storedCount;
    }

    /** Size of the bodies that take memory. */
    long heldBytes() {
        return bytes - storedBytes;
    }

    int storedCount() {
        return storedCount;
    }

    /** How many of the stored part survive a restart. */
    int storedLasting() {
        return storedLasting;
    }

    /** Size of their bodies. */
    long storedLastingBytes() {
        return storedLastingBytes;
    }

    /** Position of the first that is not here. */
    long storedFrom() {
        return storedFrom;
    }

    long storedTo() {
        return storedTo;
    }

    /** Size of what will leave before the stored part. */
    long frontBytes() {
        return bytes - storedBytes - backBytes;
    }

    /** Adds a message that was published after all others. */
    void append(QueueEntry entry) {
        if (storedCount > 0 && ranks.length == 1) {
            back.append(entry);
            backBytes += entry.bodyBytes();
            add(entry);
        } else {
            rankFor(entry).line.append(entry);
        }
    }

    /** Puts a message that was taken from here back to its place. */
    void restore(QueueEntry entry) {
        rankFor(entry).returned().add(entry);
    }

    /** Whether the head is here; not when it is stored, or nothing is ready. */
    boolean isHeadHere() {
        return head() != null;
    }

    /** What will leave next; null if nothing is ready, or it is not here. */
    @Nullable QueueEntry head() {
        if (heldCount() == 0 || (storedCount > 0 && ranks.length > 1)) {
            return null;
        }
        Rank rank = topRank();
        return rank == null ? null : rank.head();
    }

    /** When the head expires; long ago while that is not known, for it is stored. */
    long headExpiresAtMillis() {
        QueueEntry head = head();
        return head != null ? head.expiresAtMillis() : storedCount > 0 ? storedExpiresAtMillis : QueueEntry.NEVER;
    }

    /** Takes the head away, which must be here. */
    QueueEntry take() {
        Rank rank = isHeadHere() ? topRank() : null;
        if (rank == null) {
            throw new NoSuchElementException("no message is at hand");
        }
        QueueEntry entry = rank.take();
        count--;
        bytes -= entry.bodyBytes();
        return entry;
    }

    /** Visits what is here, of each rank, but for what came after a stored part. */
    void forEach(Consumer<QueueEntry> visitor) {
        for (Rank rank : ranks) {
            if (rank != null) {
                rank.line.forEach(visitor);
                if (rank.returned != null) {
                    rank.returned.forEach(visitor);
                }
            }
        }
    }

    // The stored part.

    /** The log has these, from before a restart, which all of them have survived. */
    void recovered(long from, long to, int messages, long size) {
        storedFrom = from;
        storedTo = to;
        storedCount = messages;
        storedBytes = size;
        storedLasting = messages;
        storedLastingBytes = size;
        storedExpiresAtMillis = Long.MIN_VALUE;
        count += messages;
        bytes += size;
    }

    /** The first of the stored part is here. */
    void loaded(QueueEntry entry) {
        storedCount--;
        storedBytes -= entry.bodyBytes();
        if (entry.lasting) {
            storedLasting--;
            storedLastingBytes -= entry.bodyBytes();
        }
        count--;
        bytes -= entry.bodyBytes();
        storedFrom = entry.position() + 1;
        storedExpiresAtMillis = Long.MIN_VALUE;
        if (ranks.length == 1) {
            rankFor(entry).line.append(entry);
        } else {
            restore(entry);
        }
        if (storedCount == 0) {
            joinBack();
        }
    }

    /** One of the stored part will never be here. */
    void skip(long position, int size) {
        storedCount--;
        storedBytes -= size;
        storedLasting--;
        storedLastingBytes -= size;
        count--;
        bytes -= size;
        storedFrom = Math.max(storedFrom, position + 1);
        storedExpiresAtMillis = Long.MIN_VALUE;
        if (storedCount == 0) {
            joinBack();
        }
    }

    /** What the log has at this position is none of them. */
    void skipStored(long position) {
        storedFrom = Math.max(storedFrom, position + 1);
    }

    /** There is no stored part any more, and what was left of it is lost or deleted. */
    void dropStored() {
        count -= storedCount;
        bytes -= storedBytes;
        storedCount = 0;
        storedBytes = 0;
        storedLasting = 0;
        storedLastingBytes = 0;
        joinBack();
    }

    private void joinBack() {
        while (!back.isEmpty()) {
            QueueEntry entry = back.take();
            count--;
            bytes -= entry.bodyBytes();
            rankFor(entry).line.append(entry);
        }
        backBytes = 0;
    }

    /**
     * Lets the stored part grow, from its end on, until about so much is held.
     *
     * @param store called with each message that will be held no more
     * @return whether the stored part begins earlier than it did
     */
    boolean letGo(long keepBytes, Consumer<QueueEntry> store) {
        Rank rank = ranks[0];
        if (ranks.length > 1 || rank == null || heldBytes() <= keepBytes) {
            return false;
        }
        while (!back.isEmpty()) {
            QueueEntry entry = back.take();
            storedTo = entry.position();
            addStored(entry);
            store.accept(entry);
        }
        backBytes = 0;
        if (rank.line.isEmpty() || heldBytes() <= keepBytes) {
            return false;
        }
        EntryLine kept = new EntryLine();
        long keptBytes = rank.returnedBytes();
        while (!rank.line.isEmpty() && keptBytes + rank.line.head().bodyBytes() <= keepBytes / 2) {
            QueueEntry entry = rank.line.take();
            keptBytes += entry.bodyBytes();
            kept.append(entry);
        }
        EntryLine rest = rank.line;
        rank.line = kept;
        boolean first = true;
        while (!rest.isEmpty()) {
            QueueEntry entry = rest.take();
            storedTo = storedCount == 0 || storedTo < entry.position() ? entry.position() : storedTo;
            if (first) {
                storedFrom = entry.position();
                storedExpiresAtMillis = entry.expiresAtMillis();
                first = false;
            }
            addStored(entry);
            store.accept(entry);
        }
        return !first;
    }

    private void addStored(QueueEntry entry) {
        storedCount++;
        storedBytes += entry.bodyBytes();
        if (entry.lasting) {
            storedLasting++;
            storedLastingBytes += entry.bodyBytes();
        }
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
        add(entry);
        return rank;
    }

    private void add(QueueEntry entry) {
        count++;
        bytes += entry.bodyBytes();
    }

    /** The highest rank that holds something; null if none does. */
    private @Nullable Rank topRank() {
        while (top > 0) {
            Rank rank = ranks[top];
            if (rank != null && !rank.isEmpty()) {
                return rank;
            }
            top--;
        }
        Rank last = ranks[0];
        return last == null || last.isEmpty() ? null : last;
    }

    /** The messages of one priority. */
    private static final class Rank {
        private static final Comparator<QueueEntry> BY_POSITION =
                (left, right) -> Long.compare(left.position(), right.position());

        EntryLine line = new EntryLine();
        private @Nullable PriorityQueue<QueueEntry> returned;

        /** The messages that have been away; made when the first comes back, which for most queues is never. */
        PriorityQueue<QueueEntry> returned() {
            if (returned == null) {
                returned = new PriorityQueue<>(BY_POSITION);
            }
            return returned;
        }

        long returnedBytes() {
            long bytes = 0;
            if (returned != null) {
                for (QueueEntry entry : returned) {
                    bytes += entry.bodyBytes();
                }
            }
            return bytes;
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
