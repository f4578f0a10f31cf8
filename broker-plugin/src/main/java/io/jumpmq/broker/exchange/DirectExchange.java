package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.Router;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** To all destinations whose binding key equals the routing key. */
public final class DirectExchange implements ExchangeType {
    @Override
    public String name() {
        return "direct";
    }

    @Override
    public String description() {
        return "AMQP direct exchange";
    }

    @Override
    public Router create(NewExchange exchange) {
        return new DirectRouter();
    }

    private static final class DirectRouter implements Router {
        private final Map<KeyBytes, DestinationCounts> byKey = new ConcurrentHashMap<>();

        @Override
        public void bind(Binding binding) {
            byKey.computeIfAbsent(KeyBytes.of(binding.key()), unused -> new DestinationCounts())
                    .add(binding.destination());
        }

        @Override
        public void unbind(Binding binding) {
            byKey.computeIfPresent(KeyBytes.of(binding.key()), (unused, destinations) -> {
                destinations.remove(binding.destination());
                return destinations.isEmpty() ? null : destinations;
            });
        }

        @Override
        public boolean mayRepeat() {
            return true;
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            DestinationCounts destinations = byKey.get(new KeyBytes(routingKey));
            if (destinations != null) {
                destinations.addTo(found);
            }
        }
    }
}
