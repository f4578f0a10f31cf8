package io.jumpmq.management;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.Connections;
import io.jumpmq.session.ConsumerInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code /connections}, {@code /channels}, {@code /consumers}. Users without the monitoring tag see their own only. */
final class ConnectionResources {
    private final Node node;
    private final Statistics statistics;

    ConnectionResources(Node node, Statistics statistics) {
        this.node = node;
        this.statistics = statistics;
    }

    /** A channel and the connection that it is one of. */
    private record Channel(ConnectionInfo connection, ChannelInfo channel) {
        String name() {
            return connection.name() + " (" + channel.number() + ")";
        }
    }

    private record Consumer(Channel channel, ConsumerInfo consumer) {}

    void addTo(Routes routes) {
        routes.get("/connections", call -> connections(call, connection -> true))
                .get("/vhosts/{vhost}/connections", call -> {
                    String vhost = call.visibleVhost().name();
                    return connections(call, connection -> connection.vhost().equals(vhost));
                })
                .get(
                        "/connections/username/{user}",
                        call -> connections(
                                call, connection -> connection.user().equals(call.at("user"))))
                .delete("/connections/username/{user}", this::closeAllOf)
                .get("/connections/{name}", call -> Listing.of(call, connection(one(call), SampleRanges.of(call))))
                .delete("/connections/{name}", this::close)
                .get("/connections/{name}/channels", call -> channels(call, channelsOf(one(call))))
                .get("/channels", call -> channels(call, channels(call)))
                .get("/vhosts/{vhost}/channels", call -> {
                    String vhost = call.visibleVhost().name();
                    return channels(
                            call,
                            channels(call).stream()
                                    .filter(channel ->
                                            channel.connection.vhost().equals(vhost))
                                    .toList());
                })
                .get("/channels/{name}", this::oneChannel)
                .get("/consumers", call -> consumers(call, consumer -> true))
                .get("/consumers/{vhost}", call -> {
                    String vhost = call.visibleVhost().name();
                    return consumers(call, consumer -> consumer.queue().vhost().equals(vhost));
                });
    }

    private List<ConnectionInfo> visible(Call call) {
        return statistics.connections().stream()
                .filter(connection ->
                        call.isMonitor() || connection.user().equals(call.user().name()))
                .toList();
    }

    private Answer connections(Call call, Predicate<ConnectionInfo> which) {
        SampleRanges ranges = SampleRanges.of(call);
        return Listing.found(
                call,
                visible(call).stream().filter(which).toList(),
                ConnectionInfo::name,
                connection -> names(connection, connection.name()),
                item -> connection(item, ranges));
    }

    /** What one looks for something by: names of its own, and what its client calls itself. */
    private static List<String> names(ConnectionInfo connection, String... own) {
        List<String> names = new ArrayList<>(List.of(own));
        if (connection.clientName() != null) {
            names.add(connection.clientName());
        }
        return names;
    }

    private ConnectionInfo one(Call call) {
        return visible(call).stream()
                .filter(connection -> connection.name().equals(call.at("name")))
                .findFirst()
                .orElseThrow(HttpError::notFound);
    }

    private static List<Channel> channelsOf(ConnectionInfo connection) {
        return connection.channels().stream()
                .map(channel -> new Channel(connection, channel))
                .toList();
    }

    private List<Channel> channels(Call call) {
        return visible(call).stream()
                .flatMap(connection -> channelsOf(connection).stream())
                .toList();
    }

    private Answer channels(Call call, List<Channel> channels) {
        SampleRanges ranges = SampleRanges.of(call);
        return Listing.found(
                call,
                channels,
                Channel::name,
                channel -> names(channel.connection, channel.name()),
                item -> channel(item, ranges));
    }

    private Answer oneChannel(Call call) {
        Channel found = channels(call).stream()
                .filter(channel -> channel.name().equals(call.at("name")))
                .findFirst()
                .orElseThrow(HttpError::notFound);
        Map<String, @Nullable Object> map = channel(found, SampleRanges.of(call));
        map.put(
                "consumer_details",
                found.channel.consumers().stream()
                        .map(consumer -> consumer(new Consumer(found, consumer)))
                        .toList());
        return Listing.of(call, map);
    }

    private Answer consumers(Call call, Predicate<ConsumerInfo> which) {
        List<Consumer> all = new ArrayList<>();
        for (ConnectionInfo connection : statistics.connections()) {
            VirtualHost vhost = node.broker().catalog().vhost(connection.vhost());
            if (vhost != null && call.sees(vhost)) {
                channelsOf(connection)
                        .forEach(channel -> channel.channel.consumers().stream()
                                .filter(which)
                                .forEach(consumer -> all.add(new Consumer(channel, consumer))));
            }
        }
        return Listing.found(
                call,
                all,
                consumer -> consumer.consumer.tag(),
                consumer -> names(
                        consumer.channel.connection,
                        consumer.consumer.tag(),
                        consumer.channel.name(),
                        consumer.consumer.queue().name()),
                ConnectionResources::consumer);
    }

    /** The consumers of one queue, for its page. */
    static List<Map<String, @Nullable Object>> consumersOf(QueueRecord queue, List<ConnectionInfo> connections) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (ConnectionInfo connection : connections) {
            for (Channel channel : channelsOf(connection)) {
                for (ConsumerInfo consumer : channel.channel.consumers()) {
                    if (consumer.queue() == queue) {
                        all.add(consumer(new Consumer(channel, consumer)));
                    }
                }
            }
        }
        return all;
    }

    private Answer close(Call call) {
        ConnectionInfo connection = one(call);
        shutDown(other -> other.id().equals(connection.id()), call);
        return Answer.done();
    }

    private Answer closeAllOf(Call call) {
        call.requireAdministrator();
        shutDown(connection -> connection.user().equals(call.at("user")), call);
        return Answer.done();
    }

    /** Its client is told why, as far as a reply text has room. */
    private void shutDown(Predicate<ConnectionInfo> which, Call call) {
        String given = call.header("X-Reason");
        String reason = given == null ? "Closed via management plugin" : given;
        for (Connections.Live live : node.connections().all()) {
            live.loop()
                    .submit(
                            (Connections.Live asked) -> {
                                ConnectionInfo info = asked.describe();
                                if (info != null && which.test(info)) {
                                    asked.shutDown(reason);
                                }
                            },
                            live);
        }
    }

    private Map<String, @Nullable Object> connection(ConnectionInfo connection, SampleRanges ranges) {
        ConnectionInfo.Socket socket = connection.socket();
        boolean tls = !socket.tls().isEmpty();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", connection.name());
        map.put("vhost", connection.vhost());
        map.put("user", connection.user());
        map.put("user_who_performed_action", connection.user());
        map.put("node", node.name());
        map.put("type", "network");
        map.put("protocol", "AMQP 0-9-1");
        map.put("state", connection.state().toString());
        map.put("auth_mechanism", connection.mechanism());
        map.put("connected_at", connection.connectedAtMillis());
        map.put("channels", connection.channels().size());
        map.put("channel_max", connection.channelMax());
        map.put("frame_max", connection.frameMaxBytes());
        map.put("timeout", connection.heartbeatSeconds());
        map.put("client_properties", Json.of(connection.clientProperties()));
        addClientName(map, connection);
        map.put("peer_host", socket.peer().getAddress().getHostAddress());
        map.put("peer_port", socket.peer().getPort());
        map.put("host", socket.local().getAddress().getHostAddress());
        map.put("port", socket.local().getPort());
        map.put("ssl", tls);
        map.put("ssl_protocol", tls ? socket.tls().get(0) : null);
        map.put("ssl_cipher", tls ? socket.tls().get(1) : null);
        map.put("ssl_hash", null);
        map.put("ssl_key_exchange", null);
        map.put("peer_cert_subject", null);
        map.put("peer_cert_issuer", null);
        map.put("peer_cert_validity", null);
        map.put("recv_cnt", socket.reads());
        map.put("send_cnt", socket.writes());
        map.put("send_pend", 0);
        statistics.describeOctets(map, connection, ranges);
        return map;
    }

    private Map<String, @Nullable Object> channel(Channel one, SampleRanges ranges) {
        ConnectionInfo connection = one.connection;
        ChannelInfo channel = one.channel;
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", one.name());
        map.put("number", channel.number());
        map.put("vhost", connection.vhost());
        map.put("user", connection.user());
        map.put("user_who_performed_action", connection.user());
        map.put("node", node.name());
        map.put("state", connection.state() == ConnectionInfo.State.FLOW ? "flow" : "running");
        map.put("confirm", channel.confirms());
        map.put("transactional", channel.transactional());
        map.put("prefetch_count", channel.prefetch());
        map.put("global_prefetch_count", channel.channelPrefetch());
        map.put("consumer_count", channel.consumers().size());
        map.put("messages_unacknowledged", channel.unacknowledged());
        map.put("messages_unconfirmed", channel.unconfirmed());
        map.put("messages_uncommitted", channel.uncommitted());
        map.put("acks_uncommitted", channel.acksUncommitted());
        map.put("connection_details", details(connection));
        Long idleSince = statistics.idleSince(channel.counters());
        if (idleSince != null) {
            map.put("idle_since", Documents.time(idleSince));
        }
        map.put("message_stats", statistics.describe(channel.counters(), ranges));
        return map;
    }

    private static Map<String, @Nullable Object> details(ConnectionInfo connection) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", connection.name());
        map.put("peer_host", connection.socket().peer().getAddress().getHostAddress());
        map.put("peer_port", connection.socket().peer().getPort());
        addClientName(map, connection);
        return map;
    }

    private static void addClientName(Map<String, @Nullable Object> map, ConnectionInfo connection) {
        if (connection.clientName() != null) {
            map.put("user_provided_name", connection.clientName());
        }
    }

    private static Map<String, @Nullable Object> consumer(Consumer one) {
        ConsumerInfo consumer = one.consumer;
        ConnectionInfo connection = one.channel.connection;
        Map<String, @Nullable Object> channel = new LinkedHashMap<>();
        channel.put("name", one.channel.name());
        channel.put("number", one.channel.channel.number());
        channel.put("user", connection.user());
        channel.put("connection_name", connection.name());
        channel.put("peer_host", connection.socket().peer().getAddress().getHostAddress());
        channel.put("peer_port", connection.socket().peer().getPort());
        addClientName(channel, connection);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("consumer_tag", consumer.tag());
        map.put(
                "queue",
                Map.of(
                        "name",
                        consumer.queue().name(),
                        "vhost",
                        consumer.queue().vhost()));
        map.put("ack_required", !consumer.noAck());
        map.put("exclusive", consumer.exclusive());
        map.put("prefetch_count", consumer.prefetch());
        map.put("active", consumer.active());
        map.put("activity_status", consumer.active() ? "up" : "waiting");
        map.put("arguments", Json.of(consumer.arguments()));
        map.put("channel_details", channel);
        return map;
    }
}
