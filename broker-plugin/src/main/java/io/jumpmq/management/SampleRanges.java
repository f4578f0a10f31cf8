package io.jumpmq.management;

import org.jspecify.annotations.Nullable;

/**
 * The samples that a request wants.
 *
 * @param lengths of the numbers of messages in queues
 * @param messages of what is published, delivered and so on
 * @param octets of what goes through sockets
 */
record SampleRanges(
        @Nullable SampleRange lengths,
        @Nullable SampleRange messages,
        @Nullable SampleRange octets) {

    static SampleRanges of(Call call) {
        return new SampleRanges(
                SampleRange.of(call, "lengths"), SampleRange.of(call, "msg_rates"), SampleRange.of(call, "data_rates"));
    }
}
