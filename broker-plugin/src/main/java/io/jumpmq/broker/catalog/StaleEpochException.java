package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;

/** A ring was to be changed only at a certain epoch, and has another. */
public final class StaleEpochException extends AmqpException {
    private static final long serialVersionUID = 1L;

    StaleEpochException(ExchangeRecord exchange, long wanted, long epoch) {
        super(
                ReplyCode.PRECONDITION_FAILED,
                "the ring of " + exchange + " is at epoch " + epoch + ", not " + wanted
                        + ": it has changed since you looked");
    }
}
