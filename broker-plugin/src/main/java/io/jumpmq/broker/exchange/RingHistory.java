package io.jumpmq.broker.exchange;

import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last changes of one ring. Written on the catalog's loop, read by any thread. */
public final class RingHistory {
    /** The most changes that are kept. */
    static final int MOST = 100;

    private final Deque<Entry> entries = new ArrayDeque<>();

    /**
     * One change.
     *
     * @param atMillis when it was made, in milliseconds since 1970
     */
    public record Entry(long atMillis, RingChange<RingMember> change) {}

    /** Notes a change. */
    public synchronized void add(long atMillis, RingState<RingMember> before, RingState<RingMember> after) {
        if (entries.size() == MOST) {
            entries.removeLast();
        }
        entries.addFirst(new Entry(atMillis, new RingChange<>(before, after)));
    }

    /** All that is kept, the newest first. */
    public synchronized List<Entry> entries() {
        return new ArrayList<>(entries);
    }
}
