package io.jumpmq.broker.catalog;

/** What a binding can lead to. */
public enum DestinationKind {
    QUEUE,
    EXCHANGE
}
