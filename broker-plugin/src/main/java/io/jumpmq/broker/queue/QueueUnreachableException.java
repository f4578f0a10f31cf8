package io.jumpmq.broker.queue;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;

/** A queue cannot be reached: it is there, but its home does not answer. */
public final class QueueUnreachableException extends AmqpException {
    private static final long serialVersionUID = 1L;

    /** @param queue as people call it */
    public QueueUnreachableException(Object queue) {
        super(ReplyCode.NOT_FOUND, queue + " cannot be reached: its home node does not answer");
    }
}
