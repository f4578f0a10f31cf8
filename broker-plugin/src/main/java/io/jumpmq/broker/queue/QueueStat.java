package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * How a queue stands at one moment.
 *
 * @param ready messages that wait to be delivered
 * @param dead messages that died and are kept until their dead letters are safe
 * @param headTimestamp when the next message was published, by its publisher's clock, in seconds since 1970; null: nobody
 *     knows
 */
public record QueueStat(
        int ready, int dead, int consumers, @Nullable Long headTimestamp) {}
