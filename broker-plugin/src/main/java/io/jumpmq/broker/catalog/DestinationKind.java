package io.jumpmq.broker.catalog;

import io.jumpmq.plugin.Destination;

/** What a binding can lead to. */
public enum DestinationKind {
    QUEUE,
    EXCHANGE;

    /** What a destination is, or was. */
    public static DestinationKind of(Destination destination) {
        return destination.isQueue() ? QUEUE : EXCHANGE;
    }
}
