package io.jumpmq.session.amqp091;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Looks for deliveries of one channel that wait too long for their acknowledgement. */
final class AcknowledgementTimeouts {
    private static final long LOOK_MILLIS = 60_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final ChannelMachine channel;
    private final OpenConnection connection;
    private final UnackedDeliveries<Unacked> unacked;
    private long nextLookMillis = NEVER;

    AcknowledgementTimeouts(ChannelMachine channel, OpenConnection connection, UnackedDeliveries<Unacked> unacked) {
        this.channel = channel;
        this.connection = connection;
        this.unacked = unacked;
    }

    /** A queue's message begins to wait. */
    void delivered(QueueRecord queue, long nowMillis) {
        nextLookMillis = Math.min(nextLookMillis, Math.min(nowMillis + LOOK_MILLIS, due(nowMillis, queue)));
    }

    private long due(long deliveredMillis, QueueRecord queue) {
        long timeout = timeoutMillis(queue);
        return timeout == 0 ? NEVER : deliveredMillis + timeout;
    }

    private long timeoutMillis(QueueRecord queue) {
        return queue.settings()
                .consumerTimeoutMillis()
                .orElse(connection.context().settings().consumerTimeoutMillis());
    }

    /** Looks if it is time to; now and then for all, as a policy may have changed. */
    void onTick(long nowMillis) {
        if (nowMillis < nextLookMillis) {
            return;
        }
        nextLookMillis = unacked.size() == 0 ? NEVER : nowMillis + LOOK_MILLIS;
        Map<Long, Unacked> late = new LinkedHashMap<>();
        unacked.forEach((tag, delivery) -> {
            long due = delivery.isTakenBack() ? NEVER : due(delivery.deliveredMillis(), delivery.queue());
            if (due <= nowMillis) {
                late.put(tag, delivery);
            }
            nextLookMillis = Math.min(nextLookMillis, Math.max(due, nowMillis + 1));
        });
        late.forEach(this::timeOut);
    }

    /** As RabbitMQ: the whole channel ends, but of a quorum queue's consumers that one alone. */
    private void timeOut(long tag, Unacked delivery) {
        if (!channel.isOpen() || delivery.isTakenBack()) {
            return;
        }
        ChannelConsumer consumer = delivery.consumer();
        long timeout = timeoutMillis(delivery.queue());
        connection.context().broker().events().count(NodeCounters.Event.CONSUMER_TIMED_OUT);
        connection
                .context()
                .listener()
                .channelFailed(
                        channel.number(),
                        (consumer == null ? "a message fetched" : "consumer '" + consumer.tag() + "'") + " from "
                                + delivery.queue() + " has not been acknowledged within " + timeout
                                + " ms (delivery tag " + tag
                                + "); consumer_timeout, or the queue's x-consumer-timeout, allows more");
        if (consumer != null
                && delivery.queue().settings().quorum()
                && connection.wantsCancels()
                && !(channel.mode() instanceof TransactionMode)) {
            channel.consuming().expel(consumer);
            return;
        }
        connection.during(0);
        connection.fail(
                channel.number(),
                new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "delivery acknowledgement on channel " + channel.number()
                                + " timed out. Timeout value used: " + timeout
                                + " ms. This timeout value can be configured, see consumers doc guide to learn"
                                + " more"));
    }
}
