package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.Destination;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What goes when something goes: bindings with their ends, auto-delete exchanges with their last binding. */
final class Removal {
    private final List<Change> changes = new ArrayList<>();
    private final Set<SourcedBinding> removed = new HashSet<>();
    private final Map<ExchangeRecord, Integer> removedFrom = new HashMap<>();
    private final Set<ExchangeRecord> deleted = new HashSet<>();

    Removal queue(QueueRecord queue) {
        queue.incoming.forEach(incoming -> binding(incoming.source(), incoming.binding()));
        changes.add(new Change.QueueDeleted(queue.vhost(), queue.name()));
        return this;
    }

    Removal exchange(ExchangeRecord exchange) {
        if (deleted.add(exchange)) {
            exchange.bindings.forEach(binding -> binding(exchange, binding));
            exchange.incoming.forEach(incoming -> binding(incoming.source(), incoming.binding()));
            changes.add(new Change.ExchangeDeleted(exchange.vhost(), exchange.name()));
        }
        return this;
    }

    Removal binding(ExchangeRecord source, Binding binding) {
        if (!removed.add(new SourcedBinding(source, binding))) {
            return this;
        }
        changes.add(new Change.BindingRemoved(
                source.vhost(),
                source.name(),
                kind(binding.destination()),
                name(binding.destination()),
                binding.key(),
                binding.arguments()));
        int gone = removedFrom.merge(source, 1, Integer::sum);
        if (source.autoDelete() && gone == source.bindings.size()) {
            exchange(source);
        }
        return this;
    }

    /** In the order in which they have to be applied. */
    List<Change> changes() {
        return changes;
    }

    static DestinationKind kind(Destination destination) {
        return destination instanceof QueueRecord ? DestinationKind.QUEUE : DestinationKind.EXCHANGE;
    }

    static String name(Destination destination) {
        return destination instanceof QueueRecord queue ? queue.name() : ((ExchangeRecord) destination).name();
    }
}
