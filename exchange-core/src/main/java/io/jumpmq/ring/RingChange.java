package io.jumpmq.ring;

/** What a command did: the ring before and after it, which are the same object when nothing has changed. */
public record RingChange<D>(RingState<D> before, RingState<D> after) {
    public boolean changed() {
        return before.epoch() != after.epoch();
    }

    /** Which share of all keys moved, from whom to whom. Takes O(buckets). */
    public Movement<D> movement() {
        return Movement.between(before, after);
    }
}
