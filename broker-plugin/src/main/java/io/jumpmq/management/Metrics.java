package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.DeathCounters;
import io.jumpmq.broker.DeathCounters.Strategy;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.RingHistory;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.DeathReason;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.ChiSquared;
import io.jumpmq.metrics.DeliveryCounters;
import io.jumpmq.metrics.DiskCounters;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.metrics.SocketCounters;
import io.jumpmq.metrics.StoreFigures;
import io.jumpmq.ring.Movement;
import io.jumpmq.ring.RingState;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConsumerInfo;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The node's metrics: RabbitMQ's names with RabbitMQ's labels, so that its dashboards show them, and our own about rings,
 * loops and memory. One per queue or connection only where that was asked for, and never more than a bound.
 */
final class Metrics {
    private static final String RABBITMQ = "rabbitmq_";
    private static final String JUMPMQ = "jumpmq_";
    private static final String PROTOCOL = "amqp091";
    private static final String CLASSIC = "rabbit_classic_queue";
    private static final String QUORUM = "rabbit_quorum_queue";

    /** Destinations of rings, in all, that get series of their own. */
    private static final int MAX_MEMBERS = 1000;

    private static final int MAX_OBJECTS = 50_000;

    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    private final Node node;
    private final Statistics statistics;

    /** Which share of keys the last change of a ring has moved: it takes a while to find out, and never changes. */
    private final Map<RingHistory.Entry, Double> moved = new WeakHashMap<>();

    Metrics(Node node, Statistics statistics) {
        this.node = node;
        this.statistics = statistics;
    }

    /** What {@code /metrics} tells: sums over all queues, channels, connections. */
    MetricSnapshots aggregated() {
        MetricFamilies rabbit = new MetricFamilies(RABBITMQ);
        identity(rabbit, "aggregated");
        process(rabbit);
        churn(rabbit);
        totals(rabbit);
        messages(rabbit);
        disk(rabbit);
        return both(rabbit, own());
    }

    /** Our own, about rings, the store and loops. */
    private MetricFamilies own() {
        MetricFamilies own = new MetricFamilies(JUMPMQ);
        rings(own);
        loops(own);
        own.counter(
                "consumers_timed_out",
                "Times that a delivery was not acknowledged in time",
                node.broker().events().of(NodeCounters.Event.CONSUMER_TIMED_OUT));
        if (node.dataDirectory() != null) {
            store(own);
        }
        return own;
    }

    /** What {@code /metrics/per-object} tells. */
    MetricSnapshots perObject() {
        MetricFamilies rabbit = new MetricFamilies(RABBITMQ);
        identity(rabbit, "per-object");
        process(rabbit);
        churn(rabbit);
        messages(rabbit);
        objects(rabbit, Set.of("queue_metrics", "connection_metrics", "channel_metrics"), vhost -> true);
        disk(rabbit);
        return both(rabbit, own());
    }

    /** What {@code /metrics/detailed} tells: these families, of these virtual hosts. */
    MetricSnapshots detailed(Collection<String> families, @Nullable Collection<String> vhosts) {
        MetricFamilies detailed = new MetricFamilies(RABBITMQ + "detailed_");
        objects(detailed, Set.copyOf(families), vhost -> vhosts == null || vhosts.contains(vhost));
        MetricFamilies rabbit = new MetricFamilies(RABBITMQ);
        identity(rabbit, "detailed");
        return both(rabbit, detailed);
    }

    private static MetricSnapshots both(MetricFamilies one, MetricFamilies other) {
        List<MetricSnapshot> all = new ArrayList<>();
        one.done().forEach(all::add);
        other.done().forEach(all::add);
        return new MetricSnapshots(all);
    }

    private void identity(MetricFamilies families, String endpoint) {
        families.info(
                "identity",
                "The node and its cluster",
                "rabbitmq_node",
                node.name(),
                "rabbitmq_cluster",
                node.clusterName(),
                "rabbitmq_cluster_permanent_id",
                node.clusterName(),
                "rabbitmq_endpoint",
                endpoint);
        families.info(
                "build",
                "Versions: of RabbitMQ, the one whose interfaces these are",
                "rabbitmq_version",
                Node.COMPATIBLE_VERSION,
                "prometheus_plugin_version",
                Node.COMPATIBLE_VERSION,
                "prometheus_client_version",
                "none",
                "erlang_version",
                "Java " + System.getProperty("java.version"),
                "product_name",
                "JumpMQ",
                "product_version",
                node.version());
    }

    private void process(MetricFamilies families) {
        Footprint process = Footprint.now();
        families.gauge("process_open_fds", "Open file descriptors", process.openFiles());
        families.gauge("process_max_fds", "Most file descriptors that may be open", process.maxFiles());
        families.gauge(
                "process_open_tcp_sockets",
                "Open connections",
                node.connections().all().size());
        families.gauge("process_max_tcp_sockets", "Most sockets that may be open", process.maxFiles());
        families.gauge(
                "process_resident_memory_bytes",
                "Memory that messages take, in queues and on their way: mem_used of the HTTP API",
                node.memory().heldBytes());
        families.gauge(
                "resident_memory_limit_bytes",
                "Publishers wait when messages take more: mem_limit of the HTTP API",
                node.memory().limitBytes());
        families.gauge("disk_space_available_bytes", "Free where the data are", OverviewResources.diskFree(node));
        families.gauge(
                "disk_space_available_limit_bytes",
                "Publishers wait when less is free",
                node.broker().diskLimitBytes());
        families.gauge("erlang_uptime_seconds", "Since the node started", node.uptimeMillis() / 1000.0);
        Congestion congestion = node.broker().congestion();
        families.gauge(
                "alarms_memory_used_watermark",
                "1 while messages take more memory than they may",
                node.memory().isSpent() ? 1 : 0);
        families.gauge(
                "alarms_free_disk_space_watermark",
                "1 while the disk has less space than it should",
                congestion == Congestion.DISK ? 1 : 0);
        families.gauge("alarms_file_descriptor_limit", "Always 0: connections are limited instead", 0);
    }

    private void churn(MetricFamilies families) {
        Broker broker = node.broker();
        NodeCounters events = broker.events();
        families.counter("connections_opened", "Connections opened", events.of(NodeCounters.Event.CONNECTION_OPENED));
        families.counter("connections_closed", "Connections closed", events.of(NodeCounters.Event.CONNECTION_CLOSED));
        families.counter("channels_opened", "Channels opened", sum(ChannelCounters::channelsOpened));
        families.counter("channels_closed", "Channels closed", sum(ChannelCounters::channelsClosed));
        families.counter("queues_declared", "Queues declared", events.of(NodeCounters.Event.QUEUE_DECLARED));
        families.counter("queues_created", "Queues created", events.of(NodeCounters.Event.QUEUE_CREATED));
        families.counter("queues_deleted", "Queues deleted", events.of(NodeCounters.Event.QUEUE_DELETED));
        logins(families, PROTOCOL, NodeCounters.Event.AMQP_LOGIN, NodeCounters.Event.AMQP_LOGIN_REFUSED);
        logins(families, "http", NodeCounters.Event.HTTP_LOGIN, NodeCounters.Event.HTTP_LOGIN_REFUSED);
    }

    private void logins(MetricFamilies families, String protocol, NodeCounters.Event all, NodeCounters.Event refused) {
        NodeCounters events = node.broker().events();
        families.counter("auth_attempts", "Logins tried", events.of(all), "protocol", protocol);
        families.counter(
                "auth_attempts_succeeded",
                "Logins that succeeded",
                (double) events.of(all) - events.of(refused),
                "protocol",
                protocol);
        families.counter("auth_attempts_failed", "Logins refused", events.of(refused), "protocol", protocol);
    }

    private long sum(ToLongFunction<ChannelCounters> of) {
        long sum = 0;
        for (Loop loop : node.broker().loops()) {
            sum += of.applyAsLong(node.broker().counters(loop));
        }
        return sum;
    }

    private long sumOf(boolean quorum, ToLongFunction<DeliveryCounters> of) {
        return sum(counters -> of.applyAsLong(counters.of(quorum)));
    }

    private void totals(MetricFamilies families) {
        long queues = 0;
        long consumers = 0;
        long ready = 0;
        long unacknowledged = 0;
        long readyBytes = 0;
        long unacknowledgedBytes = 0;
        long stored = 0;
        long heldBytes = 0;
        long persistent = 0;
        long persistentBytes = 0;
        long published = 0;
        for (VirtualHost vhost : node.broker().catalog().vhosts()) {
            for (QueueRecord queue : vhost.queues()) {
                QueueFigures figures = queue.port().figures();
                queues++;
                consumers += figures.consumers();
                ready += figures.ready();
                unacknowledged += figures.unacknowledged();
                readyBytes += figures.readyBytes();
                unacknowledgedBytes += figures.unacknowledgedBytes();
                stored += figures.pagedOut();
                heldBytes += figures.heldBytes();
                persistent += figures.persistent();
                persistentBytes += figures.persistentBytes();
                published += figures.counters().published();
            }
        }
        long channels = sum(ChannelCounters::channelsOpened) - sum(ChannelCounters::channelsClosed);
        families.gauge(
                "connections", "Open connections", node.connections().all().size());
        families.gauge("channels", "Open channels", channels);
        families.gauge("consumers", "Consumers", consumers);
        families.gauge("queues", "Queues", queues);
        families.gauge("queue_consumers", "Consumers on queues", consumers);
        families.gauge("queue_messages_ready", "Messages ready to be delivered", ready);
        families.gauge("queue_messages_unacked", "Messages delivered and not acknowledged", unacknowledged);
        families.gauge("queue_messages", "Messages ready and unacknowledged", ready + unacknowledged);
        families.gauge(
                "queue_messages_bytes",
                "Bodies of messages ready and unacknowledged",
                readyBytes + unacknowledgedBytes);
        families.gauge("queue_messages_ready_bytes", "Bodies of messages ready", readyBytes);
        families.gauge("queue_messages_unacked_bytes", "Bodies of messages unacknowledged", unacknowledgedBytes);
        families.gauge("queue_messages_ram", "Messages in memory", ready + unacknowledged - stored);
        families.gauge("queue_messages_ram_bytes", "Bodies in memory", heldBytes);
        families.gauge("queue_messages_ready_ram", "Messages in memory, ready to be delivered", ready - stored);
        families.gauge(
                "queue_messages_unacked_ram", "Messages in memory, delivered and not acknowledged", unacknowledged);
        families.gauge("queue_messages_paged_out", "Messages on the disk only", stored);
        families.gauge(
                "queue_messages_paged_out_bytes",
                "Bodies on the disk only",
                Math.max(0, readyBytes + unacknowledgedBytes - heldBytes));
        families.gauge("queue_messages_persistent", "Messages that survive a restart", persistent);
        families.gauge("queue_messages_persistent_bytes", "Bodies of messages that survive a restart", persistentBytes);
        families.counter("queue_messages_published", "Messages that queues have taken", published);
        families.counter("channel_messages_published", "Messages published", sum(ChannelCounters::published));
        families.counter("channel_messages_confirmed", "Messages confirmed", sum(ChannelCounters::confirmed));
        families.counter("channel_messages_unroutable_returned", "Messages returned", sum(ChannelCounters::returned));
        families.counter("channel_messages_unroutable_dropped", "Messages dropped", sum(ChannelCounters::dropped));
        both(families, "channel_messages_delivered_ack", "Deliveries to acknowledge", DeliveryCounters::delivered);
        both(
                families,
                "channel_messages_delivered",
                "Deliveries acknowledged at once",
                DeliveryCounters::deliveredNoAck);
        both(families, "channel_messages_redelivered", "Messages delivered again", DeliveryCounters::redelivered);
        both(families, "channel_messages_acked", "Messages acknowledged", DeliveryCounters::acknowledgements);
        both(families, "channel_get_ack", "Messages fetched to acknowledge", DeliveryCounters::got);
        both(families, "channel_get", "Messages fetched and acknowledged at once", DeliveryCounters::gotNoAck);
        both(families, "channel_get_empty", "Fetches from empty queues", DeliveryCounters::getEmpty);
        sizes(families);
        sessions(families, statistics.connections());
        families.gauge("global_consumers", "Consumers", consumers, "protocol", PROTOCOL);
    }

    private void both(MetricFamilies families, String name, String help, ToLongFunction<DeliveryCounters> of) {
        families.counter(name, help, sumOf(false, of) + (double) sumOf(true, of));
    }

    private void sessions(MetricFamilies families, List<ConnectionInfo> connections) {
        long publishers = 0;
        long consumers = 0;
        long unacknowledged = 0;
        long unconfirmed = 0;
        long uncommitted = 0;
        long acksUncommitted = 0;
        long channelPrefetch = 0;
        long consumerPrefetch = 0;
        long channels = 0;
        for (ConnectionInfo connection : connections) {
            channels += connection.channels().size();
            for (ChannelInfo channel : connection.channels()) {
                publishers += channel.counters().published() > 0 ? 1 : 0;
                consumers += channel.consumers().size();
                unacknowledged += channel.unacknowledged();
                unconfirmed += channel.unconfirmed();
                uncommitted += channel.uncommitted();
                acksUncommitted += channel.acksUncommitted();
                channelPrefetch += channel.channelPrefetch();
                for (ConsumerInfo consumer : channel.consumers()) {
                    consumerPrefetch += consumer.prefetch();
                }
            }
        }
        families.gauge("global_publishers", "Channels that have published", publishers, "protocol", PROTOCOL);
        families.gauge("connection_channels", "Channels of all connections", channels);
        families.gauge("channel_consumers", "Consumers of all channels", consumers);
        families.gauge("channel_messages_unacked", "Deliveries not acknowledged", unacknowledged);
        families.gauge("channel_messages_unconfirmed", "Messages not confirmed", unconfirmed);
        families.gauge("channel_messages_uncommitted", "Messages not committed", uncommitted);
        families.gauge("channel_acks_uncommitted", "Acknowledgements not committed", acksUncommitted);
        families.gauge("channel_prefetch", "Limits of whole channels, together", channelPrefetch);
        families.gauge("consumer_prefetch", "Limits of all consumers, together", consumerPrefetch);
        sockets(families, "connection_incoming_bytes", "Bytes received", SocketCounters::receivedBytes);
        sockets(families, "connection_outgoing_bytes", "Bytes sent", SocketCounters::sentBytes);
        sockets(families, "connection_incoming_packets", "Reads from sockets", SocketCounters::reads);
        sockets(families, "connection_outgoing_packets", "Writes to sockets", SocketCounters::writes);
    }

    private void sockets(MetricFamilies families, String name, String help, ToLongFunction<SocketCounters> of) {
        long sum = 0;
        for (Loop loop : node.broker().loops()) {
            sum += of.applyAsLong(node.broker().socketCounters(loop));
        }
        families.counter(name, help, sum);
    }

    private void sizes(MetricFamilies families) {
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i <= ChannelCounters.SIZE_BOUNDS.size(); i++) {
            int size = i;
            bounds.add(
                    i == ChannelCounters.SIZE_BOUNDS.size()
                            ? Double.POSITIVE_INFINITY
                            : ChannelCounters.SIZE_BOUNDS.get(i).doubleValue());
            counts.add(sum(counters -> counters.ofSize(size)));
        }
        families.add(HistogramSnapshot.builder()
                .name(RABBITMQ + "message_size_bytes")
                .help("Sizes of the bodies that were published")
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                        .sum((double) sum(ChannelCounters::bytes))
                        .labels(Labels.of("protocol", PROTOCOL))
                        .build())
                .build());
    }

    private void messages(MetricFamilies families) {
        global(families, "received", "Messages received", ChannelCounters::published);
        global(families, "received_confirm", "Messages to confirm received", ChannelCounters::publishedToConfirm);
        global(families, "routed", "Messages that found a queue", ChannelCounters::messagesRouted);
        global(families, "confirmed", "Messages confirmed", ChannelCounters::confirmed);
        global(families, "unroutable_dropped", "Messages that found no queue, dropped", ChannelCounters::dropped);
        global(families, "unroutable_returned", "Messages that found no queue, returned", ChannelCounters::returned);
        for (boolean quorum : new boolean[] {false, true}) {
            global(
                    families,
                    quorum,
                    "delivered",
                    "Messages delivered or fetched",
                    counters ->
                            counters.delivered() + counters.deliveredNoAck() + counters.got() + counters.gotNoAck());
            global(families, quorum, "redelivered", "Messages delivered again", DeliveryCounters::redelivered);
            global(families, quorum, "acknowledged", "Messages acknowledged", DeliveryCounters::acknowledgements);
            global(
                    families,
                    quorum,
                    "delivered_consume_auto_ack",
                    "Deliveries acknowledged at once",
                    DeliveryCounters::deliveredNoAck);
            global(
                    families,
                    quorum,
                    "delivered_consume_manual_ack",
                    "Deliveries to acknowledge",
                    DeliveryCounters::delivered);
            global(
                    families,
                    quorum,
                    "delivered_get_auto_ack",
                    "Messages fetched and acknowledged at once",
                    DeliveryCounters::gotNoAck);
            global(
                    families,
                    quorum,
                    "delivered_get_manual_ack",
                    "Messages fetched to acknowledge",
                    DeliveryCounters::got);
            global(families, quorum, "get_empty", "Fetches from empty queues", DeliveryCounters::getEmpty);
        }
        deaths(families);
    }

    /** As RabbitMQ, with what was dropped because there was no dead-letter exchange: the strategy is disabled then. */
    private void deaths(MetricFamilies families) {
        for (DeathReason reason : DeathReason.values()) {
            for (Strategy strategy : Strategy.values()) {
                if (reason != DeathReason.DELIVERY_LIMIT && strategy != Strategy.AT_LEAST_ONCE) {
                    deaths(families, reason.text(), false, strategy, counters -> counters.of(false, strategy, reason));
                }
                deaths(families, reason.text(), true, strategy, counters -> counters.of(true, strategy, reason));
            }
        }
        deaths(families, "confirmed", true, Strategy.AT_LEAST_ONCE, DeathCounters::ofConfirmed);
    }

    private void deaths(
            MetricFamilies families, String what, boolean quorum, Strategy strategy, ToLongFunction<DeathCounters> of) {
        long sum = 0;
        for (Loop loop : node.broker().loops()) {
            sum += of.applyAsLong(node.broker().deaths(loop));
        }
        families.counter(
                "global_messages_dead_lettered_" + what,
                what.equals("confirmed")
                        ? "Dead letters that are safe, of those that must not get lost"
                        : "Messages dead-lettered, or dropped where that is disabled",
                sum,
                "queue_type",
                quorum ? QUORUM : CLASSIC,
                "dead_letter_strategy",
                strategy.text());
    }

    private void global(MetricFamilies families, String name, String help, ToLongFunction<ChannelCounters> of) {
        families.counter("global_messages_" + name, help, sum(of), "protocol", PROTOCOL);
    }

    private void global(
            MetricFamilies families, boolean quorum, String name, String help, ToLongFunction<DeliveryCounters> of) {
        families.counter(
                "global_messages_" + name,
                help,
                sumOf(quorum, of),
                "protocol",
                PROTOCOL,
                "queue_type",
                quorum ? QUORUM : CLASSIC);
    }

    // Disk.

    /** What RabbitMQ tells of its files, as far as it has a meaning here. */
    private void disk(MetricFamilies families) {
        StoreFigures store = node.broker().storeFigures();
        operations(
                families, "read", "Reads from the store's files", store.disk().reads());
        operations(
                families, "write", "Writes to the store's files", store.disk().writes());
        families.counter("io_read_bytes", "Bytes read", store.disk().reads().bytes());
        families.counter(
                "io_write_bytes", "Bytes written", store.disk().writes().bytes());
        operations(
                families, "sync", "Flushes of the store's files", store.disk().flushes());
        for (String name : List.of("msg_store_read", "queue_disk_reads")) {
            families.counter(name, "Messages read back", store.messages().read());
        }
        for (String name : List.of("msg_store_write", "queue_disk_writes")) {
            families.counter(name, "Messages written", NodeFigures.written(store));
        }
    }

    private static void operations(
            MetricFamilies families, String name, String help, DiskCounters.Operations operations) {
        families.counter("io_" + name + "_ops", help, operations.count());
        families.counter("io_" + name + "_time_seconds", help + ", time taken", operations.nanos() / NANOS);
    }

    private void store(MetricFamilies families) {
        StoreFigures store = node.broker().storeFigures();
        families.gauge("store_segments", "Files of messages", store.segments());
        families.gauge("store_disk_bytes", "Size of these files", store.diskBytes());
        families.gauge("store_live_bytes", "Taken by messages that are still there", store.liveBytes());
        families.gauge("store_unflushed_bytes", "Messages that do not last yet", store.unflushedBytes());
        families.gauge("store_low_on_disk", "1 while publishers wait for room", store.lowOnDisk() ? 1 : 0);
        families.gauge("store_damaged_messages", "Messages that cannot be read any more", store.damagedMessages());
        families.gauge("store_failed", "1 when the disk has failed: nothing is confirmed", store.failed() ? 1 : 0);
        families.counter(
                "store_messages_written",
                "Messages written to survive",
                store.messages().written());
        families.counter(
                "store_messages_paged_out",
                "Messages written because memory was short",
                store.messages().pagedOut());
        families.counter(
                "store_paged_out_bytes", "Their bodies", store.messages().pagedOutBytes());
        families.counter(
                "store_messages_read", "Messages read back", store.messages().read());
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i <= DiskCounters.FLUSH_BOUNDS_MICROS.size(); i++) {
            bounds.add(
                    i == DiskCounters.FLUSH_BOUNDS_MICROS.size()
                            ? Double.POSITIVE_INFINITY
                            : DiskCounters.FLUSH_BOUNDS_MICROS.get(i) / MICROS);
            counts.add(store.disk().flushesOfTime(i));
        }
        families.add(HistogramSnapshot.builder()
                .name(JUMPMQ + "store_flush_seconds")
                .help("Time that flushes of the store's files took")
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                        .sum(store.disk().flushes().nanos() / NANOS)
                        .build())
                .build());
    }

    // One by one.

    private void objects(MetricFamilies families, Set<String> wanted, Predicate<String> vhosts) {
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

    // Rings.

    private void rings(MetricFamilies families) {
        int left = MAX_MEMBERS;
        int omitted = 0;
        for (VirtualHost vhost : node.broker().catalog().vhosts()) {
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
                    moved(history.get(0)),
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

    private synchronized double moved(RingHistory.Entry entry) {
        return moved.computeIfAbsent(
                entry,
                change -> Movement.between(
                                change.change().before(), change.change().after())
                        .total());
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

    private void loops(MetricFamilies families) {
        for (Loop loop : node.broker().loops()) {
            String[] labels = {"loop", Integer.toString(loop.index())};
            families.gauge("loop_waiting_messages", "Messages between loops that wait", loop.backlog(), labels);
            families.counter("loop_messages", "Messages between loops that were received", loop.received(), labels);
            families.counter("loop_turns", "Turns of the loop", loop.turns(), labels);
            long busyNanos = loop.busyNanos();
            if (busyNanos >= 0) {
                families.counter(
                        "loop_busy_seconds", "Time of a processor that the loop has taken", busyNanos / NANOS, labels);
            }
        }
        families.gauge(
                "resident_bytes", "Memory that the process has", Footprint.now().residentBytes());
        families.gauge(
                "connection_memory_bytes",
                "What connections hold of message_memory_bytes: messages half sent, uncommitted or unread",
                node.memory().connections().heldBytes());
        families.gauge(
                "message_memory_bytes",
                "Memory that messages take",
                node.memory().heldBytes());
    }
}
