package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Destination;

/** What a binding can lead to. */
public enum DestinationKind {
    QUEUE,
    EXCHANGE;

    /** What a destination is, or was. */
    public static DestinationKind of(Destination destination) {
        if (destination instanceof Gone gone) {
            return gone.kind();
        }
        return destination instanceof QueueRecord ? QUEUE : EXCHANGE;
    }
}
