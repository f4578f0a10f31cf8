package io.jumpmq.broker.exchange;

/** Where a binding leads: a queue or another exchange. Compared by identity. */
public interface Destination {}
