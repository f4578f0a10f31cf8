package io.jumpmq.broker;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.catalog.VolatileCatalogLog;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.queue.MessageQueue;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.metrics.SocketCounters;
import io.jumpmq.metrics.StoreFigures;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.value.AmqpException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Queues on their loops and the catalog on its own. Any loop may ask it for changes; the answer comes
 * back to that loop when they are made.
 */
public final class Broker implements CatalogObserver {
    /** Messages between loops beyond which publishers wait. */
    private static final int MAX_WAITING = 100_000;

    /** Their size beyond which they do is a part of what connections may hold, for that is where they come from; at least this. */
    private static final long MIN_WAITING_BYTES = 4 << 20;

    private final Incarnation incarnation;
    private final List<Loop> loops;
    private final Iterable<ExchangeType> types;
    private final CatalogActor catalog;
    private final MemoryBudget memory;
    private final long maxWaitingBytes;
    private final MessageStore store;
    private final QueuePlacement placement;

    /** The queues that run here, by their ids. */
    private final Map<Long, LocalQueue> localQueues = new ConcurrentHashMap<>();

    private final Map<String, Integer> connections = new ConcurrentHashMap<>();
    private final Tally userConnections = new Tally();
    private final Tally userChannels = new Tally();
    private final List<BrokerListener> listeners = new CopyOnWriteArrayList<>();
    private final ReplyAddresses replies = new ReplyAddresses();
    private final NodeCounters events = new NodeCounters();
    private final List<ChannelCounters> counters;
    private final List<SocketCounters> sockets;
    private final List<DeathCounters> deaths;

    /** A broker without virtual hosts and users, all of whose queues run here. */
    public Broker(
            Incarnation incarnation,
            List<Loop> loops,
            Loop catalogLoop,
            Iterable<ExchangeType> types,
            MemoryBudget memory,
            CatalogLog log,
            MessageStore store) {
        this(incarnation, loops, catalogLoop, types, memory, log, store, QueuePlacement.HERE);
    }

    /** One whose queues may run elsewhere. */
    public Broker(
            Incarnation incarnation,
            List<Loop> loops,
            Loop catalogLoop,
            Iterable<ExchangeType> types,
            MemoryBudget memory,
            CatalogLog log,
            MessageStore store,
            QueuePlacement placement) {
        this.incarnation = incarnation;
        this.loops = List.copyOf(loops);
        this.memory = memory;
        this.maxWaitingBytes = Math.max(MIN_WAITING_BYTES, memory.connections().limitBytes() / 2);
        this.store = store;
        this.types = types;
        this.placement = placement;
        this.catalog = new CatalogActor(catalogLoop, incarnation, types, this, log);
        this.counters =
                this.loops.stream().map(loop -> ChannelCounters.ofLoop()).toList();
        this.sockets = this.loops.stream().map(loop -> SocketCounters.ofLoop()).toList();
        this.deaths = this.loops.stream().map(loop -> new DeathCounters()).toList();
    }

    /** One that does nothing, and knows the users of this one: they may log in while it is stopped. Any thread. */
    public Broker dormant() {
        Broker dormant = new Broker(
                incarnation,
                List.of(),
                catalogLoop(),
                types,
                new MemoryBudget(0, 0, () -> {}),
                new VolatileCatalogLog(),
                MessageStore.VOLATILE);
        catalog()
                .users()
                .forEach(
                        user -> dormant.catalog().apply(new Change.UserPut(user.name(), user.password(), user.tags())));
        return dormant;
    }

    /** Adds somebody who wants to know. */
    public void listen(BrokerListener listener) {
        listeners.add(listener);
    }

    /**
     * Makes the catalog again from what was recorded. On the catalog's loop, before anything else.
     *
     * @throws RecoveryException when a change makes no sense
     */
    public void recover(List<Change> changes, long highestQueue) {
        catalog.recover(changes, highestQueue);
    }

    /**
     * Carries out commands before anything is recorded. On the catalog's loop, at the start.
     *
     * @throws AmqpException when one is refused
     */
    public void prepare(List<Command> commands) {
        catalog.prepare(commands);
    }

    /** The changes that lead to what the catalog is. On its loop. */
    public List<Change> snapshot() {
        return catalog.snapshot();
    }

    /**
     * Has what earlier lives of this node left go, now that this one has begun.
     *
     * @return completed when that is durable
     */
    public CompletableFuture<List<Change>> releaseEarlierIncarnations() {
        return administer(List.of(new Command.ReleaseNode(incarnation)));
    }

    /** This node, and its incarnation that has begun with this broker. */
    public Incarnation incarnation() {
        return incarnation;
    }

    /** Who asks for what no connection asks for. */
    public ConnectionId operator() {
        return incarnation.operator();
    }

    /** All loops. */
    public List<Loop> loops() {
        return loops;
    }

    /** What all channels of a loop have done. */
    public ChannelCounters counters(Loop loop) {
        return counters.get(loop.index());
    }

    /** What went through all sockets of a loop. */
    public SocketCounters socketCounters(Loop loop) {
        return sockets.get(loop.index());
    }

    /** What became of messages that nobody acknowledged, in all queues of a loop. */
    public DeathCounters deaths(Loop loop) {
        return deaths.get(loop.index());
    }

    /** What comes and goes. */
    public NodeCounters events() {
        return events;
    }

    /** The loop that changes the catalog, and does nothing else. */
    public Loop catalogLoop() {
        return catalog.loop();
    }

    /**
     * Counts a connection to a virtual host in, unless that has as many as it may.
     *
     * @return the limit that is reached; empty: it is counted, and {@link #disconnected} has to be called once
     */
    public OptionalInt connected(VirtualHost vhost) {
        OptionalInt max = vhost.limits().maxConnections();
        if (connections.merge(vhost.name(), 1, Integer::sum) > max.orElse(Integer.MAX_VALUE)) {
            disconnected(vhost);
            return max;
        }
        return OptionalInt.empty();
    }

    /** Counts a connection to a virtual host out. */
    public void disconnected(VirtualHost vhost) {
        connections.computeIfPresent(vhost.name(), (unused, count) -> count == 1 ? null : count - 1);
    }

    /** How many connections each user has. */
    public Tally userConnections() {
        return userConnections;
    }

    /** How many channels each user has, in all connections. */
    public Tally userChannels() {
        return userChannels;
    }

    /** What there is; any thread may read it. */
    public Catalog catalog() {
        return catalog.catalog();
    }

    /** Who waits for direct replies. */
    public ReplyAddresses replies() {
        return replies;
    }

    /** What messages may take. */
    public MemoryBudget memory() {
        return memory;
    }

    MessageStore store() {
        return store;
    }

    /** How the store of messages stands, for operators. Any thread. */
    public StoreFigures storeFigures() {
        return store.figures();
    }

    /** Publishers wait while the disk has less than this left. Any thread. */
    public long diskLimitBytes() {
        return store.diskLimitBytes();
    }

    /**
     * Has them wait at another limit, until the next start. Any thread.
     *
     * @throws IllegalArgumentException when there is no disk
     */
    public void limitDisk(long bytes) {
        store.limitDisk(bytes);
    }

    /** Messages that the store cannot read any more, the first thousand of them. Any thread. */
    public List<DamagedMessage> damagedMessages() {
        return store.damaged();
    }

    /** How many they are of one queue, by its id. Any thread. */
    public int damagedMessages(long queue) {
        return store.damaged(queue);
    }

    /** Why publishers have to wait, if they have to. Any thread. */
    public Congestion congestion() {
        if (memory.isSpent()) {
            return Congestion.MEMORY;
        }
        Congestion stores = store.congestion();
        if (stores != Congestion.NONE) {
            return stores;
        }
        for (Loop loop : loops) {
            if (loop.backlog() > MAX_WAITING || loop.backlogBytes() > maxWaitingBytes) {
                return Congestion.BUSY;
            }
        }
        return Congestion.NONE;
    }

    /** All that publishers have to wait for longer for; empty: they need not. Any thread. */
    public Set<Congestion> alarms() {
        Set<Congestion> alarms = EnumSet.noneOf(Congestion.class);
        if (memory.isSpent()) {
            alarms.add(Congestion.MEMORY);
        }
        if (store.congestion().isAlarm()) {
            alarms.add(Congestion.DISK);
        }
        return alarms;
    }

    /** Has all queues that run here page out what they can: memory is short. Any thread. */
    public void pageOut() {
        localQueues.values().forEach(LocalQueue::pageOut);
    }

    /** Asks all queues that run here, by their ids, up to where they have delivered: {@link MessageQueue#noteSeen}. Any thread. */
    public Map<Long, CompletableFuture<Long>> noteSeen() {
        Map<Long, CompletableFuture<Long>> seen = new HashMap<>();
        localQueues.forEach((id, queue) -> seen.put(id, queue.noteSeen()));
        return seen;
    }

    /** The ids of all queues that are there. */
    public Set<Long> queueIds() {
        Set<Long> ids = new HashSet<>();
        for (VirtualHost vhost : catalog().vhosts()) {
            vhost.queues().forEach(queue -> ids.add(queue.id()));
        }
        return ids;
    }

    /**
     * Has a command decided and its changes made; {@code answer} is then received on {@code from}.
     *
     * @param user who wants it; empty: the broker itself
     * @param awaited whether the answer waits until what has to be durable is; somebody who is not answered need not wait
     */
    public void submit(Loop from, Command command, String user, boolean awaited, Receiver<CatalogLog.Outcome> answer) {
        catalog.submit(from, command, user, awaited, answer);
    }

    /**
     * Has an operator's commands carried out: all of them, or none. From any thread.
     *
     * @return completed, by any thread, when what they changed is durable; exceptionally with a {@link
     *     io.jumpmq.broker.catalog.RefusedCommandException} when one is refused, with an {@link AmqpException} when they
     *     cannot be recorded
     */
    public CompletableFuture<List<Change>> administer(List<Command> commands) {
        return administer(commands, "");
    }

    /** As {@link #administer(List)}, for a user. */
    public CompletableFuture<List<Change>> administer(List<Command> commands, String user) {
        return catalog.administer(commands, user);
    }

    /** Looks something up that only the catalog's loop may see. From any thread. */
    public <R> CompletableFuture<R> look(Function<Catalog, R> question) {
        return catalog.look(question);
    }

    /** Queues are dealt out to the loops in turn. */
    @Override
    public QueuePort queueDeclared(QueueRecord queue) {
        events.count(NodeCounters.Event.QUEUE_CREATED);
        return placement.place(queue, () -> runHere(queue));
    }

    private QueuePort runHere(QueueRecord queue) {
        LocalQueue local = new LocalQueue(this, queue, loops.get((int) (queue.id() % loops.size())));
        localQueues.put(queue.id(), local);
        return local;
    }

    @Override
    public void queueDeleted(QueueRecord queue) {
        events.count(NodeCounters.Event.QUEUE_DELETED);
        localQueues.remove(queue.id());
        queue.port().deleted(catalogLoop());
    }

    @Override
    public void queueSettingsChanged(QueueRecord queue) {
        queue.port().settingsChanged(catalogLoop());
    }

    @Override
    public void vhostDeleted(String vhost) {
        listeners.forEach(listener -> listener.vhostDeleted(vhost));
    }

    @Override
    public void userDeleted(String user) {
        listeners.forEach(listener -> listener.userDeleted(user));
    }

    /** @param then run on {@code from} when it is gone */
    void deleteUnused(Loop from, QueueRecord queue, Runnable then) {
        Command delete = new Command.DeleteQueue(queue.vhost(), queue.name(), queue.id());
        submit(from, delete, "", false, outcome -> then.run());
    }
}
