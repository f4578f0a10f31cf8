package io.jumpmq.broker.catalog;

import io.jumpmq.plugin.Destination;

/** A destination that there once was, and that is there no more. */
public record Gone(DestinationKind kind, String name) implements Destination {
    @Override
    public boolean isQueue() {
        return kind == DestinationKind.QUEUE;
    }
}
