package io.jumpmq.broker.catalog;

/** What runs a queue, which the catalog only keeps for others. */
public interface QueueHandle {}
