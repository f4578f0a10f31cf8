package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * The messages that a queue has handed out and waits for, by position and attempt. A hash table without chains: to find one
 * takes the same few steps however many there are, and none costs an object.
 */
final class UnackedMessages {
    private static final int MIN_PLACES = 16;

    /** As many places as this are kept when it gets empty. */
    private static final int MAX_SPARE_PLACES = 4096;

    /** 2^64 divided by the golden ratio: neighbours, and every hundredth, end up far apart. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    /** At most half of the places are taken, so that a search ends soon. */
    private @Nullable QueueEntry[] entries = new QueueEntry[MIN_PLACES];

    private int[] attempts = new int[MIN_PLACES];
    private int count;
    private int lastAttempt;

    int count() {
        return count;
    }

    /** Keeps a message, which is not among them. Returns the number of this attempt. */
    int add(QueueEntry entry) {
        if (2 * (count + 1) > entries.length) {
            resize(entries.length * 2);
        }
        lastAttempt = lastAttempt == Integer.MAX_VALUE ? 1 : lastAttempt + 1;
        put(entry, lastAttempt);
        count++;
        return lastAttempt;
    }

    /** Takes a message out; null: it is not there, or was handed out once more since that attempt. */
    @Nullable QueueEntry take(long position, int attempt) {
        int at = place(position);
        QueueEntry entry = entries[at];
        while (entry != null && entry.position() != position) {
            at = next(at);
            entry = entries[at];
        }
        if (entry == null || attempts[at] != attempt) {
            return null;
        }
        free(at);
        if (--count == 0 && entries.length > MAX_SPARE_PLACES) {
            clear();
        }
        return entry;
    }

    void clear() {
        entries = new QueueEntry[MIN_PLACES];
        attempts = new int[MIN_PLACES];
        count = 0;
    }

    private void put(QueueEntry entry, int attempt) {
        int at = place(entry.position());
        while (entries[at] != null) {
            at = next(at);
        }
        entries[at] = entry;
        attempts[at] = attempt;
    }

    /** Empties a place, and moves up those behind it that a search would not reach any more. */
    private void free(int place) {
        int gap = place;
        int at = next(gap);
        for (QueueEntry entry = entries[at]; entry != null; entry = entries[at]) {
            int wanted = place(entry.position());
            if ((at - wanted & entries.length - 1) >= (at - gap & entries.length - 1)) {
                entries[gap] = entry;
                attempts[gap] = attempts[at];
                gap = at;
            }
            at = next(at);
        }
        entries[gap] = null;
    }

    private void resize(int places) {
        @Nullable QueueEntry[] old = entries;
        int[] oldAttempts = attempts;
        entries = new QueueEntry[places];
        attempts = new int[places];
        for (int i = 0; i < old.length; i++) {
            QueueEntry entry = old[i];
            if (entry != null) {
                put(entry, oldAttempts[i]);
            }
        }
    }

    private int place(long position) {
        return (int) ((position * SPREAD) >>> 32) & entries.length - 1;
    }

    private int next(int place) {
        return place + 1 & entries.length - 1;
    }
}
