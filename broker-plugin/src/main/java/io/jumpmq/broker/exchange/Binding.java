package io.jumpmq.broker.exchange;

import io.jumpmq.value.FieldTable;

/** One binding of an exchange. Two are the same when all three are equal. */
public record Binding(Destination destination, String key, FieldTable arguments) {}
