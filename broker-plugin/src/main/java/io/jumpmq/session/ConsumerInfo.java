package io.jumpmq.session;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.value.FieldTable;

/**
 * A consumer, for operators.
 *
 * @param active whether it gets messages now, and does not wait for a single active consumer to leave
 */
public record ConsumerInfo(
        QueueRecord queue,
        String tag,
        boolean noAck,
        boolean exclusive,
        int prefetch,
        boolean active,
        FieldTable arguments) {}
