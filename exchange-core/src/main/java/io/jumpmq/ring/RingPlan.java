package io.jumpmq.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How to get from a ring to other weights, and what that will move, worked out on a copy before anything is applied.
 *
 * <p>Growth comes first: the buckets that it appends are then what fills the freed slots, so that no other key moves
 * than must. Only where the ring would outgrow {@link Ring#MAX_BUCKETS} on the way, shrinking comes first.
 *
 * @param commands in the order to apply them; destinations that have their weight already need none
 * @param change from the current state to the one after all commands
 */
public record RingPlan<D>(List<RingCommand<D>> commands, RingChange<D> change) {
    public RingPlan {
        commands = List.copyOf(commands);
    }

    /**
     * Plans for the destinations in {@code wanted}; others stay as they are.
     *
     * @param wanted each destination's weight, 0 to take it off the ring; its order decides where order is free
     * @throws IllegalArgumentException when a weight is not in 0…{@value Ring#MAX_WEIGHT}, or the ring would have more
     *     than {@value Ring#MAX_BUCKETS} buckets in the end
     */
    public static <D> RingPlan<D> of(RingState<D> current, Map<D, Integer> wanted) {
        Ring<D> ring = new Ring<>(current);
        return new RingPlan<>(commands(ring, wanted), ring.setWeights(wanted));
    }

    /** Those that give a ring other weights, in the order to carry them out. */
    static <D> List<RingCommand<D>> commands(Ring<D> ring, Map<D, Integer> wanted) {
        List<RingCommand<D>> grow = new ArrayList<>();
        List<RingCommand<D>> shrink = new ArrayList<>();
        long max = ring.state().bucketCount();
        for (Map.Entry<D, Integer> entry : wanted.entrySet()) {
            D destination = entry.getKey();
            int weight = entry.getValue();
            int now = ring.weight(destination);
            if (weight > now) {
                grow.add(new RingCommand.Bind<>(destination, weight));
                max += weight - now;
            } else if (weight < now) {
                shrink.add(
                        weight == 0
                                ? new RingCommand.Remove<>(destination)
                                : new RingCommand.Bind<>(destination, weight));
            }
        }
        boolean fits = max <= Ring.MAX_BUCKETS;
        List<RingCommand<D>> commands = new ArrayList<>(fits ? grow : shrink);
        commands.addAll(fits ? shrink : grow);
        requireRoom(ring, commands);
        return commands;
    }

    private static <D> void requireRoom(Ring<D> ring, List<RingCommand<D>> commands) {
        long buckets = ring.state().bucketCount();
        for (RingCommand<D> command : commands) {
            int weight = command instanceof RingCommand.Bind<D> bind ? bind.weight() : 0;
            int more = weight - ring.weight(command.destination());
            buckets += more;
            if (more > 0) {
                Ring.requireBuckets(command.destination(), weight, buckets);
            }
        }
    }
}
