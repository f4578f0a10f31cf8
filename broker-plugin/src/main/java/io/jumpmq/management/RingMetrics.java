package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.RingHistory;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.metrics.ChiSquared;
import io.jumpmq.ring.RingState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metrics of rings and of their destinations. */
final class RingMetrics {
    /** Destinations of rings, in all, that get series of their own. */
    private static final int MAX_MEMBERS = 1000;

    private final Broker broker;

    RingMetrics(Broker broker) {
        this.broker = broker;
    }

    void addTo(MetricFamilies families) {
        int left = MAX_MEMBERS;
        int omitted = 0;
        for (VirtualHost vhost : broker.catalog().vhosts()) {
            for (ExchangeRecord exchange : vhost.exchanges()) {
                if (exchange.router() instanceof ConsistentHashRouter router) {
                    RingState<RingMember> state = router.state();
                    Map<RingMember, Integer> weights = state.weights();
                    ring(families, exchange, router, state, weights);
                    for (Map.Entry<RingMember, Integer> member : weights.entrySet()) {
                        if (left-- > 0) {
                            member(families, exchange, state, member.getKey(), member.getValue());
                        } else {
                            omitted++;
                        }
                    }
                }
            }
        }
        families.gauge("ring_destinations_omitted", "Destinations without series of their own", omitted);
    }

    private void ring(
            MetricFamilies families,
            ExchangeRecord exchange,
            ConsistentHashRouter router,
            RingState<RingMember> state,
            Map<RingMember, Integer> weights) {
        String[] labels = {"vhost", exchange.vhost(), "exchange", exchange.name()};
        families.gauge("ring_epoch", "Changes of the ring", state.epoch(), labels);
        families.gauge("ring_buckets", "Buckets of the ring", state.bucketCount(), labels);
        families.gauge("ring_destinations", "Queues and exchanges on the ring", weights.size(), labels);
        families.counter(
                "ring_unroutable",
                "Messages that came while nothing was bound",
                router.unroutable().total(),
                labels);
        families.gauge(
                "ring_distinct_keys",
                "Different keys seen, an estimate",
                router.keys().distinct(),
                labels);
        List<RingHistory.Entry> history = router.history();
        if (!history.isEmpty()) {
            families.gauge(
                    "ring_last_change_moved_ratio",
                    "Share of all keys that the last change has moved",
                    history.get(0).change().movement().total(),
                    labels);
            families.gauge(
                    "ring_last_change_timestamp_seconds",
                    "When the ring has last changed",
                    history.get(0).atMillis() / 1000.0,
                    labels);
        }
        ChiSquared test = test(router, state, weights);
        if (test != null) {
            families.gauge(
                    "ring_chi_squared_p_value",
                    "Probability of so uneven a spread of the sampled keys if it is even",
                    test.pValue(),
                    labels);
            families.gauge("ring_max_to_mean_ratio", "Largest share of keys to expected", test.maxToMean(), labels);
        }
        families.gauge(
                "ring_hottest_key_ratio",
                "Share of messages with the most frequent key, an estimate",
                router.hotKeys().atLeast(0).stream()
                        .findFirst()
                        .map(hot -> hot.share())
                        .orElse(0.0),
                labels);
    }

    private static @Nullable ChiSquared test(
            ConsistentHashRouter router, RingState<RingMember> state, Map<RingMember, Integer> weights) {
        Map<RingMember, long[]> counts = new HashMap<>();
        weights.keySet().forEach(member -> counts.put(member, new long[1]));
        for (long hash : router.keys().hashes()) {
            RingMember member = state.destinationOf(hash);
            long[] count = member == null ? null : counts.get(member);
            if (count != null) {
                count[0]++;
            }
        }
        long[] observed = weights.keySet().stream()
                .mapToLong(member -> counts.getOrDefault(member, new long[1])[0])
                .toArray();
        try {
            return ChiSquared.of(
                    observed,
                    weights.values().stream().mapToInt(Integer::intValue).toArray());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void member(
            MetricFamilies families,
            ExchangeRecord exchange,
            RingState<RingMember> state,
            RingMember member,
            int weight) {
        String[] labels = {
            "vhost", exchange.vhost(),
            "exchange", exchange.name(),
            "destination", Documents.name(member.destination()),
            "destination_type", Documents.kind(member.destination())
        };
        families.gauge("ring_weight", "Buckets of a destination", weight, labels);
        families.gauge(
                "ring_expected_ratio",
                "Share of all keys that should go to a destination",
                RingDocuments.share(weight, state),
                labels);
        families.counter(
                "ring_routed",
                "Messages routed to a destination",
                member.routed().total(),
                labels);
        families.gauge(
                "ring_routed_since_change",
                "Messages routed to a destination since the ring has last changed",
                member.routed().since(state.epoch()),
                labels);
    }
}
