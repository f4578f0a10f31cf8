package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.loop.SteadyClock;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.session.Connections;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node that is managed.
 *
 * @param name as {@code jumpmq@host}; the cluster is called so, too, unless somebody has given it a name
 * @param clock started with it
 * @param dataDirectory null: nothing is kept
 * @param defaultQueueType what new virtual hosts have for a default; empty: none
 * @param format what messages are written in that come over HTTP
 * @param plugins what it has loaded, in this order
 * @param listeners what listens where
 */
public record Node(
        String name,
        String version,
        SteadyClock clock,
        Broker broker,
        Connections connections,
        MemoryBudget memory,
        @Nullable Path dataDirectory,
        String defaultQueueType,
        MessageFormat format,
        List<Plugin> plugins,
        Supplier<List<Listener>> listeners) {

    /** The version of RabbitMQ whose interface this is: clients decide by it what they may ask, over AMQP as over HTTP. */
    public static final String COMPATIBLE_VERSION = "3.10.8";

    /** The global parameter that is the cluster's name. */
    static final String CLUSTER_NAME = "cluster_name";

    /** The command that names the cluster. */
    public static Command nameCluster(String name) {
        return new Command.SetGlobalParameter(CLUSTER_NAME, Json.text(name));
    }

    /** What the cluster is called. */
    public String clusterName() {
        String given = broker.catalog().globalParameters().get(CLUSTER_NAME);
        return given == null ? name : Json.node(given).asText();
    }

    /** The same, with another broker, that nobody is connected to. */
    public Node with(Broker other) {
        return new Node(
                name,
                version,
                clock,
                other,
                new Connections(),
                other.memory(),
                dataDirectory,
                defaultQueueType,
                format,
                plugins,
                listeners);
    }

    /** Since it started. */
    long uptimeMillis() {
        return clock.nowMillis() - clock.startedMillis();
    }

    /**
     * A jar that was loaded.
     *
     * @param version empty: it does not say
     * @param exchangeTypes the names of those that it brings
     * @param routingFailures messages that it could not route
     */
    public record Plugin(
            String name, String version, Path file, List<String> exchangeTypes, LongSupplier routingFailures) {}

    /**
     * A port that is open.
     *
     * @param protocol such as amqp, amqp/ssl, http, https, http/prometheus
     * @param certificates what it shows; null: it has no TLS
     * @param authorities whose clients' certificates it trusts; null: none of its own
     */
    public record Listener(
            String protocol,
            String host,
            int port,
            @Nullable Certificates certificates,
            @Nullable Certificates authorities) {
        boolean isTls() {
            return certificates != null;
        }
    }

    /** Certificates, and the file that they were read from. */
    public record Certificates(Path file, List<X509Certificate> chain) {}
}
