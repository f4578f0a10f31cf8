package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Binding;

/** A binding together with the exchange it is one of: two exchanges may have equal bindings. */
record SourcedBinding(ExchangeRecord source, Binding binding) {}
