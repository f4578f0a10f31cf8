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
    private final int port;

    private JumpMq(EventLoops loops, AmqpServer server, int port) {
        this.loops = loops;
        this.server = server;
        this.port = port;
    }

    /** A broker's settings, with RabbitMQ's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a broker is started with. */
    public static final class Builder {
        private int port = DEFAULT_PORT;
        private String host = "0.0.0.0";
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxConnections = 100_000;
        private long messageMemoryBytes = Runtime.getRuntime().maxMemory() / 5 * 2;
        private ConnectionSettings connections = ConnectionSettings.DEFAULT;
        private final List<Command> commands = new ArrayList<>();

        private Builder() {
            commands.add(new Command.CreateVhost(VHOST, "Default virtual host", Set.of()));
            user(GUEST, GUEST, User.ADMINISTRATOR);
        }

        /** Where to listen; 0 takes a free port. */
        public Builder port(int newPort) {
            port = newPort;
            return this;
        }

        /** The address to listen on; all by default. */
        public Builder host(String newHost) {
            host = newHost;
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

        /** Adds a user with all permissions on "/", from anywhere. */
        public Builder user(String name, String password, String... tags) {
            byte[] salt = new byte[SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            commands.add(new Command.PutUser(name, PasswordHash.of(password, salt), Set.of(tags)));
            commands.add(new Command.SetPermission(VHOST, name, Permission.ALL));
            return this;
        }

        /**
         * Starts the broker.
         *
         * @throws UncheckedIOException when it cannot listen
         */
        public JumpMq start() {
            EventLoops loops = new EventLoops(threads);
            try {
                Broker broker = new Broker(
                        loops.loops(),
                        ServiceLoader.load(ExchangeType.class),
                        new MemoryBudget(messageMemoryBytes),
                        CatalogLog.VOLATILE);
                broker.prepare(commands);
                AmqpServer server = new AmqpServer(
                        loops,
                        broker,
                        new Authenticator(broker.catalog()::user, Set.of(GUEST)),
                        connections,
                        maxConnections,
                        serverProperties());
                return new JumpMq(loops, server, server.listen(new InetSocketAddress(host, port), null));
            } catch (IOException e) {
                loops.close();
                throw new UncheckedIOException(e);
            }
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

    /** The port that it listens on. */
    public int port() {
        return port;
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
