package io.jumpmq.broker.queue;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one queue, worked out from its arguments and the policies that apply to it.
 *
 * @param quorum whether it follows a quorum queue's rules: delivery counts, no priorities
 * @param autoDelete goes away with its last consumer
 * @param messageTtlMillis how long a message may wait; 0 means that it must be delivered at once
 * @param expiresMillis how long the queue may stay unused before it goes away
 * @param maxLength most ready messages
 * @param maxLengthBytes most ready bytes, bodies only
 * @param overflow what happens beyond them
 * @param deadLetterExchange where messages go that are rejected, expire or are pushed out; null: nowhere
 * @param deadLetterRoutingKey null: they keep their own
 * @param deadLettersAtLeastOnce whether messages are kept until their dead letters are safe; else a dead letter that a
 *     queue refuses, or that leads nowhere, is lost
 * @param maxPriority 0: none; else priorities 0 to this
 * @param deliveryLimit how often a message may come back before it is dead-lettered
 * @param consumerTimeoutMillis how long a consumer may take to acknowledge a delivery; empty: as long as the server says,
 *     0: for ever
 */
public record QueueSettings(
        boolean quorum,
        boolean durable,
        boolean autoDelete,
        OptionalLong messageTtlMillis,
        OptionalLong expiresMillis,
        OptionalLong maxLength,
        OptionalLong maxLengthBytes,
        Overflow overflow,
        @Nullable String deadLetterExchange,
        @Nullable String deadLetterRoutingKey,
        boolean deadLettersAtLeastOnce,
        int maxPriority,
        OptionalInt deliveryLimit,
        boolean singleActiveConsumer,
        OptionalLong consumerTimeoutMillis) {

    /** What is dropped or refused when a queue is full. */
    public enum Overflow {
        /** The oldest messages. */
        DROP_HEAD,
        /** The new message; its publisher gets a nack. */
        REJECT_PUBLISH,
        /** As {@link #REJECT_PUBLISH}, and the new message is dead-lettered. */
        REJECT_PUBLISH_DLX
    }

    /** A classic queue without any special rule. */
    public static QueueSettings plain(boolean durable, boolean autoDelete) {
        return new QueueSettings(
                false,
                durable,
                autoDelete,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Overflow.DROP_HEAD,
                null,
                null,
                false,
                0,
                OptionalInt.empty(),
                false,
                OptionalLong.empty());
    }
}
