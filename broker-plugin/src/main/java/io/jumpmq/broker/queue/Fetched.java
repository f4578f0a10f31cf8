package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * What came of a get.
 *
 * @param delivery null: nothing was there
 * @param left how many messages are ready still
 */
public record Fetched(@Nullable Delivery delivery, int left) {}
