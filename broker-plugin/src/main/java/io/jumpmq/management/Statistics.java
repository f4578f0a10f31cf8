package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.QueueCounters;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.DeliveryCounters;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.metrics.StoreFigures;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.Connections;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the node counts, sampled every few seconds. */
final class Statistics {
    static final int SAMPLE_SECONDS = 5;

    /** An hour. */
    private static final int SAMPLES_KEPT = 720;

    /** Those of single objects take at most this part of the heap. */
    private static final int HISTORIES_OF_HEAP = 64;

    /** What is counted for the node, a virtual host, a channel, in this order. */
    static final List<String> MESSAGES = List.of(
            "publish",
            "confirm",
            "return_unroutable",
            "drop_unroutable",
            "get",
            "get_no_ack",
            "deliver",
            "deliver_no_ack",
            "redeliver",
            "ack",
            "deliver_get",
            "get_empty");

    /** What is counted for the node beside that. */
    private static final List<String> DISK = List.of("disk_reads", "disk_writes");

    static final List<String> QUEUE_MESSAGES = List.of(
            "publish",
            "get",
            "get_no_ack",
            "deliver",
            "deliver_no_ack",
            "redeliver",
            "ack",
            "deliver_get",
            "get_empty");

    static final List<String> DEPTHS = List.of("messages", "messages_ready", "messages_unacknowledged");
    static final List<String> EXCHANGE_MESSAGES = List.of("publish_in", "publish_out");
    static final List<String> CHURN = List.of(
            "channel_closed",
            "channel_created",
            "connection_closed",
            "connection_created",
            "queue_created",
            "queue_declared",
            "queue_deleted");
    static final List<String> OCTETS = List.of("recv_oct", "send_oct");

    private enum Of {
        NODE,
        DEPTHS,
        CHURN,
        OCTETS,
        DISK,
        LEVELS,
        COUNTS
    }

    /** One thing seen from one side. */
    private record Key(Object what, Of side) {}

    private final Node node;
    private final Rates rates = new Rates();
    private final Histories histories = new Histories(Runtime.getRuntime().maxMemory() / HISTORIES_OF_HEAP);
    private final History messages = new History(MESSAGES.size(), SAMPLES_KEPT);
    private final History depths = new History(DEPTHS.size(), SAMPLES_KEPT);
    private final History disk = new History(DISK.size(), SAMPLES_KEPT);
    private final History levels = new History(NodeFigures.LEVELS.size(), SAMPLES_KEPT);
    private final History counts = new History(NodeFigures.COUNTS.size(), SAMPLES_KEPT);

    Statistics(Node node) {
        this.node = node;
    }

    /** Takes a sample. By one thread at a time. */
    void sample(long nowMillis) {
        Broker broker = node.broker();
        Rates.Sample sample = rates.sample(nowMillis);
        long[] all = messages();
        long[] depth = new long[DEPTHS.size()];
        for (VirtualHost vhost : broker.catalog().vhosts()) {
            long[] inVhost = new long[DEPTHS.size()];
            for (QueueRecord queue : vhost.queues()) {
                QueueFigures figures = queue.port().figures();
                note(sample, nowMillis, queue, ofQueue(figures.counters()));
                long[] ofQueue = depths(figures);
                noteLevels(sample, nowMillis, new Key(queue.id(), Of.DEPTHS), ofQueue);
                add(inVhost, ofQueue);
            }
            for (ExchangeRecord exchange : vhost.exchanges()) {
                note(
                        sample,
                        nowMillis,
                        exchange,
                        exchange.counters().in(),
                        exchange.counters().out());
            }
            noteLevels(sample, nowMillis, new Key(vhost.name(), Of.DEPTHS), inVhost);
            add(depth, inVhost);
        }
        Map<String, long[]> vhostMessages = new LinkedHashMap<>();
        Map<String, long[]> vhostOctets = new LinkedHashMap<>();
        for (ConnectionInfo connection : connections()) {
            long[] octets = {
                connection.socket().receivedBytes(), connection.socket().sentBytes()
            };
            note(sample, nowMillis, new Key(connection.id(), Of.OCTETS), octets);
            add(vhostOctets.computeIfAbsent(connection.vhost(), unused -> new long[octets.length]), octets);
            for (ChannelInfo channel : connection.channels()) {
                long[] ofChannel = of(channel.counters());
                note(sample, nowMillis, channel.counters(), ofChannel);
                add(vhostMessages.computeIfAbsent(connection.vhost(), unused -> new long[ofChannel.length]), ofChannel);
            }
        }
        vhostMessages.forEach((vhost, values) -> note(sample, nowMillis, new Key(vhost, Of.NODE), values));
        vhostOctets.forEach((vhost, values) -> note(sample, nowMillis, new Key(vhost, Of.OCTETS), values));
        sample.add(Of.NODE, all);
        sample.addLevels(Of.DEPTHS, depth);
        sample.add(Of.CHURN, churn());
        StoreFigures store = broker.storeFigures();
        sample.add(Of.DISK, disk(store));
        sample.add(Of.COUNTS, NodeFigures.counts(store));
        long[] level = NodeFigures.levels(node);
        sample.addLevels(Of.LEVELS, level);
        sample.done();
        histories.retain(sample.keys());
        messages.add(nowMillis, all);
        depths.add(nowMillis, depth);
        disk.add(nowMillis, disk(store));
        levels.add(nowMillis, level);
        counts.add(nowMillis, NodeFigures.counts(store));
    }

    private void note(Rates.Sample sample, long nowMillis, Object key, long... values) {
        sample.add(key, values);
        histories.add(key, nowMillis, values);
    }

    private void noteLevels(Rates.Sample sample, long nowMillis, Object key, long... values) {
        sample.addLevels(key, values);
        histories.add(key, nowMillis, values);
    }

    private static void add(long[] sum, long[] values) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }

    // What is counted, at this moment.

    /** All open connections. */
    List<ConnectionInfo> connections() {
        return onTheirLoops(node.connections().all(), Connections.Live::loop, Connections.Live::describe);
    }

    /** When the heads of these queues were published, in seconds since 1970, by the queues' ids; of those that tell. */
    Map<Long, Long> headTimestamps(List<QueueRecord> queues) {
        Map<Long, Long> timestamps = new HashMap<>();
        Call.await(new OperatorChannel(node.broker()).stat(queues)).forEach((id, stat) -> {
            Long timestamp = stat.headTimestamp();
            if (timestamp != null) {
                timestamps.put(id, timestamp);
            }
        });
        return timestamps;
    }

    /** Asks each thing something on its loop, a loop once for all of its things; the answers that are not null. */
    private static <T, R> List<R> onTheirLoops(
            Collection<T> things, Function<T, Loop> loop, Function<T, @Nullable R> question) {
        Map<Loop, List<T>> byLoop = new LinkedHashMap<>();
        things.forEach(thing -> byLoop.computeIfAbsent(loop.apply(thing), unused -> new ArrayList<>())
                .add(thing));
        List<CompletableFuture<List<R>>> answers = new ArrayList<>();
        byLoop.forEach((asked, its) -> {
            CompletableFuture<List<R>> answer = new CompletableFuture<>();
            answers.add(answer);
            asked.submit(
                    (List<T> all) -> {
                        try {
                            answer.complete(answers(all, question));
                        } catch (RuntimeException | Error e) {
                            answer.completeExceptionally(e);
                        }
                    },
                    its);
        });
        List<R> all = new ArrayList<>();
        answers.forEach(answer -> all.addAll(Call.await(answer)));
        return all;
    }

    private static <T, R> List<R> answers(List<T> things, Function<T, @Nullable R> question) {
        List<R> told = new ArrayList<>();
        for (T thing : things) {
            R one = question.apply(thing);
            if (one != null) {
                told.add(one);
            }
        }
        return told;
    }

    /** What all channels have done. */
    private long[] messages() {
        long[] all = new long[MESSAGES.size()];
        for (Loop loop : node.broker().loops()) {
            add(all, of(node.broker().counters(loop)));
        }
        return all;
    }

    private static long[] of(ChannelCounters counters) {
        DeliveryCounters classic = counters.of(false);
        DeliveryCounters quorum = counters.of(true);
        long get = classic.got() + quorum.got();
        long getNoAck = classic.gotNoAck() + quorum.gotNoAck();
        long deliver = classic.delivered() + quorum.delivered();
        long deliverNoAck = classic.deliveredNoAck() + quorum.deliveredNoAck();
        return new long[] {
            counters.published(),
            counters.confirmed(),
            counters.returned(),
            counters.dropped(),
            get,
            getNoAck,
            deliver,
            deliverNoAck,
            classic.redelivered() + quorum.redelivered(),
            classic.acknowledgements() + quorum.acknowledgements(),
            get + getNoAck + deliver + deliverNoAck,
            classic.getEmpty() + quorum.getEmpty()
        };
    }

    private static long[] ofQueue(QueueCounters counters) {
        return new long[] {
            counters.published(),
            counters.got(),
            counters.gotNoAck(),
            counters.delivered(),
            counters.deliveredNoAck(),
            counters.redelivered(),
            counters.acknowledged(),
            counters.got() + counters.gotNoAck() + counters.delivered() + counters.deliveredNoAck(),
            counters.getEmpty()
        };
    }

    private static long[] depths(QueueFigures figures) {
        return new long[] {(long) figures.ready() + figures.unacknowledged(), figures.ready(), figures.unacknowledged()
        };
    }

    private long[] churn() {
        long closed = 0;
        long opened = 0;
        for (Loop loop : node.broker().loops()) {
            closed += node.broker().counters(loop).channelsClosed();
            opened += node.broker().counters(loop).channelsOpened();
        }
        NodeCounters events = node.broker().events();
        return new long[] {
            closed,
            opened,
            events.of(NodeCounters.Event.CONNECTION_CLOSED),
            events.of(NodeCounters.Event.CONNECTION_OPENED),
            events.of(NodeCounters.Event.QUEUE_CREATED),
            events.of(NodeCounters.Event.QUEUE_DECLARED),
            events.of(NodeCounters.Event.QUEUE_DELETED)
        };
    }

    private static long[] disk(StoreFigures store) {
        return new long[] {store.messages().read(), NodeFigures.written(store)};
    }

    private long[] nodeDepths() {
        long[] depth = new long[DEPTHS.size()];
        node.broker().catalog().vhosts().forEach(vhost -> add(depth, depths(vhost)));
        return depth;
    }

    private static long[] depths(VirtualHost vhost) {
        long[] depth = new long[DEPTHS.size()];
        vhost.queues().forEach(queue -> add(depth, depths(queue.port().figures())));
        return depth;
    }

    // As documents.

    Map<String, @Nullable Object> describeNode(Call call) {
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        rates.describe(stats, Of.NODE, MESSAGES, messages());
        messages.describe(stats, MESSAGES, call.query("msg_rates_age"), call.query("msg_rates_incr"));
        rates.describe(stats, Of.DISK, DISK, disk(node.broker().storeFigures()));
        disk.describe(stats, DISK, call.query("msg_rates_age"), call.query("msg_rates_incr"));
        return stats;
    }

    /** What the node takes of its machine, and has done with its disk. */
    void describeFigures(Map<String, @Nullable Object> document, Call call) {
        StoreFigures store = node.broker().storeFigures();
        rates.describe(document, Of.LEVELS, NodeFigures.LEVELS, NodeFigures.levels(node));
        rates.describe(document, Of.COUNTS, NodeFigures.COUNTS, NodeFigures.counts(store));
        String age = call.query("node_stats_age");
        String increment = call.query("node_stats_incr");
        levels.describe(document, NodeFigures.LEVELS, age, increment);
        counts.describe(document, NodeFigures.COUNTS, age, increment);
        NodeFigures.describeTimes(document, store.disk());
    }

    Map<String, @Nullable Object> describeDepths(Call call) {
        Map<String, @Nullable Object> totals = new LinkedHashMap<>();
        rates.describe(totals, Of.DEPTHS, DEPTHS, nodeDepths());
        depths.describe(totals, DEPTHS, call.query("lengths_age"), call.query("lengths_incr"));
        return totals;
    }

    Map<String, @Nullable Object> describeChurn() {
        Map<String, @Nullable Object> churn = new LinkedHashMap<>();
        rates.describe(churn, Of.CHURN, CHURN, churn());
        return churn;
    }

    /** A virtual host's depths, and what its open channels have done. */
    void describe(
            Map<String, @Nullable Object> document,
            VirtualHost vhost,
            List<ConnectionInfo> connections,
            SampleRanges ranges) {
        describe(document, new Key(vhost.name(), Of.DEPTHS), DEPTHS, ranges.lengths(), depths(vhost));
        long[] octets = new long[OCTETS.size()];
        long[] sum = new long[MESSAGES.size()];
        for (ConnectionInfo connection : connections) {
            if (connection.vhost().equals(vhost.name())) {
                octets[0] += connection.socket().receivedBytes();
                octets[1] += connection.socket().sentBytes();
                connection.channels().forEach(channel -> add(sum, of(channel.counters())));
            }
        }
        describe(document, new Key(vhost.name(), Of.OCTETS), OCTETS, ranges.octets(), octets);
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        describe(stats, new Key(vhost.name(), Of.NODE), MESSAGES, ranges.messages(), sum);
        document.put("message_stats", stats);
    }

    void describe(
            Map<String, @Nullable Object> document, QueueRecord queue, QueueFigures figures, SampleRanges ranges) {
        describe(document, new Key(queue.id(), Of.DEPTHS), DEPTHS, ranges.lengths(), depths(figures));
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        describe(stats, queue, QUEUE_MESSAGES, ranges.messages(), ofQueue(figures.counters()));
        document.put("message_stats", stats);
    }

    /** Since when nothing has come into a queue, left it or changed its place there; null while something does. */
    @Nullable Long idleSince(QueueRecord queue) {
        Long counts = rates.idleSince(queue);
        Long depth = rates.idleSince(new Key(queue.id(), Of.DEPTHS));
        return counts == null || depth == null ? null : Long.valueOf(Math.max(counts, depth));
    }

    /** Since when a channel has neither published nor got nor acknowledged anything; null while it does. */
    @Nullable Long idleSince(ChannelCounters channel) {
        return rates.idleSince(channel);
    }

    /** Numbers with their rates, and with their samples if these are wanted. */
    private void describe(
            Map<String, @Nullable Object> document,
            Object key,
            List<String> names,
            @Nullable SampleRange range,
            long... values) {
        rates.describe(document, key, names, values);
        histories.describe(document, key, names, range);
    }

    Map<String, @Nullable Object> describe(ExchangeRecord exchange, SampleRanges ranges) {
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        describe(
                stats,
                exchange,
                EXCHANGE_MESSAGES,
                ranges.messages(),
                exchange.counters().in(),
                exchange.counters().out());
        return stats;
    }

    Map<String, @Nullable Object> describe(ChannelCounters channel, SampleRanges ranges) {
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        describe(stats, channel, MESSAGES, ranges.messages(), of(channel));
        return stats;
    }

    void describeOctets(Map<String, @Nullable Object> document, ConnectionInfo connection, SampleRanges ranges) {
        describe(
                document,
                new Key(connection.id(), Of.OCTETS),
                OCTETS,
                ranges.octets(),
                connection.socket().receivedBytes(),
                connection.socket().sentBytes());
    }
}
