package io.jumpmq.ring;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a command did: the ring before and after it, which are the same object when nothing has changed. */
public final class RingChange<D> {
    /** How many buckets a destination had and has; 0: it was, or is, not on the ring. */
    public record Weight(int before, int after) {
        public boolean changed() {
            return before != after;
        }
    }

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

    /** The weights of all destinations that are on one of the two, first those of the ring before. */
    public Map<D, Weight> weights() {
        Map<D, Integer> are = after.weights();
        Map<D, Weight> all = new LinkedHashMap<>();
        before.weights().forEach((one, was) -> all.put(one, new Weight(was, are.getOrDefault(one, 0))));
        are.forEach((one, is) -> all.putIfAbsent(one, new Weight(0, is)));
        return all;
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
