package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;

/** Nothing can be agreed on now. Whoever asks again later may be lucky. */
public final class NoQuorumException extends AmqpException {
    private static final long serialVersionUID = 1L;

    NoQuorumException(String why) {
        super(ReplyCode.RESOURCE_ERROR, "nothing can be changed for now: " + why + "; try again later");
    }
}
