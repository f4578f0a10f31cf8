package io.jumpmq.store;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.QueueEntry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Batches what the queues of one loop want of the log during a turn. Belongs to the loop. */
final class Outbox {
    private final Loop loop;
    private final Consumer<Work> handOver;
    private final Runnable atTurnEnd = this::handOver;
    private @Nullable Work work;

    Outbox(Loop loop, Consumer<Work> handOver) {
        this.loop = loop;
        this.handOver = handOver;
    }

    void append(QueueLog log, QueueEntry entry, boolean persistent) {
        open().add(persistent ? Work.APPEND_PERSISTENT : Work.APPEND, log, entry, entry.position(), 0);
    }

    void add(byte kind, QueueLog log, long one, long two) {
        open().add(kind, log, null, one, two);
    }

    void load(QueueLog log, Work.Load load) {
        open().add(Work.LOAD, log, load, 0, 0);
    }

    private Work open() {
        Work current = work;
        if (current == null) {
            current = new Work();
            work = current;
            loop.atTurnEnd(atTurnEnd);
        }
        return current;
    }

    private void handOver() {
        Work done = work;
        work = null;
        if (done != null) {
            handOver.accept(done);
        }
    }
}
