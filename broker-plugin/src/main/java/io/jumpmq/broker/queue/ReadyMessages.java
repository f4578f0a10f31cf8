package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
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
 * <p>A long line may have a paged-out part in its middle, of which only the ends' positions, the number and the size are
 * known here: before it what will leave next, behind it what came last. Of the returned ones some may be paged out, too. When
 * what came before a paged-out message has left, the head is not here until more has been loaded.
 */
final class ReadyMessages {
    private final @Nullable Rank[] ranks;

    /** No rank above this one holds anything. */
    private int top;

    private int count;
    private long bytes;

    // The paged-out part; of the one rank there is, or, right after a restart, of all.
    private long pagedOutFrom;
    private long pagedOutTo;
    private Sum pagedOut = new Sum();

    /** What came back and is paged out; it precedes the paged-out part of the line. */
    private final PagedOutReturns pagedOutReturns = new PagedOutReturns();

    /** When the first that is paged out expires; {@link Long#MIN_VALUE} while nobody here knows. */
    private long pagedOutExpiresAtMillis;

    /** What came after the paged-out part; its size. */
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
        return count - pagedOutCount();
    }

    /** Size of the bodies that take memory. */
    long heldBytes() {
        return bytes - pagedOutBytes();
    }

    int pagedOutCount() {
        return pagedOut.count + pagedOutReturns.sum().count;
    }

    private long pagedOutBytes() {
        return pagedOut.bytes + pagedOutReturns.sum().bytes;
    }

    /** How many that are paged out are persistent. */
    int pagedOutPersistent() {
        return pagedOut.persistent + pagedOutReturns.sum().persistent;
    }

    /** Size of their bodies. */
    long pagedOutPersistentBytes() {
        return pagedOut.persistentBytes + pagedOutReturns.sum().persistentBytes;
    }

    /** Position of the first that is paged out. */
    long pagedOutFrom() {
        return pagedOutReturns.isEmpty() ? pagedOutFrom : pagedOutReturns.first();
    }

    /** How many may be loaded from there at once. */
    int pagedOutRun() {
        return pagedOutReturns.isEmpty() ? pagedOut.count : pagedOutReturns.firstRun();
    }

    /** Tells ranges of positions, first and last, that hold all that is paged out and nothing else of this queue that lives. */
    void forEachPagedOutRange(BiConsumer<Long, Long> visitor) {
        pagedOutReturns.forEachRun(visitor);
        if (pagedOut.count > 0) {
            visitor.accept(pagedOutFrom, pagedOutTo);
        }
    }

    /** Size of what is here but for what came after the paged-out part. */
    long frontBytes() {
        return heldBytes() - backBytes;
    }

    /** Adds a message that was published after all others. */
    void append(QueueEntry entry) {
        if (pagedOut.count > 0 && ranks.length == 1) {
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

    /** Whether the head is here; not when it is paged out, or nothing is ready. */
    boolean isHeadHere() {
        return head() != null;
    }

    /** What will leave next; null if nothing is ready, or it is not here. */
    @Nullable QueueEntry head() {
        if (heldCount() == 0 || (pagedOut.count > 0 && ranks.length > 1)) {
            return null;
        }
        Rank rank = topRank();
        QueueEntry head = rank == null ? null : rank.head();
        boolean isPagedOut = head != null && !pagedOutReturns.isEmpty() && pagedOutReturns.first() < head.position();
        return isPagedOut ? null : head;
    }

    /** When the head expires; long ago while that is not known, for it is paged out. */
    long headExpiresAtMillis() {
        QueueEntry head = head();
        return head != null ? head.expiresAtMillis() : pagedOutCount() > 0 ? pagedOutExpiresAtMillis : QueueEntry.NEVER;
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

    /** Drops all of them. */
    void clear() {
        Arrays.fill(ranks, null);
        top = 0;
        count = 0;
        bytes = 0;
        pagedOut = new Sum();
        pagedOutReturns.clear();
        back = new EntryLine();
        backBytes = 0;
    }

    /** Visits what is here, of each rank, but for what came after a paged-out part. */
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

    // The paged-out part.

    /** The log has these, from before a restart: all of them are persistent. */
    void recovered(long from, long to, int messages, long size) {
        pagedOutFrom = from;
        pagedOutTo = to;
        pagedOut = new Sum(messages, size);
        pagedOutExpiresAtMillis = Long.MIN_VALUE;
        count += messages;
        bytes += size;
    }

    /** Whether the log is to give back what it has at this position. */
    boolean expects(long position) {
        return pagedOutReturns.isEmpty()
                ? pagedOut.count > 0 && position >= pagedOutFrom
                : pagedOutReturns.contains(position);
    }

    /** Whether this is one that is paged out, as far as is known: of the line there may be others in between. */
    boolean lacks(long position) {
        return pagedOutReturns.isEmpty() ? pagedOut.count > 0 : pagedOutReturns.contains(position);
    }

    /** One that is {@linkplain #expects expected} is here. */
    void loaded(QueueEntry entry) {
        boolean cameBack = !pagedOutReturns.isEmpty();
        removePagedOut(entry.position(), entry.bodyBytes(), entry.persistent);
        if (cameBack || ranks.length > 1) {
            restore(entry);
        } else {
            rankFor(entry).line.append(entry);
        }
        if (pagedOut.count == 0) {
            joinBack();
        }
    }

    /** One that is {@linkplain #lacks lacking} will never be here. */
    void skip(long position, int size) {
        removePagedOut(position, size, true);
        if (pagedOut.count == 0) {
            joinBack();
        }
    }

    private void removePagedOut(long position, int bodyBytes, boolean isPersistent) {
        count--;
        bytes -= bodyBytes;
        pagedOutExpiresAtMillis = Long.MIN_VALUE;
        if (pagedOutReturns.isEmpty()) {
            pagedOut.remove(bodyBytes, isPersistent);
            pagedOutFrom = Math.max(pagedOutFrom, position + 1);
        } else {
            pagedOutReturns.remove(position, bodyBytes, isPersistent);
        }
    }

    /** What the log has at this position is none of them. */
    void skipPagedOut(long position) {
        pagedOutFrom = Math.max(pagedOutFrom, position + 1);
    }

    /** What is paged out of those that came back is lost or deleted; if there is nothing, so is the paged-out part of the line. */
    void dropPagedOut() {
        Sum dropped = pagedOutReturns.isEmpty() ? pagedOut : pagedOutReturns.sum();
        count -= dropped.count;
        bytes -= dropped.bytes;
        if (dropped == pagedOut) {
            pagedOut = new Sum();
            joinBack();
        } else {
            pagedOutReturns.clear();
        }
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
     * Pages out what will leave last, until about so much is held.
     *
     * @param store called with each message that will be held no more
     */
    void pageOut(long keepBytes, Consumer<QueueEntry> store) {
        Rank rank = ranks[0];
        if (ranks.length > 1 || rank == null || heldBytes() <= keepBytes) {
            return;
        }
        while (!back.isEmpty()) {
            QueueEntry entry = back.take();
            pagedOutTo = entry.position();
            pagedOut.add(entry);
            store.accept(entry);
        }
        backBytes = 0;
        if (heldBytes() > keepBytes) {
            EntryLine rest = rank.splitBehind(keepBytes / 2);
            pageOutReturns(rank, keepBytes / 2, store);
            pageOutFront(rest, store);
        }
    }

    /** Pages out all but the first of those that came back. */
    private void pageOutReturns(Rank rank, long keepBytes, Consumer<QueueEntry> store) {
        for (QueueEntry entry : rank.takeReturnedBehind(keepBytes)) {
            if (pagedOutReturns.isEmpty() || entry.position() < pagedOutReturns.first()) {
                pagedOutExpiresAtMillis = entry.expiresAtMillis();
            }
            pagedOutReturns.add(entry);
            store.accept(entry);
        }
    }

    /** Pages out the line's end, which was before the paged-out part. */
    private void pageOutFront(EntryLine rest, Consumer<QueueEntry> store) {
        if (rest.isEmpty()) {
            return;
        }
        pagedOutFrom = rest.head().position();
        if (pagedOutReturns.isEmpty()) {
            pagedOutExpiresAtMillis = rest.head().expiresAtMillis();
        }
        while (!rest.isEmpty()) {
            QueueEntry entry = rest.take();
            pagedOutTo = pagedOut.count == 0 || pagedOutTo < entry.position() ? entry.position() : pagedOutTo;
            pagedOut.add(entry);
            store.accept(entry);
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

        private long returnedBytes() {
            long bytes = 0;
            if (returned != null) {
                for (QueueEntry entry : returned) {
                    bytes += entry.bodyBytes();
                }
            }
            return bytes;
        }

        /** Takes from the line what comes behind the first so many bytes, with those that came back. */
        EntryLine splitBehind(long keepBytes) {
            EntryLine kept = new EntryLine();
            long keptBytes = returnedBytes();
            while (!line.isEmpty() && keptBytes + line.head().bodyBytes() <= keepBytes) {
                QueueEntry entry = line.take();
                keptBytes += entry.bodyBytes();
                kept.append(entry);
            }
            EntryLine rest = line;
            line = kept;
            return rest;
        }

        /** Takes from those that came back what comes behind the first so many bytes, in its order. */
        List<QueueEntry> takeReturnedBehind(long keepBytes) {
            List<QueueEntry> rest = new ArrayList<>();
            if (returned != null && returnedBytes() > keepBytes) {
                PriorityQueue<QueueEntry> all = returned;
                returned = null;
                long keptBytes = 0;
                for (QueueEntry entry = all.poll(); entry != null; entry = all.poll()) {
                    keptBytes += entry.bodyBytes();
                    if (keptBytes <= keepBytes) {
                        returned().add(entry);
                    } else {
                        rest.add(entry);
                    }
                }
            }
            return rest;
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
