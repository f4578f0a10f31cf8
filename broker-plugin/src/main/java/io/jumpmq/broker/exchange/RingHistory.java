package io.jumpmq.broker.exchange;

import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last changes of one ring, each by what the ring was before it: what it was afterwards is what it was before the next.
 * Written on the catalog's loop, read by any thread.
 */
public final class RingHistory {
    /** The most changes that are kept. */
    static final int MAX_ENTRIES = 100;

    private final Deque<Note> notes = new ArrayDeque<>();

    /** What the notes have come to: a change is looked at often, and costs most at the first look. */
    private final Map<Note, RingChange<RingMember>> changes = new IdentityHashMap<>();

    /**
     * A change that was to come.
     *
     * @param atMillis when it was made, in milliseconds since 1970
     * @param user whose it was; empty: the broker's own
     */
    public record Note(long atMillis, String user, RingState<RingMember> before) {}

    /** A change that was made; the rest as for a {@link Note}. */
    public record Entry(long atMillis, String user, RingChange<RingMember> change) {}

    synchronized void add(Note note) {
        if (notes.size() == MAX_ENTRIES) {
            changes.remove(notes.removeLast());
        }
        notes.addFirst(note);
    }

    /** What is kept, the newest first. */
    synchronized List<Note> notes() {
        return new ArrayList<>(notes);
    }

    private synchronized RingChange<RingMember> change(Note note, RingState<RingMember> after) {
        RingChange<RingMember> known = changes.get(note);
        if (known != null && known.after() == after) {
            return known;
        }
        RingChange<RingMember> change = new RingChange<>(note.before, after);
        changes.put(note, change);
        return change;
    }

    /** All that is kept of what has led to this state, the newest first. */
    List<Entry> entries(RingState<RingMember> now) {
        List<Entry> entries = new ArrayList<>();
        RingState<RingMember> after = now;
        for (Note note : notes()) {
            // Not, when the change is just about to be made.
            if (note.before.epoch() < after.epoch()) {
                entries.add(new Entry(note.atMillis, note.user, change(note, after)));
                after = note.before;
            }
        }
        return entries;
    }
}
