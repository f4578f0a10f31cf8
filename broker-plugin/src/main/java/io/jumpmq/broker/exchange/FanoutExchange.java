package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.Router;
import java.util.function.Consumer;

/** To all destinations. */
public final class FanoutExchange implements ExchangeType {
    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public String description() {
        return "AMQP fanout exchange";
    }

    @Override
    public Router create(NewExchange exchange) {
        return new FanoutRouter();
    }

    private static final class FanoutRouter implements Router {
        private final DestinationCounts destinations = new DestinationCounts();

        @Override
        public void bind(Binding binding) {
            destinations.add(binding.destination());
        }

        @Override
        public void unbind(Binding binding) {
            destinations.remove(binding.destination());
        }

        @Override
        public boolean mayRepeat() {
            return true;
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            destinations.addTo(found);
        }
    }
}
