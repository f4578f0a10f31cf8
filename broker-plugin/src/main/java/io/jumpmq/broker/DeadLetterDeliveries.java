package io.jumpmq.broker;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.DeadLetter;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.broker.queue.QueuePort;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Dead letters on their way from one queue to others. Each queue answers for itself, so that a dead letter that has to be
 * sent again goes to those alone that do not have it yet. On the loop of the queue in which the messages died.
 */
final class DeadLetterDeliveries {
    /** Told what became of a dead letter. */
    interface Sender {
        /** Whether all queues have it, of which there are some. */
        void answered(QueueEntry entry, boolean safe);
    }

    private final Catalog catalog;
    private final QueueRecord source;
    private final Loop home;
    private final Sender sender;

    /** Who has taken a dead letter that others have refused. Weak: its queue may be purged meanwhile. */
    private final Map<QueueEntry, Set<QueuePort>> taken = new WeakHashMap<>();

    DeadLetterDeliveries(Catalog catalog, QueueRecord source, Loop home, Sender sender) {
        this.catalog = catalog;
        this.source = source;
        this.home = home;
        this.sender = sender;
    }

    /** Sends a dead letter to the queues behind an exchange that do not have it yet. */
    void send(QueueEntry entry, DeadLetter letter, String exchangeName) {
        Set<QueuePort> takers = taken.computeIfAbsent(entry, unused -> new HashSet<>());
        VirtualHost vhost = catalog.vhost(source.vhost());
        ExchangeRecord exchange = vhost == null ? null : vhost.exchange(exchangeName);
        if (vhost == null || exchange == null) {
            sender.answered(entry, !takers.isEmpty());
            return;
        }
        Publisher publisher = new Publisher(catalog, vhost, home);
        QueuePort[] missing = Arrays.stream(publisher.routeOrDrop(exchange, letter.message()))
                .filter(target -> !letter.closesCycle(target.name()) && !takers.contains(target))
                .toArray(QueuePort[]::new);
        if (missing.length == 0) {
            sender.answered(entry, !takers.isEmpty());
            return;
        }
        int[] open = {missing.length};
        for (QueuePort target : missing) {
            publisher.send(letter.message(), new QueuePort[] {target}, 0, (settled, outcome) -> {
                if (outcome == PublishOutcome.ACCEPTED) {
                    takers.add(target);
                }
                if (--open[0] == 0) {
                    sender.answered(entry, takers.containsAll(Arrays.asList(missing)));
                }
            });
        }
    }

    /** A dead letter is safe, or given up. */
    void forget(QueueEntry entry) {
        taken.remove(entry);
    }
}
