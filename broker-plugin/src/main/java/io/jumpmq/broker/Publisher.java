package io.jumpmq.broker;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.metrics.ChannelCounters;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings messages to the queues of one virtual host: finds these, counts, hands over, and collects what they answer. Whoever
 * publishes has one: channels of all protocols, operators, queues for their dead letters. Belongs to one loop.
 */
public final class Publisher {
    private final Catalog catalog;
    private final VirtualHost vhost;
    private final Loop loop;
    private final VirtualHost.Routing routing = new VirtualHost.Routing();

    // Where the last message went, good for the same key while nothing has changed.
    private @Nullable ExchangeRecord lastExchange;
    private byte @Nullable [] lastKey;
    private long lastVersion = -1;
    private QueuePort[] lastQueues = {};

    /** One that publishes from a loop. */
    public Publisher(Catalog catalog, VirtualHost vhost, Loop loop) {
        this.catalog = catalog;
        this.vhost = vhost;
        this.loop = loop;
    }

    /**
     * The queues of a message. The array is shared: nobody may write to it.
     *
     * @throws io.jumpmq.value.AmqpException when a CC or BCC header is not an array of strings
     */
    public QueuePort[] route(ExchangeRecord exchange, Message message) {
        long version = catalog.routingVersion();
        if (lastKey == message.routingKey()
                && lastExchange == exchange
                && lastVersion == version
                && !message.header().hasHeaders()) {
            return lastQueues;
        }
        vhost.route(exchange, message, routing);
        QueuePort[] queues = found();
        lastExchange = exchange;
        lastVersion = version;
        lastKey = routing.mayRepeat() ? message.routingKey() : null;
        lastQueues = queues;
        return queues;
    }

    /** As {@link #route}, for a message that nobody waits for: {@link VirtualHost#routeOrDrop}. */
    QueuePort[] routeOrDrop(ExchangeRecord exchange, Message message) {
        vhost.routeOrDrop(exchange, message, routing);
        return found();
    }

    private QueuePort[] found() {
        QueuePort[] queues = new QueuePort[routing.queues().size()];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = routing.queues().get(i).port();
        }
        return queues;
    }

    /** Counts where a message goes. Returns whether there is anywhere. */
    public static boolean count(
            ChannelCounters counters, ExchangeRecord exchange, QueuePort[] queues, boolean mandatory) {
        exchange.counters().routed(queues.length);
        if (queues.length == 0) {
            counters.unroutable(mandatory);
            return false;
        }
        counters.routed();
        return true;
    }

    /** Whether one of these queues wants its publishers to pause. */
    public static boolean isThrottled(QueuePort[] queues) {
        for (QueuePort queue : queues) {
            if (queue.isThrottled()) {
                return true;
            }
        }
        return false;
    }

    /** As people call them. */
    public static List<String> names(QueuePort[] queues) {
        return Arrays.stream(queues).map(QueuePort::name).toList();
    }

    /** Hands a message over, and wants no answer. */
    public void send(Message message, QueuePort[] queues) {
        for (QueuePort queue : queues) {
            queue.publish(loop, message);
        }
    }

    /**
     * Hands a message over to queues, of which there are some, and collects their answers.
     *
     * @param sequenceNumber for whoever is told
     * @param settlement told when all have answered
     */
    public void send(Message message, QueuePort[] queues, long sequenceNumber, Publication.Settlement settlement) {
        Publication publication = new Publication(message, sequenceNumber, queues.length, loop, settlement);
        for (QueuePort queue : queues) {
            queue.publish(loop, publication);
        }
    }
}
