package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Destination;

/** A destination that a ring once had, and that is there no more. */
public record Gone(DestinationKind kind, String name) implements Destination {}
