package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Binding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
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

    /** To be deleted next: an exchange may take the next one with it, over any number of steps. */
    private final Deque<ExchangeRecord> unused = new ArrayDeque<>();

    Removal queue(QueueRecord queue) {
        removeAll(queue.incoming);
        changes.add(new Change.QueueDeleted(queue.vhost(), queue.name()));
        return deleteUnused();
    }

    Removal exchange(ExchangeRecord exchange) {
        unused.add(exchange);
        return deleteUnused();
    }

    Removal binding(ExchangeRecord source, Binding binding) {
        remove(source, binding);
        return deleteUnused();
    }

    private Removal deleteUnused() {
        for (ExchangeRecord exchange = unused.poll(); exchange != null; exchange = unused.poll()) {
            if (deleted.add(exchange)) {
                for (Binding binding : exchange.bindings) {
                    remove(exchange, binding);
                }
                removeAll(exchange.incoming);
                changes.add(new Change.ExchangeDeleted(exchange.vhost(), exchange.name()));
            }
        }
        return this;
    }

    /** By the names of their exchanges, and of each in the order made: the same on every node. */
    private void removeAll(Set<SourcedBinding> incoming) {
        incoming.stream()
                .sorted(Comparator.comparing(one -> one.source().name()))
                .forEach(one -> remove(one.source(), one.binding()));
    }

    private void remove(ExchangeRecord source, Binding binding) {
        if (!removed.add(new SourcedBinding(source, binding))) {
            return;
        }
        changes.add(new Change.BindingRemoved(
                source.vhost(),
                source.name(),
                DestinationKind.of(binding.destination()),
                binding.destination().name(),
                binding.key(),
                binding.table()));
        int gone = removedFrom.merge(source, 1, Integer::sum);
        if (source.autoDelete() && gone == source.bindings.size()) {
            unused.add(source);
        }
    }

    /** In the order in which they have to be applied. */
    List<Change> changes() {
        return changes;
    }
}
