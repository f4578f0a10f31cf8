package io.jumpmq.ring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which share of all keys goes from whom to whom between two states of a ring: exact, not sampled.
 *
 * <p>Between n and m ≥ n buckets, a consistent hash leaves a key in its bucket with probability n/m and else puts it into
 * each of the m − n new buckets alike; from m to n it is the inverse. So a key is in bucket i before and in bucket j
 * after with probability 1/max(n, m) when i = j, 1/(n·m) when the larger one of the two exists on one side only, and 0
 * otherwise. All shares are whole multiples of 1/(n·m): the counts here are exact integers. Two states that hash
 * differently have nothing in common: then every pair has probability 1/(n·m).
 *
 * <p>An empty ring routes to nobody, which is written null.
 */
public final class Movement<D> {
    /** One share of all keys: {@code from} and {@code to} differ, null is nobody, {@code share} is in (0, 1]. */
    public record Flow<D>(@Nullable D from, @Nullable D to, double share) {}

    private record Pair<D>(@Nullable D from, @Nullable D to) {}

    /** What the whole key space counts as. */
    private final long whole;

    /** Buckets that exist before and after and change hands. */
    private final Map<Pair<D>, Long> handedOver;

    /** Buckets that exist on one side only: each one there exchanges one count with each on the other side. */
    private final Map<@Nullable D, Long> spreadFrom;

    private final Map<@Nullable D, Long> spreadTo;

    private final long kept;

    private Movement(
            long whole,
            Map<Pair<D>, Long> handedOver,
            long keptInPlace,
            Map<@Nullable D, Long> spreadFrom,
            Map<@Nullable D, Long> spreadTo) {
        this.whole = whole;
        this.handedOver = handedOver;
        this.spreadFrom = spreadFrom;
        this.spreadTo = spreadTo;
        long sum = keptInPlace;
        for (Map.Entry<@Nullable D, Long> from : spreadFrom.entrySet()) {
            sum += from.getValue() * spreadTo.getOrDefault(from.getKey(), 0L);
        }
        kept = sum;
    }

    /** The movement between any two states. Takes O(buckets of both). */
    public static <D> Movement<D> between(RingState<D> before, RingState<D> after) {
        Buckets<D> from = before.buckets();
        Buckets<D> to = after.buckets();
        int n = from.size();
        int m = to.size();
        if (n == 0 && m == 0) {
            return new Movement<>(1, Map.of(), 1, Map.of(), Map.of());
        }
        int common = before.algorithm() == after.algorithm() ? Math.min(n, m) : 0;
        Map<Pair<D>, Long> handedOver = new LinkedHashMap<>();
        long perBucket = common; // 1/max(n, m) in units of 1/(n·m).
        long kept = 0;
        for (int start = 0; start < common; start += Buckets.CHUNK) {
            int end = Math.min(common, start + Buckets.CHUNK);
            if (from.sharesChunk(to, start >>> Buckets.CHUNK_SHIFT)) {
                kept += perBucket * (end - start);
                continue;
            }
            for (int i = start; i < end; i++) {
                D giver = from.get(i);
                D taker = to.get(i);
                if (giver.equals(taker)) {
                    kept += perBucket;
                } else {
                    handedOver.merge(new Pair<>(giver, taker), perBucket, Long::sum);
                }
            }
        }
        return new Movement<>(
                (long) Math.max(n, 1) * Math.max(m, 1),
                handedOver,
                kept,
                counts(from, m <= n ? common : 0),
                counts(to, m >= n ? common : 0));
    }

    private static <D> Map<@Nullable D, Long> counts(Buckets<D> buckets, int first) {
        Map<@Nullable D, Long> counts = new LinkedHashMap<>();
        for (int bucket = first; bucket < buckets.size(); bucket++) {
            counts.merge(buckets.get(bucket), 1L, Long::sum);
        }
        if (buckets.size() == 0) {
            counts.put(null, 1L);
        }
        return counts;
    }

    /** The share of all keys whose destination changes, in [0, 1]. */
    public double total() {
        return share(whole - kept);
    }

    /** The share of all keys that move from one destination to another, null being nobody; 0 when both are the same. */
    public double share(@Nullable D from, @Nullable D to) {
        return share(count(from, to));
    }

    /** All flows, the largest first; equal ones in the order of the buckets. */
    public List<Flow<D>> flows() {
        Map<Pair<D>, Long> counts = new LinkedHashMap<>(handedOver);
        spreadFrom.forEach((from, f) -> spreadTo.forEach((to, t) -> {
            if (!Objects.equals(from, to)) {
                counts.merge(new Pair<>(from, to), f * t, Long::sum);
            }
        }));
        List<Flow<D>> flows = new ArrayList<>(counts.size());
        counts.forEach((pair, count) -> flows.add(new Flow<>(pair.from, pair.to, share(count))));
        flows.sort(Comparator.comparingDouble((Flow<D> flow) -> flow.share).reversed());
        return flows;
    }

    private long count(@Nullable D from, @Nullable D to) {
        if (Objects.equals(from, to)) {
            return 0;
        }
        return handedOver.getOrDefault(new Pair<>(from, to), 0L)
                + spreadFrom.getOrDefault(from, 0L) * spreadTo.getOrDefault(to, 0L);
    }

    private double share(long count) {
        return (double) count / whole;
    }
}
