package io.jumpmq.management;

import io.jumpmq.broker.DeathCounters;
import io.jumpmq.broker.DeathCounters.Strategy;
import io.jumpmq.broker.queue.DeathReason;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.DeliveryCounters;
import java.util.function.ToLongFunction;

/** What has become of messages, by protocol and type of queue: what RabbitMQ calls global counters. */
final class MessageMetrics {
    private static final String PROTOCOL = "amqp091";
    private static final String CLASSIC = "rabbit_classic_queue";
    private static final String QUORUM = "rabbit_quorum_queue";

    private final LoopSums sums;

    MessageMetrics(LoopSums sums) {
        this.sums = sums;
    }

    void addTo(MetricFamilies families) {
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
        families.counter(
                "global_messages_dead_lettered_" + what,
                what.equals("confirmed")
                        ? "Dead letters that are safe, of those that must not get lost"
                        : "Messages dead-lettered, or dropped where that is disabled",
                sums.deaths(of),
                "queue_type",
                quorum ? QUORUM : CLASSIC,
                "dead_letter_strategy",
                strategy.text());
    }

    private void global(MetricFamilies families, String name, String help, ToLongFunction<ChannelCounters> of) {
        families.counter("global_messages_" + name, help, sums.channels(of), "protocol", PROTOCOL);
    }

    private void global(
            MetricFamilies families, boolean quorum, String name, String help, ToLongFunction<DeliveryCounters> of) {
        families.counter(
                "global_messages_" + name,
                help,
                sums.deliveries(quorum, of),
                "protocol",
                PROTOCOL,
                "queue_type",
                quorum ? QUORUM : CLASSIC);
    }
}
