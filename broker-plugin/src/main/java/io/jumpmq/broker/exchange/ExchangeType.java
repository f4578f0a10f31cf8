package io.jumpmq.broker.exchange;

import io.jumpmq.value.FieldTable;

/** A kind of exchange, found by {@link java.util.ServiceLoader}. */
public interface ExchangeType {
    /** As clients ask for it. */
    String name();

    /**
     * The router of a new exchange.
     *
     * @throws io.jumpmq.value.AmqpException when the arguments make no sense to this type
     */
    Router create(FieldTable arguments);
}
