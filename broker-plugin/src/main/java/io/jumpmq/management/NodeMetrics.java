package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.NodeCounters;

/** Metrics of the node as a whole: what it is, takes and has seen come and go. */
final class NodeMetrics {
    private static final String AMQP = "amqp091";
    private static final double NANOS = 1e9;

    private final Node node;
    private final LoopSums sums;

    NodeMetrics(Node node, LoopSums sums) {
        this.node = node;
        this.sums = sums;
    }

    /** Who tells, and at which endpoint. */
    void identity(MetricFamilies families, String endpoint) {
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

    /** As RabbitMQ's. */
    void addTo(MetricFamilies families) {
        process(families);
        churn(families);
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
        families.counter("channels_opened", "Channels opened", sums.channels(ChannelCounters::channelsOpened));
        families.counter("channels_closed", "Channels closed", sums.channels(ChannelCounters::channelsClosed));
        families.counter("queues_declared", "Queues declared", events.of(NodeCounters.Event.QUEUE_DECLARED));
        families.counter("queues_created", "Queues created", events.of(NodeCounters.Event.QUEUE_CREATED));
        families.counter("queues_deleted", "Queues deleted", events.of(NodeCounters.Event.QUEUE_DELETED));
        logins(families, AMQP, NodeCounters.Event.AMQP_LOGIN, NodeCounters.Event.AMQP_LOGIN_REFUSED);
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

    /** Our own, about loops and memory. */
    void addOwnTo(MetricFamilies families) {
        families.counter(
                "consumers_timed_out",
                "Times that a delivery was not acknowledged in time",
                node.broker().events().of(NodeCounters.Event.CONSUMER_TIMED_OUT));
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
