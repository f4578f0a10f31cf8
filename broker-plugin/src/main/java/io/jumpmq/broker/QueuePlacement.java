package io.jumpmq.broker;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.queue.QueuePort;
import java.util.function.Supplier;

/** Where queues run. Asked on the catalog's loop. */
public interface QueuePlacement {
    /** All run here. */
    QueuePlacement HERE = (queue, here) -> here.get();

    /**
     * The port of a queue that came to be.
     *
     * @param here has it run here; not to be called where its home is elsewhere
     */
    QueuePort place(QueueRecord queue, Supplier<QueuePort> here);
}
