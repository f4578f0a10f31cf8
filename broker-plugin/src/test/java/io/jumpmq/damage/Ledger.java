package io.jumpmq.damage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What the clients of one broker process know: what they were told, and what they have asked for. */
final class Ledger {
    /** What is known of a message. */
    static final class Known {
        volatile boolean confirmed;

        /** Noted before it is sent: the broker may know of it though the client was cut off. */
        volatile boolean acknowledged;

        /** Its queue was asked to be deleted or purged. */
        volatile boolean dropped;
    }

    /**
     * Virtual host, queues, bindings and so on after one more answer.
     *
     * @param rings digests by exchange, as far as they were asked for
     */
    record State(Set<String> topology, Map<String, String> rings) {
        State {
            topology = new TreeSet<>(topology);
            rings = new TreeMap<>(rings);
        }
    }

    private final Map<String, Known> messages = new ConcurrentHashMap<>();
    private final List<State> states = new ArrayList<>();
    private int answered;

    /** Begins with what a broker was found to have. */
    Ledger(State state, Collection<String> there) {
        states.add(state);
        for (String name : there) {
            publish(name).confirmed = true;
        }
    }

    Known publish(String name) {
        Known known = new Known();
        if (messages.put(name, known) != null) {
            throw new IllegalStateException("the test names two messages " + name);
        }
        return known;
    }

    /** Of these names every message is to go. */
    void drop(String prefix) {
        messages.forEach((name, known) -> {
            if (name.startsWith(prefix)) {
                known.dropped = true;
            }
        });
    }

    /** Null: never published. */
    @Nullable Known find(String name) {
        return messages.get(name);
    }

    synchronized State state() {
        return states.get(states.size() - 1);
    }

    /** A change is about to be asked for. */
    synchronized void ask(State after) {
        states.add(after);
    }

    /** It was answered. */
    synchronized void answer() {
        answered = states.size() - 1;
    }

    /** The states which a broker that ended now may have: what was answered, or also what was asked. */
    synchronized List<State> possible() {
        return List.copyOf(states.subList(answered, states.size()));
    }

    /** What must be there: it was confirmed, and nobody asked to take it away. */
    Set<String> owed() {
        Set<String> owed = new TreeSet<>();
        messages.forEach((name, known) -> {
            if (known.confirmed && !known.acknowledged && !known.dropped) {
                owed.add(name);
            }
        });
        return owed;
    }

    /** What must not be there after a stop in order. */
    Set<String> settled() {
        Set<String> settled = new TreeSet<>();
        messages.forEach((name, known) -> {
            if (known.acknowledged || known.dropped) {
                settled.add(name);
            }
        });
        return settled;
    }
}
