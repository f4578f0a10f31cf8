package io.jumpmq.store;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.LoopThread;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.session.amqp091.BasicFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A whole broker with its store on simulated disks, all on the caller's thread: its loops, and what the store's threads do,
 * take their steps in an order that a seed decides. So any step may be the last one before the power goes, and a seed
 * tells the same story each time.
 */
final class SteppedNode {
    static final String VHOST = "/";
    static final long SEGMENT = 64 << 10;

    private static final int LOOPS = 3;

    /** The loops, and the one of the catalog. */
    private static final int THREADS = LOOPS + 1;

    private static final int MAX_STEPS = 50_000;
    private static final long CONNECTION_BYTES = 16 << 20;
    private static final StoreSettings SETTINGS =
            new StoreSettings(4 << 20, Duration.ZERO, 0, 1 << 20, StoreSettings.OnDamage.QUARANTINE);

    private record Timer(long dueMillis, long order, int loop, Runnable task) {}

    private final SplittableRandom random;
    private final List<ArrayDeque<Runnable>> tasks = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::dueMillis).thenComparingLong(Timer::order));
    private final List<Loop> loops = new ArrayList<>();
    private final Loop catalogLoop;
    private final Map<String, Tasks> workers = new HashMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final SimulatedDisk messageDisk;
    private final DiskStore store;
    private final Broker broker;
    private final Authenticator authenticator;
    private long nowMillis;
    private long timersSet;
    private long nanos;
    private boolean broken;
    private boolean restless;

    /** Runs what it is given when it is told to. */
    private static final class Tasks extends AbstractExecutorService {
        final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

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

    /** Starts on what is on these disks. */
    SteppedNode(
            SimulatedDisk catalogDisk,
            SimulatedDisk messageDisk,
            SplittableRandom random,
            long nowMillis,
            long memoryBytes)
            throws IOException {
        this.messageDisk = messageDisk;
        this.random = random;
        this.nowMillis = nowMillis;
        for (int i = 0; i < LOOPS; i++) {
            tasks.add(new ArrayDeque<>());
            loops.add(new Loop(i, thread(i)));
        }
        tasks.add(new ArrayDeque<>());
        catalogLoop = new Loop(LOOPS, thread(LOOPS));
        store = DiskStore.open(
                () -> {},
                catalogDisk,
                messageDisk,
                SETTINGS,
                List.of(BasicFormat.INSTANCE),
                SEGMENT,
                this::worker,
                () -> nanos += 10_000_000,
                this::storeFailed);
        broker = new Broker(
                store.incarnation(),
                loops,
                catalogLoop,
                ServiceLoader.load(ExchangeType.class),
                new MemoryBudget(memoryBytes, CONNECTION_BYTES, this::pageOut),
                store.catalogLog(),
                store);
        authenticator = new Authenticator(broker.catalog()::user, Set.of(), new LoginGuard(() -> nowMillis));
        List<Change> catalog = new ArrayList<>();
        catalogLoop.run(() -> {
            broker.recover(store.recoveredChanges(), store.highestQueue());
            if (broker.catalog().vhosts().isEmpty()) {
                broker.prepare(List.of(
                        new Command.CreateVhost(VHOST, "", Set.of()),
                        new Command.PutUser("guest", PasswordHash.of("guest", new byte[4]), Set.of()),
                        new Command.SetPermission(VHOST, "guest", Permission.ALL)));
            }
            catalog.addAll(broker.snapshot());
        });
        store.begin(catalog);
        CompletableFuture<?> released = broker.releaseEarlierIncarnations();
        settleLoops();
        if (released.isCompletedExceptionally() && !broken) {
            throw new IllegalStateException("what earlier lives left is still there");
        }
    }

    private void storeFailed(Throwable cause) {
        if (cause instanceof IOException) {
            broken = true;
        } else {
            failures.add(cause);
        }
    }

    private Tasks worker(String what) {
        return workers.computeIfAbsent(what, unused -> new Tasks());
    }

    private LoopThread thread(int loop) {
        return new LoopThread() {
            @Override
            public void execute(Runnable task) {
                tasks.get(loop).add(task);
            }

            @Override
            public void schedule(Runnable task, long delayMillis) {
                timers.add(new Timer(nowMillis + delayMillis, timersSet++, loop, task));
            }

            @Override
            public long nowMillis() {
                return nowMillis;
            }

            @Override
            public void failed(Throwable failure) {
                failures.add(failure);
            }
        };
    }

    Broker broker() {
        return broker;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    List<Loop> loops() {
        return loops;
    }

    long nowMillis() {
        return nowMillis;
    }

    /** What no mistake of a client and no failure of a disk explains. */
    List<Throwable> failures() {
        return failures;
    }

    /** Whether a disk has failed, so that the store does nothing more. */
    boolean isBroken() {
        return broken || restless;
    }

    /** Whether it would go on, and only asks a disk that fails for room again and again. */
    boolean isRestless() {
        return restless && !broken;
    }

    void execute(Loop loop, Runnable task) {
        tasks.get(loop.index()).add(task);
    }

    /** Has the catalog's journal begin anew. */
    void snapshot() {
        Loop loop = broker.catalogLoop();
        execute(loop, () -> loop.run(((LocalCatalogLog) store.catalogLog())::snapshot));
    }

    /** Has all queues page out what they can, as when memory is short. */
    void pageOut() {
        broker.pageOut();
    }

    /** Somebody takes a step; false when nobody has anything to do. */
    boolean step() {
        int first = random.nextInt(THREADS + 4);
        for (int i = 0; i < THREADS + 4; i++) {
            int who = (first + i) % (THREADS + 4);
            if (who < THREADS ? run(tasks.get(who)) : !isBroken() && stepStore(who - THREADS)) {
                return true;
            }
        }
        return false;
    }

    private static boolean run(ArrayDeque<Runnable> waiting) {
        Runnable task = waiting.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    private boolean stepStore(int who) {
        try {
            return switch (who) {
                case 0 -> store.writeRound() == DiskStore.Next.GO_ON;
                case 1 -> {
                    DiskStore.Written written = store.written.poll();
                    if (written != null) {
                        store.flushRound(written);
                    }
                    yield written != null;
                }
                default -> run(worker(who == 2 ? "read" : "files").waiting);
            };
        } catch (IOException e) {
            broken = true;
            return true;
        }
    }

    /** Lets everything happen that can happen now. */
    void settle() {
        int idle = 0;
        for (int steps = 0; idle < 3; steps++) { // What is carried from one segment to another waits for its flush.
            idle = step() ? 0 : idle + 1;
            if (steps > MAX_STEPS) {
                if (!messageDisk.isFailing()) {
                    throw new AssertionError("it does not come to rest");
                }
                restless = true;
                return;
            }
        }
    }

    /** Lets time pass. */
    void advance(long millis) {
        nowMillis += millis;
        for (Timer timer = timers.peek(); timer != null && timer.dueMillis <= nowMillis; timer = timers.peek()) {
            timers.remove(timer);
            tasks.get(timer.loop).add(timer.task);
        }
        settle();
    }

    /** Lets the loops do all that they can do without the store. */
    void settleLoops() {
        while (tasks.stream().anyMatch(SteppedNode::run)) {
            if (random.nextInt(4) == 0 && !broken) {
                stepStore(random.nextInt(4));
            }
        }
    }

    /** Stops in order, whatever the store has to do still. All clients are gone. */
    void stop() throws IOException {
        settleLoops();
        Map<Long, CompletableFuture<Long>> answers = broker.noteSeen();
        settleLoops();
        Map<Long, Long> seen = new HashMap<>();
        answers.forEach((queue, answer) -> seen.put(queue, answer.join()));
        store.stop(seen);
        while (!broken && store.writeRound() != DiskStore.Next.STOP) {
            stepStore(random.nextInt(4));
        }
        DiskStore.Written last = store.written.poll();
        if (last != null) {
            store.flushRound(last);
        }
    }
}
