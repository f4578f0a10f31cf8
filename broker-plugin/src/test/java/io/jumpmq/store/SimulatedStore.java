package io.jumpmq.store;

import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.simulation.NodeStorage;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.simulation.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/** A store on simulated disks. What its threads do are steps of a simulation, so that the power may go after any. */
final class SimulatedStore implements NodeStorage {
    static final long SEGMENT = 64 << 10;

    private static final int LOOPS = 3;
    private static final long CONNECTION_BYTES = 16 << 20;
    private static final long TICK_NANOS = 10_000_000;
    private static final StoreSettings SETTINGS =
            new StoreSettings(4 << 20, Duration.ZERO, 0, 1 << 20, StoreSettings.OnDamage.QUARANTINE);

    private final Simulation simulation;
    private final SimulatedDisk messageDisk;
    private final DiskStore store;
    private final Map<String, Tasks> executors = new HashMap<>();
    private final List<Simulation.Work> workers = List.of(
            this::write,
            this::flush,
            () -> tasks("read").step(),
            () -> tasks("files").step());
    private final List<Throwable> defects = new ArrayList<>();
    private long nanos;
    private boolean broken;

    /** Runs what it is given when it is told to. */
    private static final class Tasks extends AbstractExecutorService {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

        boolean step() {
            Runnable task = waiting.poll();
            if (task != null) {
                task.run();
            }
            return task != null;
        }

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return true;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    /** Opens what is on these disks. */
    SimulatedStore(Simulation simulation, SimulatedDisk catalogDisk, SimulatedDisk messageDisk) throws IOException {
        this.simulation = simulation;
        this.messageDisk = messageDisk;
        store = DiskStore.open(
                () -> {},
                catalogDisk,
                messageDisk,
                SETTINGS,
                List.of(BasicFormat.INSTANCE),
                SEGMENT,
                this::tasks,
                () -> nanos += TICK_NANOS,
                this::failed);
    }

    /** A node alone in the world, on these disks. */
    static SimulatedNode node(
            SimulatedDisk catalogDisk,
            SimulatedDisk messageDisk,
            SplittableRandom random,
            long nowMillis,
            long memoryBytes)
            throws IOException {
        Simulation simulation = Simulation.anyOrder(random, nowMillis);
        return new SimulatedNode(
                simulation, new SimulatedStore(simulation, catalogDisk, messageDisk), shape(memoryBytes));
    }

    static SimulatedNode.Shape shape(long memoryBytes) {
        return new SimulatedNode.Shape(LOOPS, memoryBytes, CONNECTION_BYTES);
    }

    /** Has the catalog's journal of a node begin anew. */
    static void snapshot(SimulatedNode node) {
        Loop loop = node.broker().catalogLoop();
        LocalCatalogLog log = (LocalCatalogLog) node.storage().catalogLog();
        node.execute(loop, () -> loop.run(log::snapshot));
    }

    private Tasks tasks(String what) {
        return executors.computeIfAbsent(what, unused -> new Tasks());
    }

    private void failed(Throwable cause) {
        if (cause instanceof IOException) {
            broken = true;
        } else {
            defects.add(cause);
        }
    }

    private boolean write() {
        try {
            return store.writer.writeRound() == StoreWriter.Next.GO_ON;
        } catch (IOException e) {
            broken = true;
            return true;
        }
    }

    private boolean flush() {
        Written written = store.flusher.poll();
        if (written == null) {
            return false;
        }
        try {
            store.flusher.flushRound(written);
        } catch (IOException e) {
            broken = true;
        }
        return true;
    }

    @Override
    public Incarnation incarnation() {
        return store.incarnation();
    }

    @Override
    public CatalogLog catalogLog() {
        return store.catalogLog();
    }

    @Override
    public MessageStore messages() {
        return store;
    }

    @Override
    public List<Change> recovered() {
        return store.recoveredChanges();
    }

    @Override
    public long highestQueue() {
        return store.highestQueue();
    }

    @Override
    public void begin(List<Change> catalog) throws IOException {
        store.begin(catalog);
    }

    @Override
    public List<Simulation.Work> workers() {
        return workers;
    }

    @Override
    public boolean isBroken() {
        return broken;
    }

    @Override
    public boolean isFailing() {
        return messageDisk.isFailing();
    }

    @Override
    public List<Throwable> defects() {
        return defects;
    }

    @Override
    public void stop(Map<Long, Long> seen) throws IOException {
        store.stop(seen);
        while (!broken && store.writer.writeRound() != StoreWriter.Next.STOP) {
            workers.get(simulation.pick(workers.size())).step();
        }
        Written last = store.flusher.poll();
        if (last != null) {
            store.flusher.flushRound(last);
        }
    }
}
