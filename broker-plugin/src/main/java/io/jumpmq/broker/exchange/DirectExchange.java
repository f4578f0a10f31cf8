package io.jumpmq.broker.exchange;

import io.jumpmq.broker.message.Message;
import io.jumpmq.value.FieldTable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** To all destinations whose binding key equals the routing key. */
public final class DirectExchange implements ExchangeType {
    @Override
    public String name() {
        return "direct";
    }

    @Override
    public Router create(FieldTable arguments) {
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
        public void route(Message message, byte[] routingKey, RouteBuffer<Destination> out) {
            DestinationCounts destinations = byKey.get(new KeyBytes(routingKey));
            if (destinations != null) {
                destinations.addTo(out);
            }
        }
    }
}
