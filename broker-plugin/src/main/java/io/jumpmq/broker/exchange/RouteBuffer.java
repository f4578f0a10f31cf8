package io.jumpmq.broker.exchange;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Collects the destinations of one message, each once, in the order found. Meant to be used again and again by one thread.
 *
 * @param <D> what is collected
 */
public final class RouteBuffer<D> implements Consumer<D> {
    private static final int LINEAR = 16;

    private Object[] found = new Object[LINEAR];
    private int size;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>(0));

    /** Adds a destination unless it is there. Returns whether it is new. */
    public boolean add(D destination) {
        if (size < LINEAR) {
            for (int i = 0; i < size; i++) {
                if (found[i] == destination) {
                    return false;
                }
            }
        } else {
            if (seen.isEmpty()) {
                seen.addAll(Arrays.asList(found).subList(0, size));
            }
            if (!seen.add(destination)) {
                return false;
            }
        }
        if (size == found.length) {
            found = Arrays.copyOf(found, size * 2);
        }
        found[size++] = destination;
        return true;
    }

    @Override
    public void accept(D destination) {
        add(destination);
    }

    public int size() {
        return size;
    }

    @SuppressWarnings("unchecked") // Only add puts anything in.
    public D get(int index) {
        return (D) found[index];
    }

    public void clear() {
        Arrays.fill(found, 0, size, null);
        size = 0;
        if (!seen.isEmpty()) {
            seen.clear();
        }
    }
}
