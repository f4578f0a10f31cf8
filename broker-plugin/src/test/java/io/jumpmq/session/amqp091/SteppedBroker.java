package io.jumpmq.session.amqp091;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.QueuePlacement;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.LoopThread;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.session.ConnectionSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.Set;

/** A whole broker on the caller's thread: two loops, no sockets, and a clock that moves when it is told to. */
final class SteppedBroker {
    static final String VHOST = "/";
    private static final long TICK_MILLIS = 1_000;

    private record Timer(long dueMillis, long order, Runnable task) {}

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::dueMillis).thenComparingLong(Timer::order));
    private final List<Throwable> failures = new ArrayList<>();
    private final List<SteppedClient> clients = new ArrayList<>();
    private final Loop queueLoop;
    private final Loop clientLoop;
    private final Broker broker;
    private final Authenticator authenticator;
    private long nowMillis = 1_700_000_000_000L;
    private long timersSet;
    private long connections;

    /** A broker with the virtual host "/" and the user guest. */
    SteppedBroker() {
        this(Long.MAX_VALUE, 1L << 30);
    }

    /** One whose messages may take so much memory, and its connections. */
    SteppedBroker(long memoryBytes, long connectionBytes) {
        this(memoryBytes, connectionBytes, QueuePlacement.HERE);
    }

    /** One whose queues may run elsewhere. */
    SteppedBroker(long memoryBytes, long connectionBytes, QueuePlacement placement) {
        LoopThread thread = new LoopThread() {
            @Override
            public void execute(Runnable task) {
                tasks.add(task);
            }

            @Override
            public void schedule(Runnable task, long delayMillis) {
                timers.add(new Timer(nowMillis + delayMillis, timersSet++, task));
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
        queueLoop = new Loop(0, thread);
        clientLoop = new Loop(1, thread);
        broker = new Broker(
                TestIds.NODE,
                List.of(queueLoop, clientLoop),
                ServiceLoader.load(ExchangeType.class),
                new MemoryBudget(memoryBytes, connectionBytes, () -> {}),
                CatalogLog.VOLATILE,
                MessageStore.VOLATILE,
                placement);
        broker.prepare(List.of(
                new Command.CreateVhost(VHOST, "", Set.of()),
                new Command.PutUser("guest", PasswordHash.of("guest", new byte[4]), Set.of()),
                new Command.SetPermission(VHOST, "guest", Permission.ALL)));
        authenticator = new Authenticator(broker.catalog()::user, Set.of(), new LoginGuard(() -> nowMillis));
    }

    SteppedClient connect(ConnectionSettings settings) {
        SteppedClient client = new SteppedClient(this, ++connections, settings);
        clients.add(client);
        return client;
    }

    Broker broker() {
        return broker;
    }

    VirtualHost vhost() {
        return Objects.requireNonNull(broker.catalog().vhost(VHOST));
    }

    Authenticator authenticator() {
        return authenticator;
    }

    /** The loop of all connections; queues are on it and on another. */
    Loop loop() {
        return clientLoop;
    }

    void execute(Runnable task) {
        tasks.add(task);
    }

    void forget(SteppedClient client) {
        clients.remove(client);
    }

    /** Lets everything happen that can happen now. */
    void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Lets time pass, with a tick for every connection each second. */
    void advance(long millis) {
        long end = nowMillis + millis;
        while (nowMillis < end) {
            nowMillis = Math.min(end, nowMillis + TICK_MILLIS);
            for (Timer timer = timers.peek(); timer != null && timer.dueMillis <= nowMillis; timer = timers.peek()) {
                timers.remove(timer);
                timer.task.run();
                settle();
            }
            List.copyOf(clients).forEach(SteppedClient::tick);
            settle();
        }
    }

    /** Time passes and nobody does anything, as when the whole process stands still. */
    void standStill(long millis) {
        nowMillis += millis;
    }

    /** What no protocol error explains: defects. */
    List<Throwable> failures() {
        return failures;
    }

    long backlog() {
        return queueLoop.backlog() + clientLoop.backlog();
    }

    long nowMillis() {
        return nowMillis;
    }
}
