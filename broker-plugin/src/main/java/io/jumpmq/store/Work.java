package io.jumpmq.store;

import io.jumpmq.broker.queue.QueueEntry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A batch of what one loop wants of the log, in order. Handed over as a whole. */
final class Work {
    static final byte APPEND = 1;
    static final byte APPEND_PERSISTENT = 2;
    static final byte DELETE = 3;
    static final byte DELETE_RANGE = 4;
    static final byte DELETE_QUEUE = 5;
    static final byte RETURNED = 6;
    static final byte LOAD = 7;

    /** Messages to be read back. */
    record Load(long from, int maxMessages, int maxBytes, int ticket) {}

    private static final int INITIAL = 64;

    byte[] kinds = new byte[INITIAL];
    QueueLog[] logs = new QueueLog[INITIAL];

    @Nullable Object[] things = new Object[INITIAL];

    long[] first = new long[INITIAL];
    long[] second = new long[INITIAL];
    int size;

    /** About how much memory it keeps from being freed. */
    long bytes;

    void add(byte kind, QueueLog log, @Nullable Object thing, long one, long two) {
        if (size == kinds.length) {
            int grown = size * 2;
            kinds = Arrays.copyOf(kinds, grown);
            logs = Arrays.copyOf(logs, grown);
            things = Arrays.copyOf(things, grown);
            first = Arrays.copyOf(first, grown);
            second = Arrays.copyOf(second, grown);
        }
        kinds[size] = kind;
        logs[size] = log;
        things[size] = thing;
        first[size] = one;
        second[size] = two;
        size++;
        if (thing instanceof QueueEntry entry) {
            bytes += entry.message().footprint();
        }
    }
}
