package io.jumpmq.broker.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages that died in a queue whose dead letters must not get lost. They wait here, the first death first, until their
 * dead letters are safe. Some are under way at a time; those that could not be delivered are tried again after a while,
 * before any other. However many wait, few of them need memory: the log has them all.
 */
final class PendingDeadLetters {
    /** As many as RabbitMQ has under way. */
    static final int MAX_UNDER_WAY = 32;

    static final long RETRY_MILLIS = 1_000;

    /** A message and why it died. */
    record Dead(QueueEntry entry, DeathReason reason) {}

    /** One that only the log has. */
    record PagedOut(long position, int bodyBytes) {}

    private final ArrayDeque<Dead> again = new ArrayDeque<>();
    private final ArrayDeque<PagedOut> pagedOut = new ArrayDeque<>();
    private final ArrayDeque<Dead> waiting = new ArrayDeque<>();

    /** Asked of the log, by the number of the question. */
    private final Map<Integer, PagedOut> coming = new HashMap<>();

    private final Map<QueueEntry, Dead> underWay = new LinkedHashMap<>();
    private final List<Dead> failed = new ArrayList<>();
    private long retryAtMillis = QueueEntry.NEVER;
    private int lastTicket;
    private int count;
    private long bytes;
    private long heldBytes;

    /** How many there are. */
    int count() {
        return count;
    }

    /** Size of their bodies. */
    long bytes() {
        return bytes;
    }

    /** How many of them take memory. */
    int heldCount() {
        return count - pagedOut.size() - coming.size();
    }

    /** Size of the bodies that take memory. */
    long heldBytes() {
        return heldBytes;
    }

    /** When those that could not be delivered are to be tried again; {@link Long#MAX_VALUE}: there are none. */
    long retryAtMillis() {
        return retryAtMillis;
    }

    void add(QueueEntry entry, DeathReason reason) {
        waiting.add(new Dead(entry, reason));
        count++;
        bytes += entry.bodyBytes();
        heldBytes += entry.bodyBytes();
    }

    /** Sends as many on their way as may be, and asks the log for those that only it has: by position, with a ticket below zero. */
    void send(Consumer<Dead> letters, ObjIntConsumer<PagedOut> loads) {
        while (underWay.size() + failed.size() + coming.size() < MAX_UNDER_WAY) {
            if (again.isEmpty() && !pagedOut.isEmpty()) {
                PagedOut next = pagedOut.remove();
                lastTicket = Math.min(-1, lastTicket - 1); // Never one of the queue's other loads.
                coming.put(lastTicket, next);
                loads.accept(next, lastTicket);
                continue;
            }
            Dead next = again.isEmpty() ? waiting.poll() : again.remove();
            if (next == null) {
                return;
            }
            underWay.put(next.entry, next);
            letters.accept(next);
        }
    }

    /** Its dead letter is safe. Nothing happens if it was not under way. */
    void delivered(QueueEntry entry) {
        if (underWay.remove(entry) != null) {
            count--;
            bytes -= entry.bodyBytes();
            heldBytes -= entry.bodyBytes();
        }
    }

    /**
     * It could not be delivered.
     *
     * @return whether it will be tried again: it was under way
     */
    boolean failed(QueueEntry entry, long nowMillis) {
        Dead dead = underWay.remove(entry);
        if (dead == null) {
            return false;
        }
        failed.add(dead);
        retryAtMillis = Math.min(retryAtMillis, nowMillis + RETRY_MILLIS);
        return true;
    }

    /** It is time to try again. */
    void retry(long nowMillis) {
        if (retryAtMillis <= nowMillis) {
            retryAtMillis = QueueEntry.NEVER;
            again.addAll(failed);
            failed.clear();
        }
    }

    /** The log has one from before a restart. */
    void recovered(PagedOut dead) {
        pagedOut.add(dead);
        count++;
        bytes += dead.bodyBytes;
    }

    /** The log has answered: what it was asked for is not among these any more. Null: nobody wants it now. */
    @Nullable PagedOut arrived(int ticket) {
        PagedOut asked = coming.remove(ticket);
        if (asked != null) {
            count--;
            bytes -= asked.bodyBytes;
        }
        return asked;
    }

    /** One that the log gave back is the next to be sent on its way. */
    void resume(Dead dead) {
        again.add(dead);
        count++;
        bytes += dead.entry.bodyBytes();
        heldBytes += dead.entry.bodyBytes();
    }

    /** Pages out those that wait; the log has them. */
    void pageOut(Consumer<QueueEntry> store) {
        for (Dead dead = waiting.poll(); dead != null; dead = waiting.poll()) {
            pagedOut.add(new PagedOut(dead.entry.position(), dead.entry.bodyBytes()));
            heldBytes -= dead.entry.bodyBytes();
            store.accept(dead.entry);
        }
    }

    /** Takes out those that are neither under way nor with the log alone, the first death first. */
    List<Dead> takeWaiting() {
        List<Dead> taken = new ArrayList<>(failed);
        taken.addAll(again);
        taken.addAll(waiting);
        failed.clear();
        again.clear();
        waiting.clear();
        retryAtMillis = QueueEntry.NEVER;
        for (Dead dead : taken) {
            count--;
            bytes -= dead.entry.bodyBytes();
            heldBytes -= dead.entry.bodyBytes();
        }
        return taken;
    }

    /** Takes out those that are under way. */
    List<Dead> takeUnderWay() {
        List<Dead> taken = List.copyOf(underWay.values());
        taken.forEach(dead -> delivered(dead.entry));
        return taken;
    }

    /** Takes out those that only the log has. */
    List<PagedOut> takePagedOut() {
        List<PagedOut> taken = new ArrayList<>(coming.values());
        taken.addAll(pagedOut);
        coming.clear();
        pagedOut.clear();
        for (PagedOut dead : taken) {
            count--;
            bytes -= dead.bodyBytes;
        }
        return taken;
    }
}
