package io.jumpmq.app;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.amqp.FieldTable;
import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.RecoveryException;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.exchange.ExchangeType;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.SteadyClock;
import io.jumpmq.management.AlarmLog;
import io.jumpmq.management.Definitions;
import io.jumpmq.management.Node;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.session.Connections;
import io.jumpmq.store.DiskStore;
import io.jumpmq.store.StoreSettings;
import io.jumpmq.transport.AmqpServer;
import io.jumpmq.transport.EventLoops;
import io.jumpmq.transport.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
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

/**
 * A broker in this process: for tests, and for applications that want one of their own.
 *
 * <pre>
 * try (JumpMq broker = JumpMq.builder().port(0).start()) {
 *     connectionFactory.setUri(broker.uri());
 *     …
 * }
 * </pre>
 */
public final class JumpMq implements AutoCloseable {
    /** The port of AMQP. */
    public static final int DEFAULT_PORT = 5672;

    private static final String VHOST = "/";
    private static final String GUEST = "guest";
    private static final long STOP_MILLIS = 5_000;
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** From a queue with what is delivered to a channel that closes, and with what returns from there to the queue. */
    private static final int STOP_HOPS = 3;

    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");

    private final EventLoops loops;
    private final Broker broker;
    private final AmqpServer server;
    private final @Nullable DiskStore store;
    private final List<Listener> listeners;
    private final @Nullable HttpServers http;
    private final @Nullable AlarmLog alarms;
    private boolean closed;

    private JumpMq(
            EventLoops loops,
            Broker broker,
            AmqpServer server,
            @Nullable DiskStore store,
            List<Listener> listeners,
            @Nullable HttpServers http,
            @Nullable AlarmLog alarms) {
        this.loops = loops;
        this.broker = broker;
        this.server = server;
        this.store = store;
        this.listeners = List.copyOf(listeners);
        this.http = http;
        this.alarms = alarms;
    }

    /** A broker's settings, with RabbitMQ's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a broker is started with. */
    public static final class Builder {
        private int port = DEFAULT_PORT;
        private String host = "0.0.0.0";
        private final List<Listener> more = new ArrayList<>();
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxConnections = 100_000;
        private long messageMemoryBytes = Runtime.getRuntime().maxMemory() / 5 * 2;
        private ConnectionSettings connections = ConnectionSettings.DEFAULT;
        private Set<String> loopbackUsers = Set.of(GUEST);
        private String vhost = VHOST;
        private Permission permission = Permission.ALL;
        private String clusterName = "";
        private final List<Listener> http = new ArrayList<>();
        private HttpPaths httpPaths = HttpPaths.DEFAULT;
        private String nodeName = "jumpmq";
        private String defaultQueueType = "";
        private final List<byte[]> definitions = new ArrayList<>();
        private @Nullable Path dataDirectory;
        private StoreSettings storeSettings = StoreSettings.DEFAULT;
        private Consumer<Throwable> onStoreFailure = failure -> {};
        private Consumer<Throwable> onDefect = defect -> {};
        private Consumer<Throwable> onFatal = failure -> {};
        private long connectionMemoryBytes = Runtime.getRuntime().maxMemory() / 8;
        private final Map<String, Command.PutUser> users = new LinkedHashMap<>();
        private Supplier<SteadyClock> clock = SteadyClock::ofMachine;

        private Builder() {
            user(GUEST, GUEST, User.ADMINISTRATOR);
        }

        /** Where to listen; 0 takes a free port, -1 does not listen. */
        public Builder port(int newPort) {
            port = newPort;
            return this;
        }

        /** The address to listen on; all by default. */
        public Builder host(String newHost) {
            host = newHost;
            return this;
        }

        /** Listens there, too; through TLS if it is given. */
        public Builder listen(InetSocketAddress address, @Nullable Tls tls) {
            return listen(new Listener(Listener.Service.AMQP, address, tls));
        }

        Builder listen(Listener listener) {
            (listener.service() == Listener.Service.AMQP ? more : http).add(listener);
            return this;
        }

        /** Event loops; as many as there are cores by default. */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /** Beyond which clients are turned away. */
        public Builder maxConnections(int count) {
            maxConnections = count;
            return this;
        }

        /** How much memory messages may take before publishers have to wait; two fifths of the heap by default. */
        public Builder messageMemory(long bytes) {
            messageMemoryBytes = bytes;
            return this;
        }

        /**
         * How much memory all connections together may take for messages that are half sent, uncommitted or unread; an eighth of
         * the heap by default. Five eighths of it are the most for one connection, and so for one message.
         */
        public Builder connectionMemory(long bytes) {
            connectionMemoryBytes = bytes;
            return this;
        }

        /** Limits of every connection. */
        public Builder connections(ConnectionSettings settings) {
            connections = settings;
            return this;
        }

        /** Who may log in from this machine only; guest by default. */
        public Builder loopbackUsers(Set<String> names) {
            loopbackUsers = Set.copyOf(names);
            return this;
        }

        /** The virtual host that a new broker has; "/" by default. */
        public Builder vhost(String name) {
            vhost = name;
            return this;
        }

        /** Nobody is known but those added from here on: not even guest. */
        public Builder withoutUsers() {
            users.clear();
            return this;
        }

        /** What the users added here may do on the virtual host; all by default. */
        public Builder permission(Permission newPermission) {
            permission = newPermission;
            return this;
        }

        /** Adds a user. */
        public Builder user(String name, String password, String... tags) {
            byte[] salt = new byte[PasswordHash.SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            users.put(name, new Command.PutUser(name, PasswordHash.of(password, salt), Set.of(tags)));
            return this;
        }

        /** Serves the HTTP API and the web pages on this machine; 0 takes a free port. Nowhere by default. */
        public Builder management(int newPort) {
            return management(new InetSocketAddress(InetAddress.getLoopbackAddress(), newPort), null);
        }

        /** Serves the HTTP API and the web pages there, too; through TLS if it is given. */
        public Builder management(InetSocketAddress address, @Nullable Tls tls) {
            return listen(new Listener(Listener.Service.MANAGEMENT, address, tls));
        }

        /** Serves metrics to Prometheus on this machine; 0 takes a free port. Nowhere by default. */
        public Builder prometheus(int newPort) {
            return prometheus(new InetSocketAddress(InetAddress.getLoopbackAddress(), newPort), null);
        }

        /** Serves metrics to Prometheus there, too; through TLS if it is given. */
        public Builder prometheus(InetSocketAddress address, @Nullable Tls tls) {
            return listen(new Listener(Listener.Service.PROMETHEUS, address, tls));
        }

        /** What the node is called: NAME@HOST, or a name that this machine's is put behind. */
        public Builder nodeName(String name) {
            nodeName = name;
            return this;
        }

        /** What durable queues are that do not say it, in virtual hosts made from now on: {@code classic} or {@code quorum}. */
        public Builder defaultQueueType(String type) {
            defaultQueueType = type;
            return this;
        }

        Builder httpPaths(HttpPaths paths) {
            httpPaths = paths;
            return this;
        }

        /** What the cluster is called; by default as the node. */
        public Builder clusterName(String name) {
            clusterName = name;
            return this;
        }

        /**
         * Definitions, in RabbitMQ's JSON, to import before clients are let in; may be given several times. If they have
         * users, a new broker has those and no others; if they have virtual hosts, likewise.
         */
        public Builder definitions(byte[] json) {
            definitions.add(json.clone());
            return this;
        }

        /** Where durable queues and persistent messages are kept; without it, everything lives in memory only. */
        public Builder dataDirectory(Path directory) {
            dataDirectory = directory;
            return this;
        }

        /** How they are kept. */
        public Builder store(StoreSettings settings) {
            storeSettings = settings;
            return this;
        }

        /** Told, once, when the disk fails; the broker confirms nothing any more then, and should be closed. */
        public Builder onStoreFailure(Consumer<Throwable> listener) {
            onStoreFailure = listener;
            return this;
        }

        /** Told, once, when a defect has ended the broker; it is closed then, and what was confirmed is safe. */
        public Builder onDefect(Consumer<Throwable> listener) {
            onDefect = listener;
            return this;
        }

        /** The clock that starts with the broker, for tests. */
        Builder clock(Supplier<SteadyClock> newClock) {
            clock = newClock;
            return this;
        }

        /**
         * Told when the Java machine has failed, such as for want of memory, in work that is not one connection's: queues or the
         * catalog may be half changed then. The process should end, and be started again: what was confirmed is on disk.
         */
        public Builder onFatal(Consumer<Throwable> listener) {
            onFatal = listener;
            return this;
        }

        /** What a new broker has that its definitions do not bring: beside their users, a default one would be a door. */
        private List<Command> firstCommands() {
            Set<String> brought = new HashSet<>();
            definitions.forEach(json -> brought.addAll(Definitions.sections(json)));
            boolean needsUsers = !brought.contains(Definitions.USERS);
            List<Command> commands = new ArrayList<>();
            if (needsUsers || !brought.contains(Definitions.VHOSTS)) {
                commands.add(new Command.CreateVhost(vhost, "Default virtual host", Set.of(), defaultQueueType));
            }
            if (needsUsers) {
                users.values().forEach(user -> {
                    commands.add(user);
                    commands.add(new Command.SetPermission(vhost, user.name(), permission));
                });
            }
            return commands;
        }

        /**
         * Starts the broker. When it cannot, it stops in order: what its directory held is there, and counts as before.
         *
         * @throws UncheckedIOException when it cannot listen, or not use its directory
         */
        public JumpMq start() {
            try (StartReport report = new StartReport()) {
                report.at("opens the directory " + dataDirectory);
                DiskStore store = dataDirectory == null
                        ? null
                        : DiskStore.open(dataDirectory, storeSettings, onStoreFailure, report::at);
                return start(store, report);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private JumpMq start(@Nullable DiskStore store, StartReport report) throws IOException {
            CompletableFuture<Throwable> defect = new CompletableFuture<>();
            SteadyClock steady = clock.get();
            EventLoops loops = new EventLoops(threads, steady, failure -> {
                if (failure instanceof VirtualMachineError) {
                    onFatal.accept(failure);
                }
                defect.complete(failure);
            });
            AtomicReference<@Nullable Broker> whole = new AtomicReference<>();
            MemoryBudget memory = new MemoryBudget(messageMemoryBytes, connectionMemoryBytes, () -> {
                Broker running = whole.get();
                if (running != null) {
                    running.letGo();
                }
            });
            Broker broker = new Broker(
                    loops.loops(),
                    ServiceLoader.load(ExchangeType.class),
                    memory,
                    store == null ? CatalogLog.VOLATILE : store,
                    store == null ? MessageStore.VOLATILE : store);
            whole.set(broker);
            try {
                recover(broker, store, report);
            } catch (IOException | RuntimeException | Error e) {
                loops.close();
                if (store != null) {
                    store.abandon();
                }
                throw e;
            }
            Connections open = new Connections();
            Authenticator authenticator = new Authenticator(
                    broker.catalog()::user,
                    loopbackUsers,
                    new LoginGuard(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime())));
            AmqpServer server =
                    new AmqpServer(loops, broker, authenticator, connections, maxConnections, serverProperties(), open);
            List<Listener> listening = new CopyOnWriteArrayList<>();
            try {
                Node node = node(steady, broker, open, memory, listening);
                if (!definitions.isEmpty()) {
                    report.at("imports definitions");
                    definitions.forEach(new Definitions(node)::load);
                }
                report.at("opens its ports");
                listening.addAll(listen(server));
                HttpServers servers =
                        http.isEmpty() ? null : HttpServers.start(node, authenticator, httpPaths, http, listening);
                JumpMq started = new JumpMq(loops, broker, server, store, listening, servers, new AlarmLog(node));
                endUpon(defect, started);
                LOG.info(
                        "Node {} has started, version {}, {}: {}",
                        node.name(),
                        node.version(),
                        dataDirectory == null ? "without a data directory" : "data directory " + dataDirectory,
                        listening.stream().map(Listener::described).collect(Collectors.joining(", ")));
                return started;
            } catch (IOException | RuntimeException | Error e) {
                new JumpMq(loops, broker, server, store, listening, null, null).close();
                throw e;
            }
        }

        /** A loop cannot wait for its own end: that takes another thread. */
        @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a defect.
        private void endUpon(CompletableFuture<Throwable> defect, JumpMq started) {
            defect.thenAcceptAsync(
                    what -> {
                        started.close();
                        onDefect.accept(what);
                    },
                    task -> new Thread(task, "jumpmq-end").start());
        }

        private void recover(Broker broker, @Nullable DiskStore store, StartReport report) throws IOException {
            int changes = store == null ? 0 : store.recoveredChanges().size();
            report.at(() -> "applies " + changes + " changes of the catalog, which make "
                    + broker.queueIds().size() + " queues so far");
            List<Command> first = firstCommands();
            try {
                onLoop(broker.catalogLoop(), () -> {
                    if (store != null) {
                        broker.recover(store.recoveredChanges(), store.highestQueue());
                    }
                    if (broker.catalog().vhosts().isEmpty()) {
                        broker.prepare(first);
                    }
                    broker.snapshot();
                });
            } catch (RecoveryException e) {
                throw Objects.requireNonNull(store, "nothing was recorded")
                        .refused(e.number() - 1, String.valueOf(e.getMessage()));
            }
            if (store != null) {
                report.at("begins to write to " + dataDirectory);
                store.start(broker.queueIds());
            }
        }

        private Node node(
                SteadyClock steady, Broker broker, Connections open, MemoryBudget memory, List<Listener> listening) {
            String name = nodeName.contains("@") ? nodeName : nodeName + "@" + hostName();
            return new Node(
                    name,
                    clusterName.isEmpty() ? name : clusterName,
                    version(),
                    steady,
                    broker,
                    open,
                    memory,
                    dataDirectory,
                    storeSettings.diskFreeLimitBytes(),
                    defaultQueueType,
                    () -> listening.stream().map(Listener::managed).toList());
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

        private List<Listener> listen(AmqpServer server) throws IOException {
            List<Listener> all = new ArrayList<>();
            if (port >= 0) {
                all.add(new Listener(Listener.Service.AMQP, new InetSocketAddress(host, port), null));
            }
            all.addAll(more);
            List<Listener> bound = new ArrayList<>();
            for (Listener listener : all) {
                bound.add(listener.at(server.listen(listener.address(), listener.tls())));
            }
            return bound;
        }
    }

    private static FieldTable serverProperties() {
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
        properties.put("product", "JumpMQ");
        properties.put("version", version());
        properties.put("platform", "Java " + System.getProperty("java.version"));
        properties.put("copyright", "The JumpMQ authors");
        properties.put("information", "Licensed under the Apache License 2.0");
        return FieldTable.of(properties);
    }

    private static String version() {
        String version = JumpMq.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The port that it listens on; of several the first. */
    public int port() {
        return listeners.get(0).address().getPort();
    }

    /** Where it listens. */
    List<Listener> listeners() {
        return listeners;
    }

    /** The port of the HTTP API, of several the first; -1: there is none. */
    public int managementPort() {
        return portOf(Listener.Service.MANAGEMENT);
    }

    /** The port for Prometheus, of several the first; -1: there is none. */
    public int prometheusPort() {
        return portOf(Listener.Service.PROMETHEUS);
    }

    private int portOf(Listener.Service service) {
        return listeners.stream()
                .filter(listener -> listener.service() == service)
                .mapToInt(listener -> listener.address().getPort())
                .findFirst()
                .orElse(-1);
    }

    /** Where a client on this machine finds it, as guest. */
    public String uri() {
        return "amqp://guest:guest@127.0.0.1:" + port();
    }

    /** Makes a virtual host, unless it is there already. */
    public void addVhost(String name) {
        administer(new Command.CreateVhost(name, "", Set.of()));
    }

    /** Lets a user do on a virtual host what these patterns over names allow. */
    public void setPermissions(String vhost, String user, String configure, String write, String read) {
        administer(new Command.SetPermission(vhost, user, Permission.of(configure, write, read)));
    }

    /**
     * Makes a policy for queues and exchanges, or replaces the one of that name; it takes effect at once.
     *
     * @param pattern found anywhere in their names
     * @param definition such as {@code Map.of("max-length", 1000)}
     * @throws AmqpException when the pattern or a setting makes no sense
     */
    public void setPolicy(String vhost, String name, String pattern, int priority, Map<String, Object> definition) {
        administer(
                new Command.SetPolicy(vhost, Policy.of(name, pattern, Policy.Target.ALL, priority, definition, false)));
    }

    /** As {@link #setPolicy}, for bounds that no user's policy can lift. */
    public void setOperatorPolicy(
            String vhost, String name, String pattern, int priority, Map<String, Object> definition) {
        administer(new Command.SetPolicy(
                vhost, Policy.of(name, pattern, Policy.Target.QUEUES, priority, definition, true)));
    }

    /** Takes a policy away. */
    public void deletePolicy(String vhost, String name) {
        administer(new Command.DeletePolicy(vhost, name, false));
    }

    /** Returns when the change lasts. */
    private void administer(Command command) {
        try {
            broker.administer(List.of(command)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof AmqpException refused) {
                throw refused;
            }
            throw e.getCause() instanceof Broker.RefusedException refused ? refused.reason() : e;
        }
    }

    /** Says goodbye to all clients and stops. Whoever calls it while it stops waits, too; after that, nothing happens. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (alarms != null) { // It has started.
            LOG.info("The node stops");
            alarms.close();
        }
        if (http != null) {
            stop("The HTTP API", http::close);
        }
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
                return;
            }
        }
        if (alarms != null) {
            LOG.info("The node has stopped");
        }
    }

    /** What does not stop in order must not keep the store from it: what was acknowledged would come back. */
    private static void stop(String what, Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            LOG.error("{} could not be stopped in order", what, e);
        }
    }

    /** Up to where the queues have delivered: the next start need not call everything redelivered then. */
    private Map<Long, Long> seen() {
        Map<Long, CompletableFuture<Long>> answers = broker.noteSeen();
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
