package io.jumpmq.broker;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.QueueHandle;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ExchangeType;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.MessageQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private final CatalogLog log;
    private final Map<String, Integer> connections = new ConcurrentHashMap<>();
    private final List<BrokerListener> listeners = new CopyOnWriteArrayList<>();
    private final ReplyAddresses replies = new ReplyAddresses();
    private final Receiver<Request> decide = this::onRequest;

    /** A broker without virtual hosts and users. */
    public Broker(List<Loop> loops, Iterable<ExchangeType> types, MemoryBudget memory, CatalogLog log) {
        this.loops = List.copyOf(loops);
        this.memory = memory;
        this.log = log;
        this.catalog = new Catalog(types, this);
    }

    /** Adds somebody who wants to know. */
    public void listen(BrokerListener listener) {
        listeners.add(listener);
    }

    /**
     * Carries out commands before the loops run.
     *
     * @throws AmqpException when one is refused
     */
    public void prepare(List<Command> commands) {
        commands.forEach(command -> log.record(carryOut(catalog.decide(command)), () -> {}));
    }

    /**
     * Counts a connection to a virtual host in, unless that has as many as it may.
     *
     * @return the limit that is reached; empty: it is counted, and {@link #disconnected} has to be called once
     */
    public OptionalInt connected(VirtualHost vhost) {
        OptionalInt most = vhost.limits().maxConnections();
        if (connections.merge(vhost.name(), 1, Integer::sum) > most.orElse(Integer.MAX_VALUE)) {
            disconnected(vhost);
            return most;
        }
        return OptionalInt.empty();
    }

    /** Counts a connection to a virtual host out. */
    public void disconnected(VirtualHost vhost) {
        connections.computeIfPresent(vhost.name(), (unused, count) -> count == 1 ? null : count - 1);
    }

    /** What there is; any thread may read it. */
    public Catalog catalog() {
        return catalog;
    }

    /** Who waits for direct replies. */
    public ReplyAddresses replies() {
        return replies;
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
        try {
            List<Change> changes = catalog.decide(request.command);
            log.record(carryOut(changes), () -> answer(request, new Outcome(changes, null)));
        } catch (AmqpException e) {
            answer(request, new Outcome(List.of(), e));
        }
    }

    private void answer(Request request, Outcome outcome) {
        loops.get(0).send(request.from, request.answer, outcome);
    }

    /** Makes changes; those that have to be recorded are returned. */
    private List<Change> carryOut(List<Change> changes) {
        List<Change> lasting = new ArrayList<>(changes.size());
        for (Change change : changes) {
            if (catalog.survives(change)) {
                lasting.add(change);
            }
            catalog.apply(change);
        }
        return lasting;
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

    @Override
    public void queueSettingsChanged(QueueRecord queue) {
        QueueActor actor = QueueActor.of(queue);
        actor.tell(loops.get(0), core -> core.update(queue.settings(), actor.nowMillis()));
    }

    @Override
    public void vhostDeleted(String vhost) {
        listeners.forEach(listener -> listener.vhostDeleted(vhost));
    }

    @Override
    public void userDeleted(String user) {
        listeners.forEach(listener -> listener.userDeleted(user));
    }

    void deleteUnused(Loop from, QueueRecord queue) {
        submit(from, new Command.DeleteQueue(queue.vhost(), queue.name(), queue.id()), outcome -> {});
    }
}
