package io.jumpmq.session.amqp091;

import io.jumpmq.broker.QueueActor;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.QueueEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deliveries that a channel gives back in one go. Each queue takes its part back in one step and so in its own order:
 * delivery tags tell another one as soon as something was delivered twice.
 */
final class Returns {
    private final Map<QueueActor, List<QueueEntry>> requeued = new LinkedHashMap<>();
    private final Map<QueueActor, List<QueueEntry>> rejected = new LinkedHashMap<>();

    void requeue(QueueActor queue, QueueEntry entry) {
        requeued.computeIfAbsent(queue, unused -> new ArrayList<>()).add(entry);
    }

    void reject(QueueActor queue, QueueEntry entry) {
        rejected.computeIfAbsent(queue, unused -> new ArrayList<>()).add(entry);
    }

    /** Sends everything to its queue, and is empty. */
    void send(Loop from) {
        rejected.forEach((queue, entries) -> queue.tell(from, core -> core.reject(entries, queue.nowMillis())));
        requeued.forEach((queue, entries) -> queue.tell(from, core -> core.requeue(entries, queue.nowMillis())));
        rejected.clear();
        requeued.clear();
    }
}
