package io.jumpmq.app;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.Destination;
import io.jumpmq.broker.exchange.ExchangeType;
import io.jumpmq.broker.exchange.RouteBuffer;
import io.jumpmq.broker.exchange.Router;
import io.jumpmq.broker.message.Message;
import io.jumpmq.value.FieldTable;

/** A kind of exchange that breaks its promises when it is asked to. */
public final class DefectiveExchange implements ExchangeType {
    static final String NAME = "x-defective";

    /** A key that it cannot even look at. */
    static final String UNDECIDABLE = "undecidable";

    /** A key that it takes, and then cannot bind. */
    static final String INAPPLICABLE = "inapplicable";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Router create(FieldTable arguments) {
        return new Router() {
            @Override
            public void validate(Binding binding) {
                failOn(UNDECIDABLE, binding);
            }

            @Override
            public void bind(Binding binding) {
                failOn(INAPPLICABLE, binding);
            }

            @Override
            public void unbind(Binding binding) {}

            @Override
            public void route(Message message, byte[] routingKey, RouteBuffer<Destination> out) {}
        };
    }

    private static void failOn(String key, Binding binding) {
        if (binding.key().equals(key)) {
            throw new IllegalStateException("a defect on purpose");
        }
    }
}
