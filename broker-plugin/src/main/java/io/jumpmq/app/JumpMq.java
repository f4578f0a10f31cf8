package io.jumpmq.app;

import io.jumpmq.amqp.FieldTable;
import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.exchange.ExchangeType;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.transport.AmqpServer;
import io.jumpmq.transport.EventLoops;
import io.jumpmq.transport.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    private static final int SALT_BYTES = 4;

    private final EventLoops loops;
    private final AmqpServer server;
    private final List<Listener> listeners;

    private JumpMq(EventLoops loops, AmqpServer server, List<Listener> listeners) {
        this.loops = loops;
        this.server = server;
        this.listeners = List.copyOf(listeners);
    }

    /**
     * Where it listens.
     *
     * @param tls null: plainly
     */
    record Listener(InetSocketAddress address, @Nullable Tls tls) {}

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
        private final Map<String, Command.PutUser> users = new LinkedHashMap<>();

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
            more.add(new Listener(address, tls));
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
            byte[] salt = new byte[SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            users.put(name, new Command.PutUser(name, PasswordHash.of(password, salt), Set.of(tags)));
            return this;
        }

        private List<Command> firstCommands() {
            List<Command> commands = new ArrayList<>();
            commands.add(new Command.CreateVhost(vhost, "Default virtual host", Set.of()));
            users.values().forEach(user -> {
                commands.add(user);
                commands.add(new Command.SetPermission(vhost, user.name(), permission));
            });
            return commands;
        }

        /**
         * Starts the broker.
         *
         * @throws UncheckedIOException when it cannot listen
         */
        public JumpMq start() {
            EventLoops loops = new EventLoops(threads);
            Broker broker = new Broker(
                    loops.loops(),
                    ServiceLoader.load(ExchangeType.class),
                    new MemoryBudget(messageMemoryBytes),
                    CatalogLog.VOLATILE);
            broker.prepare(firstCommands());
            AmqpServer server = new AmqpServer(
                    loops,
                    broker,
                    new Authenticator(broker.catalog()::user, loopbackUsers),
                    connections,
                    maxConnections,
                    serverProperties());
            try {
                return new JumpMq(loops, server, listen(server));
            } catch (IOException e) {
                server.close();
                loops.close();
                throw new UncheckedIOException(e);
            }
        }

        private List<Listener> listen(AmqpServer server) throws IOException {
            List<Listener> all = new ArrayList<>();
            if (port >= 0) {
                all.add(new Listener(new InetSocketAddress(host, port), null));
            }
            all.addAll(more);
            List<Listener> bound = new ArrayList<>();
            for (Listener listener : all) {
                int taken = server.listen(listener.address, listener.tls);
                bound.add(new Listener(new InetSocketAddress(listener.address.getAddress(), taken), listener.tls));
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
        properties.put("information", "Licensed under the Apache License 2.0");
        return FieldTable.of(properties);
    }

    private static String version() {
        String version = JumpMq.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The port that it listens on; of several the first. */
    public int port() {
        return listeners.get(0).address.getPort();
    }

    /** Where it listens. */
    List<Listener> listeners() {
        return listeners;
    }

    /** Where a client on this machine finds it, as guest. */
    public String uri() {
        return "amqp://guest:guest@127.0.0.1:" + port();
    }

    /** Says goodbye to all clients and stops. */
    @Override
    public void close() {
        server.close();
        loops.close();
    }
}
