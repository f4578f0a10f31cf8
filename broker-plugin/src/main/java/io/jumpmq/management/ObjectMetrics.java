package io.jumpmq.management;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.session.ConnectionInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Queues, connections and channels one by one, and never more than a bound. */
final class ObjectMetrics {
    private static final int MAX_OBJECTS = 50_000;

    private final Node node;
    private final Statistics statistics;

    ObjectMetrics(Node node, Statistics statistics) {
        this.node = node;
        this.statistics = statistics;
    }

    /** Adds the families that are wanted, by the names that RabbitMQ has for groups of them. */
    void addTo(MetricFamilies families, Set<String> wanted, Predicate<String> vhosts) {
        boolean coarse = wanted.contains("queue_coarse_metrics") || wanted.contains("queue_metrics");
        boolean consumers = wanted.contains("queue_consumer_count") || wanted.contains("queue_metrics");
        if (coarse || consumers) {
            boolean all = wanted.contains("queue_metrics");
            List<QueueRecord> queues = node.broker().catalog().vhosts().stream()
                    .filter(vhost -> vhosts.test(vhost.name()))
                    .flatMap(vhost -> vhost.queues().stream())
                    .limit(MAX_OBJECTS)
                    .toList();
            queues.forEach(queue -> queue(families, queue, coarse, consumers, all));
            if (all) {
                heads(families, queues);
            }
        }
        boolean connections = wanted.contains("connection_coarse_metrics") || wanted.contains("connection_metrics");
        boolean channels = wanted.contains("channel_metrics");
        if (connections || channels) {
            int left = MAX_OBJECTS;
            for (ConnectionInfo connection : statistics.connections()) {
                if (vhosts.test(connection.vhost()) && left-- > 0) {
                    if (connections) {
                        connection(families, connection, wanted.contains("connection_metrics"));
                    }
                    if (channels) {
                        connection.channels().forEach(channel -> channel(families, connection, channel));
                    }
                }
            }
        }
    }

    private void heads(MetricFamilies families, List<QueueRecord> queues) {
        Map<Long, Long> timestamps = statistics.headTimestamps(queues);
        for (QueueRecord queue : queues) {
            Long timestamp = timestamps.get(queue.id());
            if (timestamp != null) {
                families.gauge(
                        "queue_head_message_timestamp",
                        "When the next message was published, as it says itself",
                        timestamp,
                        "vhost",
                        queue.vhost(),
                        "queue",
                        queue.name());
            }
        }
    }

    private static void queue(
            MetricFamilies families, QueueRecord queue, boolean coarse, boolean consumers, boolean all) {
        QueueFigures figures = queue.port().figures();
        String[] labels = {"vhost", queue.vhost(), "queue", queue.name()};
        if (coarse) {
            families.gauge("queue_messages_ready", "Messages ready to be delivered", figures.ready(), labels);
            families.gauge(
                    "queue_messages_unacked",
                    "Messages delivered and not acknowledged",
                    figures.unacknowledged(),
                    labels);
            families.gauge(
                    "queue_messages",
                    "Messages ready and unacknowledged",
                    (double) figures.ready() + figures.unacknowledged(),
                    labels);
        }
        if (consumers) {
            families.gauge("queue_consumers", "Consumers on a queue", figures.consumers(), labels);
        }
        if (all) {
            families.gauge(
                    "queue_messages_bytes",
                    "Bodies of messages ready and unacknowledged",
                    (double) figures.readyBytes() + figures.unacknowledgedBytes(),
                    labels);
            families.gauge("queue_messages_ram_bytes", "Bodies in memory", figures.heldBytes(), labels);
            families.gauge("queue_messages_paged_out", "Messages on the disk only", figures.pagedOut(), labels);
            families.gauge(
                    "queue_messages_persistent", "Messages that survive a restart", figures.persistent(), labels);
            families.gauge(
                    "queue_messages_persistent_bytes",
                    "Bodies of messages that survive a restart",
                    figures.persistentBytes(),
                    labels);
            families.counter(
                    "queue_messages_published",
                    "Messages that the queue has taken",
                    figures.counters().published(),
                    labels);
        }
    }

    private static void connection(MetricFamilies families, ConnectionInfo connection, boolean all) {
        String[] labels = {"connection", connection.name()};
        families.counter(
                "connection_incoming_bytes",
                "Bytes received",
                connection.socket().receivedBytes(),
                labels);
        families.counter(
                "connection_outgoing_bytes", "Bytes sent", connection.socket().sentBytes(), labels);
        if (all) {
            families.counter(
                    "connection_incoming_packets",
                    "Reads from the socket",
                    connection.socket().reads(),
                    labels);
            families.counter(
                    "connection_outgoing_packets",
                    "Writes to the socket",
                    connection.socket().writes(),
                    labels);
            families.gauge(
                    "connection_channels",
                    "Channels of the connection",
                    connection.channels().size(),
                    labels);
        }
    }

    private static void channel(MetricFamilies families, ConnectionInfo connection, ChannelInfo channel) {
        String[] labels = {"channel", connection.name() + " (" + channel.number() + ")"};
        families.gauge("channel_consumers", "Consumers", channel.consumers().size(), labels);
        families.gauge("channel_messages_unacked", "Deliveries not acknowledged", channel.unacknowledged(), labels);
        families.gauge("channel_messages_unconfirmed", "Messages not confirmed", channel.unconfirmed(), labels);
        families.gauge("channel_messages_uncommitted", "Messages not committed", channel.uncommitted(), labels);
        families.gauge("channel_acks_uncommitted", "Acknowledgements not committed", channel.acksUncommitted(), labels);
        families.gauge("channel_prefetch", "Limit of the whole channel", channel.channelPrefetch(), labels);
    }
}
