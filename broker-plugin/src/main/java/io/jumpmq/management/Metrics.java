package io.jumpmq.management;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The node's metrics: RabbitMQ's names with RabbitMQ's labels, so that its dashboards show them, and our own about rings,
 * loops and memory. One per queue or connection only where that was asked for, and never more than a bound.
 */
final class Metrics {
    private static final String RABBITMQ = "rabbitmq_";
    private static final String JUMPMQ = "jumpmq_";

    private final NodeMetrics node;
    private final TotalMetrics totals;
    private final MessageMetrics messages;
    private final ObjectMetrics objects;
    private final RingMetrics rings;
    private final StoreMetrics store;
    private final boolean stores;

    Metrics(Node node, Statistics statistics) {
        LoopSums sums = new LoopSums(node.broker());
        this.node = new NodeMetrics(node, sums);
        this.totals = new TotalMetrics(node, statistics, sums);
        this.messages = new MessageMetrics(sums);
        this.objects = new ObjectMetrics(node, statistics);
        this.rings = new RingMetrics(node.broker());
        this.store = new StoreMetrics(node.broker());
        this.stores = node.dataDirectory() != null;
    }

    /** What {@code /metrics} tells: sums over all queues, channels, connections. */
    MetricSnapshots aggregated() {
        MetricFamilies rabbit = ofNode("aggregated");
        totals.addTo(rabbit);
        messages.addTo(rabbit);
        store.addTo(rabbit);
        return both(rabbit, own());
    }

    /** What {@code /metrics/per-object} tells. */
    MetricSnapshots perObject() {
        MetricFamilies rabbit = ofNode("per-object");
        messages.addTo(rabbit);
        objects.addTo(rabbit, Set.of("queue_metrics", "connection_metrics", "channel_metrics"), vhost -> true);
        store.addTo(rabbit);
        return both(rabbit, own());
    }

    /** What {@code /metrics/detailed} tells: these families, of these virtual hosts. */
    MetricSnapshots detailed(Collection<String> families, @Nullable Collection<String> vhosts) {
        MetricFamilies detailed = new MetricFamilies(RABBITMQ + "detailed_");
        objects.addTo(detailed, Set.copyOf(families), vhost -> vhosts == null || vhosts.contains(vhost));
        MetricFamilies rabbit = new MetricFamilies(RABBITMQ);
        node.identity(rabbit, "detailed");
        return both(rabbit, detailed);
    }

    private MetricFamilies ofNode(String endpoint) {
        MetricFamilies rabbit = new MetricFamilies(RABBITMQ);
        node.identity(rabbit, endpoint);
        node.addTo(rabbit);
        return rabbit;
    }

    /** Our own, about rings, the store and loops. */
    private MetricFamilies own() {
        MetricFamilies own = new MetricFamilies(JUMPMQ);
        rings.addTo(own);
        node.addOwnTo(own);
        if (stores) {
            store.addOwnTo(own);
        }
        return own;
    }

    private static MetricSnapshots both(MetricFamilies one, MetricFamilies other) {
        List<MetricSnapshot> all = new ArrayList<>();
        one.done().forEach(all::add);
        other.done().forEach(all::add);
        return new MetricSnapshots(all);
    }
}
