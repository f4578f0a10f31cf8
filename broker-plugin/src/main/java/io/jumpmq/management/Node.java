package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.loop.SteadyClock;
import io.jumpmq.session.Connections;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node that is managed.
 *
 * @param name as {@code jumpmq@host}
 * @param clock started with it
 * @param dataDirectory null: nothing is kept
 * @param diskLimitBytes publishers wait when less is free
 * @param defaultQueueType what new virtual hosts have for a default; empty: none
 * @param listeners what listens where
 * @param notes what operators may read of it
 */
public record Node(
        String name,
        String clusterName,
        String version,
        SteadyClock clock,
        Broker broker,
        Connections connections,
        MemoryBudget memory,
        @Nullable Path dataDirectory,
        long diskLimitBytes,
        String defaultQueueType,
        Supplier<List<Listener>> listeners,
        NodeNotes notes) {

    /** Since it started. */
    long uptimeMillis() {
        return clock.nowMillis() - clock.startedMillis();
    }

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
