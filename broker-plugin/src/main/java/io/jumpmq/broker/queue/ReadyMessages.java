package io.jumpmq.broker.queue;

import java.util.ArrayList;
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
 * <p>A long line may have a stored part in its middle, of which only the ends' positions, the number and the size are
 * known here: before it what will leave next, behind it what came last. Of the returned ones some may be stored, too. When
 * what came before a stored message has left, the head is not here until more has been loaded.
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
    private Sum stored = new Sum();

    /** What came back and is stored; it precedes the stored part of the line. */
    private final StoredReturns storedReturns = new StoredReturns();

    /** When the first that is stored expires; {@link Long#MIN_VALUE} while nobody here knows. */
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
        return count - storedCount();
    }

    /** Size of the bodies that take memory. */
    long heldBytes() {
        return bytes - storedBytes();
    }

    int storedCount() {
        return stored.count + storedReturns.sum().count;
    }

    private long storedBytes() {
        return stored.bytes + storedReturns.sum().bytes;
    }

    /** How many that are stored survive a restart. */
    int storedLasting() {
        return stored.lasting + storedReturns.sum().lasting;
    }

    /** Size of their bodies. */
    long storedLastingBytes() {
        return stored.lastingBytes + storedReturns.sum().lastingBytes;
    }

    /** Position of the first that is stored. */
    long storedFrom() {
        return storedReturns.isEmpty() ? storedFrom : storedReturns.first();
    }

    /** How many may be loaded from there at once. */
    int storedRun() {
        return storedReturns.isEmpty() ? stored.count : storedReturns.firstRun();
    }

    /** Tells ranges of positions, first and last, that hold all that is stored and nothing else of this queue that lives. */
    void forEachStoredRange(BiConsumer<Long, Long> visitor) {
        storedReturns.forEachRun(visitor);
        if (stored.count > 0) {
            visitor.accept(storedFrom, storedTo);
        }
    }

    /** Size of what is here but for what came after the stored part. */
    long frontBytes() {
        return heldBytes() - backBytes;
    }

    /** Adds a message that was published after all others. */
    void append(QueueEntry entry) {
        if (stored.count > 0 && ranks.length == 1) {
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
        if (heldCount() == 0 || (stored.count > 0 && ranks.length > 1)) {
            return null;
        }
        Rank rank = topRank();
        QueueEntry head = rank == null ? null : rank.head();
        boolean isStored = head != null && !storedReturns.isEmpty() && storedReturns.first() < head.position();
        return isStored ? null : head;
    }

    /** When the head expires; long ago while that is not known, for it is stored. */
    long headExpiresAtMillis() {
        QueueEntry head = head();
        return head != null ? head.expiresAtMillis() : storedCount() > 0 ? storedExpiresAtMillis : QueueEntry.NEVER;
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
        stored = new Sum(messages, size);
        storedExpiresAtMillis = Long.MIN_VALUE;
        count += messages;
        bytes += size;
    }

    /** Whether the log is to give back what it has at this position. */
    boolean expects(long position) {
        return storedReturns.isEmpty() ? stored.count > 0 && position >= storedFrom : storedReturns.contains(position);
    }

    /** Whether this is one that is stored, as far as is known: of the line there may be others in between. */
    boolean lacks(long position) {
        return storedReturns.isEmpty() ? stored.count > 0 : storedReturns.contains(position);
    }

    /** One that is {@linkplain #expects expected} is here. */
    void loaded(QueueEntry entry) {
        boolean cameBack = !storedReturns.isEmpty();
        unstore(entry.position(), entry.bodyBytes(), entry.lasting);
        if (cameBack || ranks.length > 1) {
            restore(entry);
        } else {
            rankFor(entry).line.append(entry);
        }
        if (stored.count == 0) {
            joinBack();
        }
    }

    /** One that is {@linkplain #lacks lacking} will never be here. */
    void skip(long position, int size) {
        unstore(position, size, true);
        if (stored.count == 0) {
            joinBack();
        }
    }

    private void unstore(long position, int bodyBytes, boolean isLasting) {
        count--;
        bytes -= bodyBytes;
        storedExpiresAtMillis = Long.MIN_VALUE;
        if (storedReturns.isEmpty()) {
            stored.remove(bodyBytes, isLasting);
            storedFrom = Math.max(storedFrom, position + 1);
        } else {
            storedReturns.remove(position, bodyBytes, isLasting);
        }
    }

    /** What the log has at this position is none of them. */
    void skipStored(long position) {
        storedFrom = Math.max(storedFrom, position + 1);
    }

    /** What is stored of those that came back is lost or deleted; if there is nothing, so is the stored part of the line. */
    void dropStored() {
        Sum dropped = storedReturns.isEmpty() ? stored : storedReturns.sum();
        count -= dropped.count;
        bytes -= dropped.bytes;
        if (dropped == stored) {
            stored = new Sum();
            joinBack();
        } else {
            storedReturns.clear();
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
     * Has what will leave last stored, until about so much is held.
     *
     * @param store called with each message that will be held no more
     */
    void letGo(long keepBytes, Consumer<QueueEntry> store) {
        Rank rank = ranks[0];
        if (ranks.length > 1 || rank == null || heldBytes() <= keepBytes) {
            return;
        }
        while (!back.isEmpty()) {
            QueueEntry entry = back.take();
            storedTo = entry.position();
            stored.add(entry);
            store.accept(entry);
        }
        backBytes = 0;
        if (heldBytes() > keepBytes) {
            EntryLine rest = rank.splitBehind(keepBytes / 2);
            storeReturns(rank, keepBytes / 2, store);
            storeFront(rest, store);
        }
    }

    /** Has all but the first of those that came back stored. */
    private void storeReturns(Rank rank, long keepBytes, Consumer<QueueEntry> store) {
        for (QueueEntry entry : rank.takeReturnedBehind(keepBytes)) {
            if (storedReturns.isEmpty() || entry.position() < storedReturns.first()) {
                storedExpiresAtMillis = entry.expiresAtMillis();
            }
            storedReturns.add(entry);
            store.accept(entry);
        }
    }

    /** Has the line's end stored, which was before the stored part. */
    private void storeFront(EntryLine rest, Consumer<QueueEntry> store) {
        if (rest.isEmpty()) {
            return;
        }
        storedFrom = rest.head().position();
        if (storedReturns.isEmpty()) {
            storedExpiresAtMillis = rest.head().expiresAtMillis();
        }
        while (!rest.isEmpty()) {
            QueueEntry entry = rest.take();
            storedTo = stored.count == 0 || storedTo < entry.position() ? entry.position() : storedTo;
            stored.add(entry);
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
