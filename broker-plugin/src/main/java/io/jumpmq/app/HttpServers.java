package io.jumpmq.app;

import io.jumpmq.management.Control;
import io.jumpmq.management.Cors;
import io.jumpmq.management.HttpThreads;
import io.jumpmq.management.Https;
import io.jumpmq.management.ManagementServer;
import io.jumpmq.management.Node;
import io.jumpmq.management.PrometheusServer;
import io.jumpmq.security.Authenticator;
import io.jumpmq.transport.Tls;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP servers of a broker, those of them that are wanted. */
final class HttpServers implements AutoCloseable {
    private final HttpThreads threads;
    private final Node first;
    private final Authenticator authenticator;
    private final Control control;
    private final HttpPaths paths;
    private final Cors cors;
    private @Nullable ManagementServer management;
    private @Nullable PrometheusServer prometheus;

    private HttpServers(Node first, Authenticator authenticator, Control control, HttpPaths paths, Cors cors)
            throws IOException {
        this.cors = cors;
        this.threads = new HttpThreads();
        this.first = first;
        this.authenticator = authenticator;
        this.control = control;
        this.paths = paths;
    }

    /** Starts them where they are wanted, and adds where they listen to {@code listening}. */
    static HttpServers start(
            Node node,
            Authenticator authenticator,
            Control control,
            HttpPaths paths,
            Cors cors,
            List<Listener> wanted,
            List<Listener> listening)
            throws IOException {
        HttpServers servers = new HttpServers(node, authenticator, control, paths, cors);
        try {
            for (Listener listener : wanted) {
                listening.add(listener.at(servers.listen(listener)));
            }
            return servers;
        } catch (IOException e) {
            servers.close();
            throw e;
        }
    }

    private int listen(Listener listener) throws IOException {
        Tls tls = listener.tls();
        Https https = tls == null ? null : new Https(tls.context(), tls.parameters());
        if (listener.service() == Listener.Service.MANAGEMENT) {
            if (management == null) {
                management = new ManagementServer(threads, first, authenticator, control, paths.management(), cors);
            }
            return management.listen(listener.address(), https);
        }
        if (prometheus == null) {
            prometheus = new PrometheusServer(threads, paths.metrics());
            prometheus.serve(first);
        }
        return prometheus.listen(listener.address(), https);
    }

    /** Serves another node, which has started in place of the one before. */
    void serve(Node node, Authenticator itsAuthenticator) {
        if (management != null) {
            management.serve(node, itsAuthenticator);
        }
        if (prometheus != null) {
            prometheus.serve(node);
        }
    }

    /**
     * The broker stops.
     *
     * @param dormant knows its users
     */
    void pause(Node dormant, Authenticator itsAuthenticator) {
        if (management != null) {
            management.pause(dormant, itsAuthenticator);
        }
        if (prometheus != null) {
            prometheus.pause();
        }
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
