package io.jumpmq.simulation;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.QueuePlacement;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A whole broker without sockets, with the virtual host "/" and the user guest. Its loops and its storage's threads are actors. */
public final class SimulatedNode {
    public static final String VHOST = "/";

    /**
     * What a node is made of.
     *
     * @param loops beside that of the catalog
     * @param memoryBytes how much memory messages may take
     * @param connectionBytes how much of it connections may hold
     * @param placement where queues run, of a node with these loops
     */
    public record Shape(
            int loops, long memoryBytes, long connectionBytes, Function<List<Loop>, QueuePlacement> placement) {
        public Shape(int loops, long memoryBytes, long connectionBytes) {
            this(loops, memoryBytes, connectionBytes, unused -> QueuePlacement.HERE);
        }
    }

    private final Simulation simulation;
    private final NodeStorage storage;
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Simulation.Actor> loopActors = new ArrayList<>();
    private final List<Simulation.Actor> workers = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final Broker broker;
    private final Authenticator authenticator;
    private boolean restless;

    /** Starts on what its storage has. */
    public SimulatedNode(Simulation simulation, NodeStorage storage, Shape shape) throws IOException {
        this.simulation = simulation;
        this.storage = storage;
        for (int i = 0; i < shape.loops; i++) {
            loops.add(loop(i));
        }
        Loop catalogLoop = loop(shape.loops);
        broker = new Broker(
                storage.incarnation(),
                loops,
                catalogLoop,
                ServiceLoader.load(ExchangeType.class),
                new MemoryBudget(shape.memoryBytes, shape.connectionBytes, this::pageOut),
                storage.catalogLog(),
                storage.messages(),
                shape.placement.apply(loops));
        authenticator = new Authenticator(broker.catalog()::user, Set.of(), new LoginGuard(simulation::nowMillis));
        List<Change> catalog = new ArrayList<>();
        catalogLoop.run(() -> {
            broker.recover(storage.recovered(), storage.highestQueue());
            if (broker.catalog().vhosts().isEmpty()) {
                broker.prepare(List.of(
                        new Command.CreateVhost(VHOST, "", Set.of()),
                        new Command.PutUser("guest", PasswordHash.of("guest", new byte[4]), Set.of()),
                        new Command.SetPermission(VHOST, "guest", Permission.ALL)));
            }
            catalog.addAll(broker.snapshot());
        });
        storage.begin(catalog);
        for (Simulation.Work work : storage.workers()) {
            workers.add(simulation.actor(() -> !isBroken() && work.step()));
        }
        if (!storage.recovered().isEmpty()) {
            releaseEarlierIncarnations();
        }
    }

    private Loop loop(int index) {
        Simulation.Actor actor = simulation.actor();
        loopActors.add(actor);
        return new Loop(index, actor.asLoopThread(failures));
    }

    private void releaseEarlierIncarnations() {
        CompletableFuture<?> released = broker.releaseEarlierIncarnations();
        settleLoops();
        if (released.isCompletedExceptionally() && !isBroken()) {
            throw new IllegalStateException("what earlier lives left is still there");
        }
    }

    public Broker broker() {
        return broker;
    }

    public Authenticator authenticator() {
        return authenticator;
    }

    public VirtualHost vhost() {
        return Objects.requireNonNull(broker.catalog().vhost(VHOST));
    }

    public NodeStorage storage() {
        return storage;
    }

    public List<Loop> loops() {
        return loops;
    }

    /** What no mistake of a client and no failure of a disk explains. */
    public List<Throwable> failures() {
        List<Throwable> all = new ArrayList<>(failures);
        all.addAll(storage.defects());
        return all;
    }

    /** Whether a disk has failed, so that the store does nothing more. */
    public boolean isBroken() {
        return storage.isBroken() || restless;
    }

    /** Whether it would go on, and only asks a disk that fails for room again and again. */
    public boolean isRestless() {
        return restless && !storage.isBroken();
    }

    /** Has something done by the thread of a loop. */
    public void execute(Loop loop, Runnable task) {
        loopActors.get(loop.index()).execute(task);
    }

    /** Has all queues let go of what they can, as when memory is short. */
    public void pageOut() {
        broker.pageOut();
    }

    public long nowMillis() {
        return simulation.nowMillis();
    }

    public boolean step() {
        return simulation.step();
    }

    /** Lets everything happen that can happen now. */
    public void settle() {
        expectRest(simulation.settle());
    }

    /** Lets time pass. */
    public void advance(long millis) {
        expectRest(simulation.advance(millis));
    }

    private void expectRest(boolean atRest) {
        if (!atRest) {
            if (!storage.isFailing()) {
                throw new AssertionError("it does not come to rest");
            }
            restless = true;
        }
    }

    /** Lets the loops do all that they can do, with now and then a bit of the storage's work. */
    public void settleLoops() {
        while (loopActors.stream().anyMatch(Simulation.Actor::step)) {
            work();
        }
    }

    private void work() {
        if (!workers.isEmpty() && simulation.oneIn(4)) {
            workers.get(simulation.pick(workers.size())).step();
        }
    }

    /** Stops in order, whatever the storage has to do still. All clients are gone. */
    public void stop() throws IOException {
        settleLoops();
        Map<Long, CompletableFuture<Long>> answers = broker.noteSeen();
        settleLoops();
        Map<Long, Long> seen = new HashMap<>();
        answers.forEach((queue, answer) -> seen.put(queue, answer.join()));
        storage.stop(seen);
        kill();
    }

    /** Ends between two steps, as a process that is killed. */
    public void kill() {
        loopActors.forEach(Simulation.Actor::leave);
        workers.forEach(Simulation.Actor::leave);
    }
}
