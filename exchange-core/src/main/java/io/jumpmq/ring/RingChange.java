package io.jumpmq.ring;

import org.jspecify.annotations.Nullable;

/** What a command did: the ring before and after it, which are the same object when nothing has changed. */
public final class RingChange<D> {
    private final RingState<D> before;
    private final RingState<D> after;
    private volatile @Nullable Movement<D> movement;

    public RingChange(RingState<D> before, RingState<D> after) {
        this.before = before;
        this.after = after;
    }

    public RingState<D> before() {
        return before;
    }

    public RingState<D> after() {
        return after;
    }

    public boolean changed() {
        return before.epoch() != after.epoch();
    }

    /** Which share of all keys moved, from whom to whom. Takes O(buckets) when it is asked for first. Any thread. */
    public Movement<D> movement() {
        Movement<D> known = movement;
        if (known == null) {
            known = Movement.between(before, after);
            movement = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return before + " to " + after;
    }
}
