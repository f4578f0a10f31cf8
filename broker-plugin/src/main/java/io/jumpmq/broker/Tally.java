package io.jumpmq.broker;

import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/** How many there are of something, by name, none of them beyond its limit. Any thread. */
public final class Tally {
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    /** One more, unless there are as many as may be. Returns whether it was counted: {@link #subtract} then, once. */
    public boolean add(String name, OptionalInt max) {
        if (counts.merge(name, 1, Integer::sum) > max.orElse(Integer.MAX_VALUE)) {
            subtract(name, 1);
            return false;
        }
        return true;
    }

    /** So many less. */
    public void subtract(String name, int fewer) {
        counts.computeIfPresent(name, (unused, count) -> count == fewer ? null : count - fewer);
    }
}
