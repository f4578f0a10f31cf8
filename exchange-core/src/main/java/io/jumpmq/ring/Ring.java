package io.jumpmq.ring;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ring of one consistent-hash exchange. A binding <em>is</em> the set of buckets that a destination owns, its
 * weight is their number; there is no list of bindings beside the array.
 *
 * <p>Freed buckets leave no holes: from the highest on, each freed slot takes the array's last bucket and the array
 * shrinks by one. So the array depends on its history; it is copied and stored as it is, never rebuilt from weights.
 * The same commands in the same order give the same array everywhere.
 *
 * <p>One thread at a time may change a ring. Any thread may read {@link #state()}, one volatile read, and route on it.
 *
 * @param <D> a destination: immutable, with {@code equals} and {@code hashCode}
 */
public final class Ring<D> {
    /** The largest weight of one destination; RabbitMQ's limit too. */
    public static final int MAX_WEIGHT = 10_000;

    /** The largest number of buckets in one ring. */
    public static final int MAX_BUCKETS = 1 << 24;

    /** The largest epoch: more changes than there can ever be. What claims to have had more would soon overflow. */
    public static final long MAX_EPOCH = 1L << 62;

    /** Where each destination's buckets are: read off the array, kept so that freeing one need not search a million. */
    private final Map<D, BucketSet> owned = new HashMap<>();

    private volatile RingState<D> state;

    /** An empty ring. */
    public Ring(HashAlgorithm algorithm) {
        this(RingState.empty(algorithm));
    }

    /** A ring that goes on from {@code state}, such as a restored one. */
    public Ring(RingState<D> state) {
        this.state = state;
        for (int bucket = 0; bucket < state.bucketCount(); bucket++) {
            owned.computeIfAbsent(state.destinationAt(bucket), unused -> new BucketSet())
                    .add(bucket);
        }
    }

    public RingState<D> state() {
        return state;
    }

    /** How many buckets the destination owns; 0 when it is not bound. For the writer only. */
    public int weight(D destination) {
        BucketSet buckets = owned.get(destination);
        return buckets == null ? 0 : buckets.size();
    }

    /** Carries out one command. */
    public RingChange<D> apply(RingCommand<D> command) {
        if (command instanceof RingCommand.Bind<D> bind) {
            return bind(bind.destination(), bind.weight());
        } else if (command instanceof RingCommand.Unbind<D> unbind) {
            return unbind(unbind.destination(), unbind.weight());
        } else {
            return remove(command.destination());
        }
    }

    /**
     * Gives several destinations other weights in one step: nobody ever sees the ring between two of them. It comes to what
     * {@link RingPlan#of} tells, its epoch included, and costs what moves.
     *
     * @param wanted each destination's weight, 0 to take it off; its order decides where order is free
     * @throws IllegalArgumentException as {@link RingPlan#of} does; nothing has changed then
     */
    public RingChange<D> setWeights(Map<D, Integer> wanted) {
        List<RingCommand<D>> commands = RingPlan.commands(this, wanted);
        RingState<D> before = state;
        Buckets.Edit<D> edit = before.buckets().edit();
        for (RingCommand<D> command : commands) {
            D destination = command.destination();
            int weight = command instanceof RingCommand.Bind<D> bind ? bind.weight() : 0;
            int more = weight - weight(destination);
            if (more > 0) {
                grow(destination, more, edit);
            } else {
                free(destination, -more, edit);
            }
        }
        return commands.isEmpty() ? new RingChange<>(before, before) : publish(edit, commands.size());
    }

    /**
     * Gives the destination {@code weight} buckets; the last binding wins. One that is new, or grows, gets buckets at
     * the array's end; one that shrinks loses its highest buckets.
     *
     * @throws IllegalArgumentException when the weight is not in 1…{@value #MAX_WEIGHT}, or the ring would grow beyond
     *     {@value #MAX_BUCKETS} buckets; nothing has changed then
     */
    public RingChange<D> bind(D destination, int weight) {
        requireBindable(destination, weight);
        RingState<D> before = state;
        int more = weight - weight(destination);
        if (more == 0) {
            return new RingChange<>(before, before);
        }
        return more > 0 ? grow(destination, more) : free(destination, -more);
    }

    /**
     * Refuses exactly what {@link #bind} refuses, and changes nothing. For the writer only.
     *
     * @throws IllegalArgumentException as {@link #bind} does
     */
    public void requireBindable(D destination, int weight) {
        requireWeight(weight);
        int more = weight - weight(destination);
        if (more > 0) {
            requireBuckets(destination, weight, (long) state.bucketCount() + more);
        }
    }

    static void requireBuckets(Object destination, int weight, long buckets) {
        if (buckets > MAX_BUCKETS) {
            throw new IllegalArgumentException("weight " + weight + " for " + destination + " would give the ring "
                    + buckets + " buckets; the limit is " + MAX_BUCKETS);
        }
    }

    /**
     * Frees all buckets of the destination if {@code weight} is its current one. Any other weight is a stale binding's:
     * the newer one stays as it is.
     */
    public RingChange<D> unbind(D destination, int weight) {
        return weight(destination) == weight ? remove(destination) : new RingChange<>(state, state);
    }

    /** Frees all buckets of the destination, as when it is deleted. Nothing changes when it has none. */
    public RingChange<D> remove(D destination) {
        int weight = weight(destination);
        return weight == 0 ? new RingChange<>(state, state) : free(destination, weight);
    }

    private RingChange<D> grow(D destination, int count) {
        Buckets.Edit<D> edit = state.buckets().edit();
        grow(destination, count, edit);
        return publish(edit, 1);
    }

    private void grow(D destination, int count, Buckets.Edit<D> edit) {
        BucketSet buckets = owned.computeIfAbsent(destination, unused -> new BucketSet());
        for (int bucket = edit.size(); bucket < edit.size() + count; bucket++) {
            buckets.add(bucket);
        }
        edit.append(destination, count);
    }

    private RingChange<D> free(D destination, int count) {
        Buckets.Edit<D> edit = state.buckets().edit();
        free(destination, count, edit);
        return publish(edit, 1);
    }

    private void free(D destination, int count, Buckets.Edit<D> edit) {
        BucketSet buckets = ownedBy(destination);
        for (int i = 0; i < count; i++) {
            int slot = buckets.removeHighest();
            int last = edit.size() - 1;
            if (slot != last) {
                D mover = edit.get(last);
                edit.set(slot, mover);
                BucketSet moversBuckets = ownedBy(mover);
                moversBuckets.removeHighest(); // Nobody owns a higher bucket than the last.
                moversBuckets.add(slot);
            }
            edit.removeLast();
        }
        if (buckets.size() == 0) {
            owned.remove(destination);
        }
    }

    private BucketSet ownedBy(D destination) {
        @Nullable BucketSet buckets = owned.get(destination);
        if (buckets == null) {
            throw new IllegalStateException(destination + " owns buckets that the index does not know");
        }
        return buckets;
    }

    private RingChange<D> publish(Buckets.Edit<D> edit, int changes) {
        RingState<D> before = state;
        RingState<D> after = new RingState<>(before.algorithm(), before.epoch() + changes, edit.done());
        state = after;
        return new RingChange<>(before, after);
    }

    static void requireWeight(int weight) {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("a weight must be from 1 to " + MAX_WEIGHT + ", not " + weight);
        }
    }
}
