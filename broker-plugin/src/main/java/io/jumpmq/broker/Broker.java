package io.jumpmq.broker;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.InapplicableException;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.Rings;
import io.jumpmq.broker.catalog.VirtualHost;
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
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
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
import org.jspecify.annotations.Nullable;

/**
 * Queues on their loops and the catalog on its own, the first of them. Any loop may ask it for changes; the answer comes
 * back to that loop when they are made.
 */
public final class Broker implements CatalogObserver {
    /** Messages between loops beyond which publishers wait. */
    private static final int MOST_WAITING = 100_000;

    /** How much of a command is told. */
    private static final int SHOWN = 500;
    /** Their size beyond which they do is a part of what connections may hold, for that is where they come from; at least this. */
    private static final long LEAST_WAITING_BYTES = 4 << 20;

    private final Incarnation incarnation;
    private final List<Loop> loops;
    private final Iterable<ExchangeType> types;
    private final Catalog catalog;
    private final MemoryBudget memory;
    private final long mostWaitingBytes;
    private final CatalogLog log;
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
    private final Receiver<Request> decide = this::onRequest;
    private final Receiver<Recorded> recorded = done -> answer(done.request, done.outcome);

    /** A broker without virtual hosts and users, all of whose queues run here. */
    public Broker(
            Incarnation incarnation,
            List<Loop> loops,
            Iterable<ExchangeType> types,
            MemoryBudget memory,
            CatalogLog log,
            MessageStore store) {
        this(incarnation, loops, types, memory, log, store, QueuePlacement.HERE);
    }

    /** One whose queues may run elsewhere. */
    public Broker(
            Incarnation incarnation,
            List<Loop> loops,
            Iterable<ExchangeType> types,
            MemoryBudget memory,
            CatalogLog log,
            MessageStore store,
            QueuePlacement placement) {
        this.incarnation = incarnation;
        this.loops = List.copyOf(loops);
        this.memory = memory;
        this.mostWaitingBytes =
                Math.max(LEAST_WAITING_BYTES, memory.connections().limitBytes() / 2);
        this.log = log;
        this.store = store;
        this.types = types;
        this.placement = placement;
        this.catalog = new Catalog(types, this);
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
                types,
                new MemoryBudget(0, 0, () -> {}),
                CatalogLog.VOLATILE,
                MessageStore.VOLATILE);
        catalog.users()
                .forEach(user -> dormant.catalog.apply(new Change.UserPut(user.name(), user.password(), user.tags())));
        return dormant;
    }

    /** Adds somebody who wants to know. */
    public void listen(BrokerListener listener) {
        listeners.add(listener);
    }

    /**
     * Makes the catalog again from what was recorded, and drops what was not to outlive the process. On the catalog's loop,
     * before anything else.
     *
     * @throws RecoveryException when a change makes no sense
     */
    public void recover(List<Change> changes, long highestQueue) {
        for (int i = 0; i < changes.size(); i++) {
            try {
                catalog.apply(adopted(changes.get(i)));
            } catch (InapplicableException e) {
                throw new RecoveryException(i + 1, e);
            }
        }
        catalog.reserveQueueIds(highestQueue);
        catalog.decide(new Command.ReleaseNode(incarnation)).forEach(catalog::apply);
    }

    /** Queues of records from before nodes had identities are this one's: there was no other. */
    private Change adopted(Change change) {
        return change instanceof Change.QueueDeclared queue
                        && queue.survives()
                        && queue.home().equals(Incarnation.UNKNOWN)
                ? queue.at(incarnation)
                : change;
    }

    /**
     * Carries out commands at the start. On the catalog's loop.
     *
     * @throws AmqpException when one is refused
     */
    public void prepare(List<Command> commands) {
        commands.forEach(command -> catalog.decide(command).forEach(catalog::apply));
    }

    /** Hands the whole catalog to the log. On the catalog's loop. */
    public void snapshot() {
        List<Change> all = new ArrayList<>(catalog.snapshot());
        all.addAll(catalog.ringHistories());
        log.snapshot(all);
    }

    /** This node, and its life that has begun with this broker. */
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

    /** The loop that changes the catalog. */
    public Loop catalogLoop() {
        return loops.get(0);
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
        return catalog;
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
            if (loop.backlog() > MOST_WAITING || loop.backlogBytes() > mostWaitingBytes) {
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

    /** Has all queues that run here let go of what they can: memory is short. Any thread. */
    public void letGo() {
        localQueues.values().forEach(LocalQueue::letGo);
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
        for (VirtualHost vhost : catalog.vhosts()) {
            vhost.queues().forEach(queue -> ids.add(queue.id()));
        }
        return ids;
    }

    /**
     * What came of a command.
     *
     * @param failure null when it succeeded
     */
    public record Outcome(List<Change> changes, @Nullable AmqpException failure) {}

    private record Request(Loop from, Command command, String user, boolean lasting, Receiver<Outcome> answer) {}

    /** The catalog is half changed by what could not be applied: nothing may build on it, or record it. */
    private boolean broken;

    /**
     * Has a command decided and its changes made; {@code answer} is then received on {@code from}.
     *
     * @param user who wants it; empty: the broker itself
     * @param lasting whether the answer waits until what has to last does; somebody who is not answered need not wait
     */
    public void submit(Loop from, Command command, String user, boolean lasting, Receiver<Outcome> answer) {
        from.send(loops.get(0), decide, new Request(from, command, user, lasting, answer));
    }

    /** One of an operator's commands, that of this index, was refused; nothing has changed. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int index;
        private final AmqpException reason;

        RefusedException(int index, AmqpException reason) {
            super(reason.getMessage(), reason, false, false);
            this.index = index;
            this.reason = reason;
        }

        public int index() {
            return index;
        }

        public AmqpException reason() {
            return reason;
        }
    }

    /**
     * Has an operator's commands carried out: all of them, or none. From any thread.
     *
     * @return completed, by any thread, when what they changed lasts; exceptionally with a {@link RefusedException} when
     *     one is refused, with an {@link AmqpException} when there is no room to record them
     */
    public CompletableFuture<List<Change>> administer(List<Command> commands) {
        return administer(commands, "");
    }

    /** As {@link #administer(List)}, for a user. */
    public CompletableFuture<List<Change>> administer(List<Command> commands, String user) {
        CompletableFuture<List<Change>> done = new CompletableFuture<>();
        loops.get(0).submit((List<Command> asked) -> administer(asked, user, done), commands);
        return done;
    }

    private void administer(List<Command> commands, String user, CompletableFuture<List<Change>> done) {
        List<Change> changes;
        List<Change> admitted;
        try {
            requireWhole();
            changes = commands.size() == 1 ? decide(catalog, commands, 0) : rehearse(commands);
            admitted = admit(changes, user);
        } catch (RuntimeException | Error e) {
            done.completeExceptionally(e); // A copy was tried at most: nothing has changed.
            return;
        }
        try {
            log.record(admitted, () -> admitted.forEach(catalog::apply), () -> done.complete(changes));
        } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
            throw halfDone(commands, e);
        }
        snapshotIfWanted();
    }

    /** Looks something up that only the catalog's loop may see. From any thread. */
    public <R> CompletableFuture<R> look(Function<Catalog, R> question) {
        CompletableFuture<R> done = new CompletableFuture<>();
        loops.get(0)
                .submit(
                        (Function<Catalog, R> asked) -> {
                            try {
                                done.complete(asked.apply(catalog));
                            } catch (RuntimeException | Error e) {
                                done.completeExceptionally(e);
                            }
                        },
                        question);
        return done;
    }

    private static List<Change> decide(Catalog by, List<Command> commands, int index) {
        try {
            return by.decide(commands.get(index));
        } catch (AmqpException e) {
            throw new RefusedException(index, e);
        }
    }

    /** What several commands come to, tried on a copy: each may build on the one before, and any may be refused. */
    private List<Change> rehearse(List<Command> commands) {
        Catalog copy = new Catalog(types, CatalogObserver.NONE);
        catalog.snapshot().forEach(copy::apply);
        List<Change> all = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            List<Change> changes = decide(copy, commands, i);
            changes.forEach(copy::apply);
            all.addAll(changes);
        }
        return all;
    }

    /** Has the log keep room for changes, and for the notes that the histories of rings get; what takes away goes without. */
    private List<Change> admit(List<Change> changes, String user) {
        List<Change> noted = Rings.noted(changes, catalog, loops.get(0).wallMillis(), user);
        try {
            log.admit(noted);
            return noted;
        } catch (AmqpException e) {
            log.admit(changes);
            return changes;
        }
    }

    /** What goes wrong while a command is decided has touched nothing, and is answered. After that, nothing may go wrong. */
    private void onRequest(Request request) {
        List<Change> changes;
        List<Change> admitted;
        try {
            requireWhole();
            changes = catalog.decide(request.command);
            admitted = admit(changes, request.user);
        } catch (AmqpException e) {
            answer(request, new Outcome(List.of(), e));
            return;
        } catch (RuntimeException | Error e) {
            answer(request, new Outcome(List.of(), internalError()));
            loops.get(0).survived(new IllegalStateException("Nobody can decide " + shown(request.command), e));
            return;
        }
        try {
            carryOut(request, new Outcome(changes, null), admitted);
        } catch (RuntimeException | Error e) {
            answer(request, new Outcome(List.of(), internalError()));
            throw halfDone(List.of(request.command), e);
        }
        snapshotIfWanted();
    }

    /** What does not last is recorded, too: it may be part of the history of what does, of a ring. */
    private void carryOut(Request request, Outcome outcome, List<Change> changes) {
        boolean[] waits = {false};
        if (!changes.isEmpty()) {
            log.record(
                    changes,
                    () -> {
                        for (Change change : changes) {
                            waits[0] |= request.lasting && catalog.survives(change);
                            catalog.apply(change);
                        }
                    },
                    () -> {
                        if (waits[0]) {
                            loops.get(0).submit(recorded, new Recorded(request, outcome));
                        }
                    });
        }
        if (!waits[0]) {
            answer(request, outcome);
        }
    }

    private void snapshotIfWanted() {
        if (log.wantsSnapshot()) {
            snapshot();
        }
    }

    private void requireWhole() {
        if (broken) {
            throw internalError();
        }
    }

    /** Thrown at the loop, it ends the broker in order; the next start finds the catalog as it was before these commands. */
    private IllegalStateException halfDone(List<Command> commands, Throwable defect) {
        broken = true;
        return new IllegalStateException(
                "The catalog is half changed, and not recorded so: " + shown(commands), defect);
    }

    private static AmqpException internalError() {
        return new AmqpException(ReplyCode.INTERNAL_ERROR, "INTERNAL_ERROR");
    }

    private static String shown(Object commands) {
        String text = commands.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }

    private record Recorded(Request request, Outcome outcome) {}

    private void answer(Request request, Outcome outcome) {
        loops.get(0).send(request.from, request.answer, outcome);
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
        queue.port().deleted(loops.get(0));
    }

    @Override
    public void queueSettingsChanged(QueueRecord queue) {
        queue.port().settingsChanged(loops.get(0));
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
        submit(from, new Command.DeleteQueue(queue.vhost(), queue.name(), queue.id()), "", false, outcome -> {});
    }
}
