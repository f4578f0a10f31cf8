package io.jumpmq.management;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.DeliveryCounters;
import io.jumpmq.metrics.SocketCounters;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConsumerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Sums over all queues, channels and connections. */
final class TotalMetrics {
    private static final String PROTOCOL = "amqp091";

    private final Node node;
    private final Statistics statistics;
    private final LoopSums sums;

    TotalMetrics(Node node, Statistics statistics, LoopSums sums) {
        this.node = node;
        this.statistics = statistics;
        this.sums = sums;
    }

    void addTo(MetricFamilies families) {
        long queues = 0;
        long consumers = 0;
        long ready = 0;
        long unacknowledged = 0;
        long readyBytes = 0;
        long unacknowledgedBytes = 0;
        long pagedOut = 0;
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
                pagedOut += figures.pagedOut();
                heldBytes += figures.heldBytes();
                persistent += figures.persistent();
                persistentBytes += figures.persistentBytes();
                published += figures.counters().published();
            }
        }
        long channels = sums.channels(ChannelCounters::channelsOpened) - sums.channels(ChannelCounters::channelsClosed);
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
        families.gauge("queue_messages_ram", "Messages in memory", ready + unacknowledged - pagedOut);
        families.gauge("queue_messages_ram_bytes", "Bodies in memory", heldBytes);
        families.gauge("queue_messages_ready_ram", "Messages in memory, ready to be delivered", ready - pagedOut);
        families.gauge(
                "queue_messages_unacked_ram", "Messages in memory, delivered and not acknowledged", unacknowledged);
        families.gauge("queue_messages_paged_out", "Messages on the disk only", pagedOut);
        families.gauge(
                "queue_messages_paged_out_bytes",
                "Bodies on the disk only",
                Math.max(0, readyBytes + unacknowledgedBytes - heldBytes));
        families.gauge("queue_messages_persistent", "Messages that survive a restart", persistent);
        families.gauge("queue_messages_persistent_bytes", "Bodies of messages that survive a restart", persistentBytes);
        families.counter("queue_messages_published", "Messages that queues have taken", published);
        families.counter("channel_messages_published", "Messages published", sums.channels(ChannelCounters::published));
        families.counter("channel_messages_confirmed", "Messages confirmed", sums.channels(ChannelCounters::confirmed));
        families.counter(
                "channel_messages_unroutable_returned", "Messages returned", sums.channels(ChannelCounters::returned));
        families.counter(
                "channel_messages_unroutable_dropped", "Messages dropped", sums.channels(ChannelCounters::dropped));
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
        families.counter(name, help, sums.deliveries(false, of) + (double) sums.deliveries(true, of));
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
        families.counter(name, help, sums.sockets(of));
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
            counts.add(sums.channels(counters -> counters.ofSize(size)));
        }
        families.histogram(
                "message_size_bytes",
                "Sizes of the bodies that were published",
                bounds,
                counts,
                (double) sums.channels(ChannelCounters::bytes),
                "protocol",
                PROTOCOL);
    }
}
