package io.jumpmq.broker;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.QueueHandle;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.exchange.ExchangeType;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.MessageQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Queues on their loops and the catalog on its own, the first of them. Any loop may ask it for changes; the answer comes
 * back to that loop when they are made.
 */
public final class Broker implements CatalogObserver {
    /** Messages between loops beyond which publishers wait. */
    private static final int MOST_WAITING = 100_000;

    private final List<Loop> loops;
    private final Catalog catalog;
    private final MemoryBudget memory;
    private final Receiver<Request> decide = this::onRequest;

    /** A broker with one virtual host, "/". */
    public Broker(List<Loop> loops, Iterable<ExchangeType> types, MemoryBudget memory) {
        this.loops = List.copyOf(loops);
        this.memory = memory;
        this.catalog = new Catalog(types, this);
        catalog.createVhost("/");
    }

    /** What there is; any thread may read it. */
    public Catalog catalog() {
        return catalog;
    }

    MemoryBudget memory() {
        return memory;
    }

    /**
     * Whether publishers have to wait: the queues hold as much as they may, or a loop cannot keep up with what it is sent.
     * Any thread.
     */
    public boolean isCongested() {
        if (memory.isSpent()) {
            return true;
        }
        for (Loop loop : loops) {
            if (loop.backlog() > MOST_WAITING) {
                return true;
            }
        }
        return false;
    }

    /**
     * What came of a command.
     *
     * @param failure null when it succeeded
     */
    public record Outcome(List<Change> changes, @Nullable AmqpException failure) {}

    private record Request(Loop from, Command command, Receiver<Outcome> answer) {}

    /** Has a command decided and its changes made; {@code answer} is then received on {@code from}. */
    public void submit(Loop from, Command command, Receiver<Outcome> answer) {
        from.send(loops.get(0), decide, new Request(from, command, answer));
    }

    private void onRequest(Request request) {
        Outcome outcome;
        try {
            List<Change> changes = catalog.decide(request.command);
            changes.forEach(catalog::apply);
            outcome = new Outcome(changes, null);
        } catch (AmqpException e) {
            outcome = new Outcome(List.of(), e);
        }
        loops.get(0).send(request.from, request.answer, outcome);
    }

    /** Queues are dealt out to the loops in turn. */
    @Override
    public QueueHandle queueDeclared(QueueRecord queue) {
        return new QueueActor(this, queue, loops.get((int) (queue.id() % loops.size())));
    }

    @Override
    public void queueDeleted(QueueRecord queue) {
        QueueActor.of(queue).tell(loops.get(0), MessageQueue::delete);
    }

    void deleteUnused(Loop from, QueueRecord queue) {
        submit(from, new Command.DeleteQueue(queue.vhost(), queue.name(), queue.id()), outcome -> {});
    }
}
