package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;

/** A consumer's argument {@code x-priority}. */
public final class ConsumerPriority {
    private ConsumerPriority() {}

    /**
     * The priority that these arguments ask for; 0 when they do not.
     *
     * @throws AmqpException when it is no integer
     */
    public static int of(FieldTable arguments, QueueRecord queue) {
        Object priority = arguments.get("x-priority");
        if (!arguments.has("x-priority")) {
            return 0;
        }
        if (!(priority instanceof Number number) || !Inequivalence.isInteger(priority)) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "invalid arg 'x-priority' for " + queue + ": " + QueueArguments.whyNoInteger(priority));
        }
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number.longValue()));
    }
}
