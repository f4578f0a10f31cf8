package io.jumpmq.app;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.RecoveryException;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VolatileCatalogLog;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.SteadyClock;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.management.AlarmLog;
import io.jumpmq.management.Definitions;
import io.jumpmq.management.Node;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.session.Connections;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.store.DiskStore;
import io.jumpmq.transport.AmqpServer;
import io.jumpmq.transport.EventLoops;
import io.jumpmq.value.FieldTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All of a broker but its HTTP servers, from its start to its stop: a process may have several, one after the other. */
final class RunningBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");
    private static final long STOP_MILLIS = 5_000;
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** From a queue with what is delivered to a channel that closes, and with what returns from there to the queue. */
    private static final int STOP_HOPS = 3;

    /** So many exchanges that wait for a type are told by their names. */
    private static final int SHOWN = 20;

    private final EventLoops loops;
    private final @Nullable DiskStore store;
    private final Plugins plugins;
    private final Node node;
    private final Authenticator authenticator;
    private final AmqpServer server;
    private final List<Listener> listeners = new ArrayList<>();
    private final AlarmLog alarms;
    private final @Nullable Path pluginsDirectory;

    private RunningBroker(
            JumpMq.Builder settings,
            EventLoops loops,
            @Nullable DiskStore store,
            Plugins plugins,
            Node node,
            LoginGuard guard) {
        this.loops = loops;
        this.store = store;
        this.plugins = plugins;
        this.node = node;
        this.alarms = new AlarmLog(node);
        this.pluginsDirectory = settings.pluginsDirectory;
        this.authenticator = new Authenticator(node.broker().catalog()::user, settings.loopbackUsers, guard);
        this.server = new AmqpServer(
                settings.protocols,
                loops,
                node.broker(),
                authenticator,
                settings.connections,
                settings.maxConnections,
                () -> serverProperties(node.clusterName()),
                node.connections());
    }

    /**
     * Starts one. When it cannot be, it stops in order: what its directory held is there, and counts as before.
     *
     * @param wanted where it is to listen
     * @param listening what listens where, of the whole process, for management
     * @param onDefect told, once and by another thread than the broker's, when a defect has ended it: it is to be closed
     * @throws IOException when it cannot listen, or not use its directory
     * @throws IllegalArgumentException when a plugin cannot be used
     */
    static RunningBroker start(
            JumpMq.Builder settings,
            List<Listener> wanted,
            Supplier<List<Listener>> listening,
            LoginGuard guard,
            Consumer<Throwable> onDefect)
            throws IOException {
        try (StartReport report = new StartReport()) {
            report.at("loads plugins");
            Plugins plugins = Plugins.load(settings.pluginsDirectory);
            report.at("opens the directory " + settings.dataDirectory);
            CompletableFuture<Throwable> defect = new CompletableFuture<>();
            RunningBroker broker = recover(settings, plugins, listening, guard, defect, report);
            try {
                broker.open(settings, wanted, report);
            } catch (IOException | RuntimeException | Error e) {
                broker.close();
                throw e;
            }
            broker.tellWhatWaits();
            upon(defect, onDefect);
            LOG.info(
                    "Node {} has started, version {}, {}: {}",
                    broker.node.name(),
                    broker.node.version(),
                    settings.dataDirectory == null
                            ? "without a data directory"
                            : "data directory " + settings.dataDirectory,
                    broker.listeners.stream().map(Listener::described).collect(Collectors.joining(", ")));
            return broker;
        }
    }

    /** In which messages may come, and be found again. */
    private static List<MessageFormat> formats(JumpMq.Builder settings) {
        return settings.protocols.stream()
                .flatMap(protocol -> protocol.formats().stream())
                .toList();
    }

    private static RunningBroker recover(
            JumpMq.Builder settings,
            Plugins plugins,
            Supplier<List<Listener>> listening,
            LoginGuard guard,
            CompletableFuture<Throwable> defect,
            StartReport report)
            throws IOException {
        try {
            DiskStore store = settings.dataDirectory == null
                    ? null
                    : DiskStore.open(
                            settings.dataDirectory,
                            settings.storeSettings,
                            formats(settings),
                            settings.onStoreFailure,
                            report::at);
            return recover(settings, plugins, store, listening, guard, defect, report);
        } catch (IOException | RuntimeException | Error e) {
            plugins.close();
            throw e;
        }
    }

    private static RunningBroker recover(
            JumpMq.Builder settings,
            Plugins plugins,
            @Nullable DiskStore store,
            Supplier<List<Listener>> listening,
            LoginGuard guard,
            CompletableFuture<Throwable> defect,
            StartReport report)
            throws IOException {
        SteadyClock clock = settings.clock.get();
        EventLoops loops = new EventLoops(settings.threads, clock, failure -> {
            if (failure instanceof VirtualMachineError) {
                settings.onFatal.accept(failure);
            }
            defect.complete(failure);
        });
        AtomicReference<@Nullable Broker> whole = new AtomicReference<>();
        MemoryBudget memory = new MemoryBudget(settings.messageMemoryBytes, settings.connectionMemoryBytes, () -> {
            Broker running = whole.get();
            if (running != null) {
                running.pageOut();
            }
        });
        Broker broker = new Broker(
                store == null ? Incarnation.ofNewNode() : store.incarnation(),
                loops.loops(),
                loops.catalogLoop(),
                plugins.types(),
                memory,
                store == null ? new VolatileCatalogLog() : store.catalogLog(),
                store == null ? MessageStore.VOLATILE : store);
        whole.set(broker);
        try {
            recover(settings, broker, store, report);
        } catch (IOException | RuntimeException | Error e) {
            loops.close();
            if (store != null) {
                store.abandon();
            }
            throw e;
        }
        Node node = node(settings, clock, broker, memory, plugins.described(), listening);
        return new RunningBroker(settings, loops, store, plugins, node, guard);
    }

    private static void recover(JumpMq.Builder settings, Broker broker, @Nullable DiskStore store, StartReport report)
            throws IOException {
        int changes = store == null ? 0 : store.recoveredChanges().size();
        report.at(() -> "applies " + changes + " changes of the catalog, which make "
                + broker.queueIds().size() + " queues so far");
        List<Change> snapshot = new ArrayList<>();
        try {
            onLoop(broker.catalogLoop(), () -> {
                if (store != null) {
                    broker.recover(store.recoveredChanges(), store.highestQueue());
                }
                if (broker.catalog().vhosts().isEmpty()) {
                    broker.prepare(settings.firstCommands());
                }
                snapshot.addAll(broker.snapshot());
            });
        } catch (RecoveryException e) {
            throw Objects.requireNonNull(store, "nothing was recorded")
                    .refused(e.number() - 1, String.valueOf(e.getMessage()));
        }
        if (store != null) {
            report.at("begins to write to " + settings.dataDirectory);
            store.start(snapshot);
        }
    }

    private static Node node(
            JumpMq.Builder settings,
            SteadyClock clock,
            Broker broker,
            MemoryBudget memory,
            List<Node.Plugin> plugins,
            Supplier<List<Listener>> listening) {
        String name = settings.nodeName;
        return new Node(
                name.contains("@") ? name : name + "@" + hostName(),
                version(),
                clock,
                broker,
                new Connections(),
                memory,
                settings.dataDirectory,
                settings.defaultQueueType,
                BasicFormat.INSTANCE,
                plugins,
                () -> listening.get().stream().map(Listener::managed).toList());
    }

    /** From the system if it tells: asking the network for a name may take long where that is not set up. */
    private static String hostName() {
        try {
            return Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            return askedHostName();
        }
    }

    private static String askedHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Has a loop do something, and waits until it is done; throws what that throws. */
    private static void onLoop(Loop loop, Runnable action) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        loop.submit(
                (Runnable task) -> {
                    try {
                        task.run();
                        done.complete(null);
                    } catch (RuntimeException | Error e) {
                        done.completeExceptionally(e);
                    }
                },
                action);
        try {
            done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static void begin(Broker broker) throws IOException {
        try {
            broker.releaseEarlierIncarnations().join();
        } catch (CompletionException e) {
            throw new IOException("the start cannot be recorded: " + e.getMessage(), e);
        }
    }

    /** Whoever has taken a plugin away is told which exchanges need it. */
    private void tellWhatWaits() {
        Map<String, List<ExchangeRecord>> waiting = node.broker().catalog().vhosts().stream()
                .flatMap(vhost -> vhost.exchanges().stream())
                .filter(ExchangeRecord::waitsForType)
                .sorted(Comparator.comparing(ExchangeRecord::vhost).thenComparing(ExchangeRecord::name))
                .collect(Collectors.groupingBy(ExchangeRecord::type, TreeMap::new, Collectors.toList()));
        waiting.forEach((type, exchanges) -> LOG.warn(
                "No plugin brings the type '{}', for which {} wait: {}{}. They keep bindings and state, and route nothing."
                        + " Put the plugin into {}, and start again; or delete them.",
                type,
                exchanges.size() == 1 ? "1 exchange has to" : exchanges.size() + " exchanges have to",
                exchanges.stream().limit(SHOWN).map(ExchangeRecord::toString).collect(Collectors.joining(", ")),
                exchanges.size() > SHOWN ? ", …" : "",
                pluginsDirectory == null ? "the plugins' directory" : pluginsDirectory.toAbsolutePath()));
    }

    /** Imports what is to be there first, and lets clients in. */
    private void open(JumpMq.Builder settings, List<Listener> wanted, StartReport report) throws IOException {
        begin(node.broker());
        if (!settings.definitions.isEmpty()) {
            report.at("imports definitions");
            settings.definitions.forEach(new Definitions(node)::load);
        }
        if (!settings.clusterName.isEmpty()) {
            node.broker()
                    .administer(List.of(Node.nameCluster(settings.clusterName)))
                    .join();
        }
        report.at("opens its ports");
        for (Listener listener : wanted) {
            listeners.add(listener.at(server.listen(listener.address(), listener.tls())));
        }
    }

    /** A loop cannot wait for its own end: that takes another thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a defect.
    private static void upon(CompletableFuture<Throwable> defect, Consumer<Throwable> listener) {
        defect.thenAcceptAsync(listener, task -> new Thread(task, "jumpmq-end").start());
    }

    private static FieldTable serverProperties(String clusterName) {
        Map<String, Object> capabilities = new LinkedHashMap<>();
        for (String capability : new String[] {
            "publisher_confirms",
            "exchange_exchange_bindings",
            "basic.nack",
            "consumer_cancel_notify",
            "connection.blocked",
            "consumer_priorities",
            "authentication_failure_close",
            "per_consumer_qos",
            "direct_reply_to"
        }) {
            capabilities.put(capability, true);
        }
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("capabilities", FieldTable.of(capabilities));
        properties.put("cluster_name", clusterName);
        properties.put("product", "JumpMQ");
        properties.put("version", Node.COMPATIBLE_VERSION);
        properties.put("product_version", version());
        properties.put("platform", "Java " + System.getProperty("java.version"));
        properties.put("copyright", "The JumpMQ authors");
        properties.put("information", "Licensed under the Apache License 2.0");
        return FieldTable.of(properties);
    }

    private static String version() {
        String version = RunningBroker.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    Node node() {
        return node;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    /** Where it listens. */
    List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    /** Says goodbye to all clients and stops. */
    @Override
    public void close() {
        alarms.close();
        stop("The connections", server::close);
        if (!loops.settle(STOP_HOPS, STOP_MILLIS)) {
            LOG.warn("The broker is too busy to wait until all that clients have sent is done");
        }
        Map<Long, Long> seen = store == null ? Map.of() : seen();
        loops.close();
        if (store != null) {
            try {
                store.close(seen);
            } catch (IOException e) {
                LOG.error("The store could not be closed in order; what was confirmed is safe", e);
            }
        }
        plugins.close();
    }

    /** What does not stop in order must not keep the store from it: what was acknowledged would come back. */
    static void stop(String what, Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            LOG.error("{} could not be stopped in order", what, e);
        }
    }

    /** Up to where the queues have delivered: the next start need not call everything redelivered then. */
    private Map<Long, Long> seen() {
        Map<Long, CompletableFuture<Long>> answers = node.broker().noteSeen();
        try {
            CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                    .get(STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Some queues were too busy to tell what they have delivered");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Map<Long, Long> seen = new HashMap<>();
        // Of one that has not answered, all counts as delivered.
        answers.forEach((queue, answer) -> seen.put(queue, answer.getNow(Long.MAX_VALUE)));
        return seen;
    }
}
