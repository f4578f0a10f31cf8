package io.jumpmq.app;

import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.Router;
import java.util.function.Consumer;

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
    public String description() {
        return "Breaks its promises";
    }

    @Override
    public Router create(NewExchange exchange) {
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
            public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {}
        };
    }

    private static void failOn(String key, Binding binding) {
        if (binding.key().equals(key)) {
            throw new IllegalStateException("a defect on purpose");
        }
    }
}
