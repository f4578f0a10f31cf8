package io.jumpmq.session;

import io.jumpmq.metrics.ChannelCounters;
import java.util.List;

/**
 * A channel, for operators.
 *
 * @param prefetch each new consumer's limit; 0: none
 * @param channelPrefetch the limit of all consumers together; 0: none
 * @param unacknowledged deliveries that wait for their acknowledgement
 * @param unconfirmed messages that wait for their confirm
 * @param uncommitted messages that wait for the transaction's end
 * @param acksUncommitted acknowledgements that do
 */
public record ChannelInfo(
        int number,
        boolean confirms,
        boolean transactional,
        int prefetch,
        int channelPrefetch,
        int unacknowledged,
        int unconfirmed,
        int uncommitted,
        int acksUncommitted,
        ChannelCounters counters,
        List<ConsumerInfo> consumers) {}
