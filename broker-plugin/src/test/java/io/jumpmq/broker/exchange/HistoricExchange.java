package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.DestinationNames;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.RefusedException;
import io.jumpmq.plugin.Router;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A type whose state depends on its history: the last takes the place of who goes, and all are counted that ever came. */
public final class HistoricExchange implements ExchangeType {
    public static final String NAME = "x-historic";

    /** What an argument, a binding's key or a routing key must be to have it fail. */
    public static final String DEFECT = "defect";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Depends on its history";
    }

    @Override
    public Router create(NewExchange exchange) {
        if (exchange.arguments().containsKey("refuse")) {
            throw new RefusedException("x-historic refuses " + exchange.name());
        }
        failOn(exchange.arguments().containsKey(DEFECT));
        return new HistoricRouter();
    }

    private static void failOn(boolean asked) {
        if (asked) {
            throw new IllegalStateException("a defect on purpose");
        }
    }

    private static final class HistoricRouter implements Router {
        private record Entry(Destination destination, String key) {}

        private volatile List<Entry> entries = List.of();
        private int bound;

        @Override
        public void validate(Binding binding) {
            failOn(binding.key().equals(DEFECT));
        }

        @Override
        public void bind(Binding binding) {
            List<Entry> more = new ArrayList<>(entries);
            more.add(new Entry(binding.destination(), binding.key()));
            entries = more;
            bound++;
        }

        @Override
        public void unbind(Binding binding) {
            List<Entry> fewer = new ArrayList<>(entries);
            int at = fewer.indexOf(new Entry(binding.destination(), binding.key()));
            Entry last = fewer.remove(fewer.size() - 1);
            if (at < fewer.size()) {
                fewer.set(at, last);
            }
            entries = fewer;
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            failOn(new String(routingKey, UTF_8).equals(DEFECT));
            entries.forEach(entry -> found.accept(entry.destination));
        }

        @Override
        public byte[] snapshot(DestinationNames names) {
            return (bound
                            + entries.stream()
                                    .map(entry -> "\n" + names.write(entry.destination) + "\t" + entry.key)
                                    .collect(Collectors.joining()))
                    .getBytes(UTF_8);
        }

        @Override
        public void restore(byte[] snapshot, DestinationNames names) {
            String[] lines = new String(snapshot, UTF_8).split("\n", -1);
            bound = Integer.parseInt(lines[0]);
            entries = Arrays.stream(lines)
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .map(parts -> new Entry(names.read(parts[0]), parts[1]))
                    .toList();
        }
    }
}
