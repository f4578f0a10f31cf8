package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;

/** One command of a batch, that of this index, was refused; nothing has changed. */
public final class RefusedCommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final AmqpException reason;

    public RefusedCommandException(int index, AmqpException reason) {
        super(reason.getMessage(), reason, false, false);
        this.index = index;
        this.reason = reason;
    }

    public int index() {
        return index;
    }

    public AmqpException reason() {
        return reason;
    }
}
