package io.jumpmq.app;

import io.jumpmq.management.HttpThreads;
import io.jumpmq.management.ManagementServer;
import io.jumpmq.management.Node;
import io.jumpmq.management.PrometheusServer;
import io.jumpmq.security.Authenticator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP servers of a broker, those of them that are wanted. */
final class HttpServers implements AutoCloseable {
    static final String MANAGEMENT = "http";
    static final String PROMETHEUS = "http/prometheus";

    private final HttpThreads threads;
    private final @Nullable ManagementServer management;
    private final @Nullable PrometheusServer prometheus;

    private HttpServers(
            HttpThreads threads, @Nullable ManagementServer management, @Nullable PrometheusServer prometheus) {
        this.threads = threads;
        this.management = management;
        this.prometheus = prometheus;
    }

    /** Starts them, and adds where they listen to {@code listening}. */
    static HttpServers start(
            Node node,
            Authenticator authenticator,
            @Nullable InetSocketAddress managementAddress,
            @Nullable InetSocketAddress prometheusAddress,
            List<JumpMq.Listener> listening)
            throws IOException {
        HttpThreads threads = new HttpThreads();
        ManagementServer management =
                managementAddress == null ? null : new ManagementServer(threads, node, authenticator);
        PrometheusServer prometheus = prometheusAddress == null ? null : new PrometheusServer(threads, node);
        HttpServers servers = new HttpServers(threads, management, prometheus);
        try {
            if (management != null && managementAddress != null) {
                listening.add(listener(MANAGEMENT, managementAddress, management.listen(managementAddress, null)));
            }
            if (prometheus != null && prometheusAddress != null) {
                listening.add(listener(PROMETHEUS, prometheusAddress, prometheus.listen(prometheusAddress)));
            }
            return servers;
        } catch (IOException e) {
            servers.close();
            throw e;
        }
    }

    private static JumpMq.Listener listener(String protocol, InetSocketAddress address, int port) {
        return new JumpMq.Listener(protocol, new InetSocketAddress(address.getAddress(), port), null);
    }

    @Override
    public void close() {
        if (management != null) {
            management.close();
        }
        if (prometheus != null) {
            prometheus.close();
        }
        threads.close();
    }
}
