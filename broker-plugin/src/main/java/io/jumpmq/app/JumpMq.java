package io.jumpmq.app;

import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.RefusedCommandException;
import io.jumpmq.broker.loop.SteadyClock;
import io.jumpmq.config.Settings;
import io.jumpmq.management.Control;
import io.jumpmq.management.Cors;
import io.jumpmq.management.Definitions;
import io.jumpmq.management.Node;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.session.Protocol;
import io.jumpmq.session.amqp091.Amqp091;
import io.jumpmq.store.StoreSettings;
import io.jumpmq.transport.Tls;
import io.jumpmq.value.AmqpException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");

    private final Builder settings;
    private final LiveSettings live;
    private final LoginGuard guard = new LoginGuard(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));

    /** Those for AMQP, then those for HTTP; the former keep their ports when the broker is stopped for a while. */
    private final List<Listener> amqp;

    private final List<Listener> http = new CopyOnWriteArrayList<>();

    private @Nullable HttpServers servers;
    private volatile @Nullable RunningBroker broker;
    private boolean closed;

    private JumpMq(Builder settings) throws IOException {
        this.settings = settings;
        this.live = new LiveSettings(settings.settings);
        RunningBroker started = run(settings.listeners());
        this.amqp = started.listeners();
        try {
            serve(started);
        } catch (IOException | RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    private synchronized void serve(RunningBroker started) throws IOException {
        if (closed) {
            throw new IOException("the broker has ended at its start: see its log");
        }
        broker = started;
        if (!settings.http.isEmpty()) {
            servers = HttpServers.start(
                    started.node(),
                    started.authenticator(),
                    new Operators(),
                    settings.httpPaths,
                    settings.cors,
                    settings.http,
                    http);
        }
    }

    /** A broker's settings, with RabbitMQ's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a broker is started with. */
    public static final class Builder {
        List<Protocol> protocols = List.of(new Amqp091());
        int port = DEFAULT_PORT;
        String host = "0.0.0.0";
        final List<Listener> more = new ArrayList<>();
        int threads = Runtime.getRuntime().availableProcessors();
        int maxConnections = 100_000;
        long messageMemoryBytes = Runtime.getRuntime().maxMemory() / 5 * 2;
        ConnectionSettings connections = ConnectionSettings.DEFAULT;
        Set<String> loopbackUsers = Set.of(GUEST);
        String vhost = VHOST;
        Permission permission = Permission.ALL;
        String clusterName = "";
        Supplier<List<String>> recentLog = List::of;
        final List<Listener> http = new ArrayList<>();
        HttpPaths httpPaths = HttpPaths.DEFAULT;
        Cors cors = Cors.NONE;
        String nodeName = "jumpmq";
        String defaultQueueType = "";
        final List<byte[]> definitions = new ArrayList<>();

        @Nullable Path dataDirectory;

        @Nullable Path pluginsDirectory;

        StoreSettings storeSettings = StoreSettings.DEFAULT;
        Consumer<Throwable> onStoreFailure = failure -> {};
        Consumer<Throwable> onDefect = defect -> {};
        Consumer<Throwable> onFatal = failure -> {};
        long connectionMemoryBytes = Runtime.getRuntime().maxMemory() / 8;
        final Map<String, Command.PutUser> users = new LinkedHashMap<>();
        Supplier<SteadyClock> clock = SteadyClock::ofMachine;

        private Settings settings = new Settings.Builder().build();

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

        /** Which pages of other origins may use the HTTP API; none by default. */
        public Builder cors(Cors newCors) {
            cors = newCors;
            return this;
        }

        Builder httpPaths(HttpPaths paths) {
            httpPaths = paths;
            return this;
        }

        /** The end of its log, for operators; without it, the log is the application's. */
        Builder recentLog(Supplier<List<String>> lines) {
            recentLog = lines;
            return this;
        }

        /** What the cluster is called from this start on; by default as before, and at first as the node. */
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

        /** Where the jars of plugins are, which bring types of exchanges; without it, there are only JumpMQ's own. */
        public Builder pluginsDirectory(Path directory) {
            pluginsDirectory = directory;
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
        List<Command> firstCommands() {
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

        private List<Listener> listeners() {
            List<Listener> all = new ArrayList<>();
            if (port >= 0) {
                all.add(new Listener(Listener.Service.AMQP, new InetSocketAddress(host, port), null));
            }
            all.addAll(more);
            return all;
        }

        /** What it is started with, as operators see it. */
        Builder settings(Settings newSettings) {
            settings = newSettings;
            return this;
        }

        /**
         * Starts the broker. When it cannot, it stops in order: what its directory held is there, and counts as before.
         *
         * @throws UncheckedIOException when it cannot listen, or not use its directory
         * @throws IllegalArgumentException when a plugin cannot be used
         */
        public JumpMq start() {
            try {
                return new JumpMq(this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private RunningBroker run(List<Listener> wanted) throws IOException {
        return RunningBroker.start(settings, wanted, this::listeners, guard, defect -> {
            close();
            settings.onDefect.accept(defect);
        });
    }

    /** What operators do with it through the HTTP API. */
    private final class Operators implements Control {
        @Override
        public Map<String, String> settings() {
            return live.all();
        }

        @Override
        public Set<String> chosen() {
            return live.chosen();
        }

        @Override
        public List<String> recentLog() {
            return settings.recentLog.get();
        }

        @Override
        public void set(String key, String value) {
            RunningBroker running = broker;
            if (running != null) {
                live.set(running.node(), key, value);
            }
        }

        @Override
        public void rotateLogs() {
            LogSettings.rotate();
        }

        @Override
        public void stop() {
            pause();
        }

        @Override
        public void start() throws IOException {
            resume();
        }
    }

    /** Stops the broker in order; the HTTP servers go on, and know who may start it again. */
    private synchronized void pause() {
        RunningBroker running = broker;
        HttpServers servers = this.servers;
        if (running == null || servers == null || closed) {
            return;
        }
        LOG.info("The broker stops, as an operator wants; the HTTP API can start it again");
        Node dormant = running.node().with(running.node().broker().dormant());
        servers.pause(dormant, new Authenticator(dormant.broker().catalog()::user, settings.loopbackUsers, guard));
        broker = null;
        running.close();
    }

    private synchronized void resume() throws IOException {
        HttpServers servers = this.servers;
        if (broker != null || servers == null || closed) {
            return;
        }
        RunningBroker started = run(amqp);
        live.forget();
        broker = started;
        servers.serve(started.node(), started.authenticator());
        LOG.info("The broker has started again");
    }

    /** The port that it listens on; of several the first. */
    public int port() {
        return amqp.get(0).address().getPort();
    }

    /** Where it listens now. */
    List<Listener> listeners() {
        List<Listener> all = new ArrayList<>();
        RunningBroker running = broker;
        if (running != null) {
            all.addAll(running.listeners());
        }
        all.addAll(http);
        return all;
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
        return http.stream()
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
        administer(
                new Command.SetPolicy(vhost, Policy.of(name, pattern, Policy.Target.ALL, priority, definition, true)));
    }

    /** Takes a policy away. */
    public void deletePolicy(String vhost, String name) {
        administer(new Command.DeletePolicy(vhost, name, false));
    }

    private RunningBroker running() {
        RunningBroker running = broker;
        if (running == null) {
            throw new IllegalStateException("the broker is stopped");
        }
        return running;
    }

    /** Returns when the change is durable. */
    private void administer(Command command) {
        try {
            running().node().broker().administer(List.of(command)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof AmqpException refused) {
                throw refused;
            }
            throw e.getCause() instanceof RefusedCommandException refused ? refused.reason() : e;
        }
    }

    /** Says goodbye to all clients and stops. Whoever calls it while it stops waits, too; after that, nothing happens. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        LOG.info("The node stops");
        HttpServers servers = this.servers;
        if (servers != null) {
            RunningBroker.stop("The HTTP API", servers::close);
        }
        RunningBroker running = broker;
        if (running != null) {
            running.close();
        }
        LOG.info("The node has stopped");
    }
}
