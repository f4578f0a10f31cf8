package io.jumpmq.session.amqp091;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.Settlement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deliveries that a channel gives back in one go. Each queue takes its part back in one step and so in its own order:
 * delivery tags tell another one as soon as something was delivered twice.
 */
final class Returns {
    private final Map<QueuePort, List<Delivery>> requeued = new LinkedHashMap<>();
    private final Map<QueuePort, List<Delivery>> rejected = new LinkedHashMap<>();

    void requeue(QueuePort queue, Delivery delivery) {
        requeued.computeIfAbsent(queue, unused -> new ArrayList<>()).add(delivery);
    }

    void reject(QueuePort queue, Delivery delivery) {
        rejected.computeIfAbsent(queue, unused -> new ArrayList<>()).add(delivery);
    }

    /** Sends everything to its queue, and is empty. */
    void send(Loop from) {
        rejected.forEach((queue, deliveries) -> queue.settle(from, Settlement.REJECT, deliveries));
        requeued.forEach((queue, deliveries) -> queue.settle(from, Settlement.REQUEUE, deliveries));
        rejected.clear();
        requeued.clear();
    }
}
