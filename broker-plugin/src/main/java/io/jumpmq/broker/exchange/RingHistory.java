package io.jumpmq.broker.exchange;

import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last changes of one ring, each by what the ring was before it: what it was afterwards is what it was before the next.
 * Written on the catalog's loop, read by any thread.
 */
public final class RingHistory {
    /** The most changes that are kept. */
    static final int MAX_ENTRIES = 100;

    private final Deque<Kept> kept = new ArrayDeque<>();

    /**
     * A change that was to come.
     *
     * @param atMillis when it was made, in milliseconds since 1970
     * @param user whose it was; empty: the broker's own
     */
    public record Note(long atMillis, String user, RingState<RingMember> before) {}

    /** A change that was made; the rest as for a {@link Note}. */
    public record Entry(long atMillis, String user, RingChange<RingMember> change) {}

    /** A note, and what it has come to: a change is looked at often, and costs most at the first look. */
    private static final class Kept {
        private final Note note;
        private @Nullable RingChange<RingMember> change;

        Kept(Note note) {
            this.note = note;
        }

        RingChange<RingMember> change(RingState<RingMember> after) {
            RingChange<RingMember> known = change;
            if (known == null || known.after().epoch() != after.epoch()) {
                known = new RingChange<>(note.before, after);
                change = known;
            }
            return known;
        }
    }

    synchronized void add(Note note) {
        if (kept.size() == MAX_ENTRIES) {
            kept.removeLast();
        }
        kept.addFirst(new Kept(note));
    }

    /** What is kept, the newest first. */
    synchronized List<Note> notes() {
        return kept.stream().map(one -> one.note).toList();
    }

    /** All that is kept of what has led to this state, the newest first. */
    synchronized List<Entry> entries(RingState<RingMember> now) {
        List<Entry> entries = new ArrayList<>();
        RingState<RingMember> after = now;
        for (Kept one : kept) {
            Note note = one.note;
            // Not, when the change is just about to be made.
            if (note.before.epoch() < after.epoch()) {
                entries.add(new Entry(note.atMillis, note.user, one.change(after)));
                after = note.before;
            }
        }
        return entries;
    }
}
