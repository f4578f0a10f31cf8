package io.jumpmq.session.amqp091;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.queue.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that waits for its acknowledgement.
 *
 * @param consumer null: it was fetched
 */
record Unacked(
        QueueRecord queue, Delivery delivery, @Nullable ChannelConsumer consumer, long deliveredMillis) {
    /** Whether it was given back for its consumer: what the client still says about it means nothing. */
    boolean isTakenBack() {
        return consumer != null && consumer.isExpelled();
    }
}
