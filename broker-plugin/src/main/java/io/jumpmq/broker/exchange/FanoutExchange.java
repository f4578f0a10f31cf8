package io.jumpmq.broker.exchange;

import io.jumpmq.broker.message.Message;
import io.jumpmq.value.FieldTable;

/** To all destinations. */
public final class FanoutExchange implements ExchangeType {
    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public Router create(FieldTable arguments) {
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
        public void route(Message message, byte[] routingKey, RouteBuffer<Destination> out) {
            destinations.addTo(out);
        }
    }
}
