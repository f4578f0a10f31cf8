package io.jumpmq.management;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/** Serves metrics to Prometheus: {@code /metrics}, {@code /metrics/per-object}, {@code /metrics/detailed}. Without login. */
public final class PrometheusServer implements AutoCloseable {
    /** Scrapes that are carried out at a time, and those that wait for their turn. */
    private static final int MAX_AT_ONCE = 2;

    private static final int MAX_WAITING = 32;

    private final HttpThreads threads;
    private final String path;
    private volatile @Nullable Metrics metrics;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final HttpMemory memory = HttpMemory.ofHeap();
    private final ExecutorService working = HttpThreads.pool("jumpmq-prometheus", MAX_AT_ONCE, MAX_WAITING);
    private final List<AcceptingChannel<? extends StreamConnection>> servers = new ArrayList<>();

    /**
     * A server that does not listen yet.
     *
     * @param path where the metrics are
     */
    public PrometheusServer(HttpThreads threads, String path) {
        this.threads = threads;
        this.path = path;
        registry.getPrometheusRegistry()
                .register((MultiCollector) () -> running().aggregated());
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** Tells of this node from now on. */
    public void serve(Node node) {
        metrics = new Metrics(node, new Statistics(node));
    }

    /** The broker is stopped: there is nothing to tell. */
    public void pause() {
        metrics = null;
    }

    private Metrics running() {
        Metrics its = metrics;
        if (its == null) {
            throw new IllegalStateException("the broker is stopped");
        }
        return its;
    }

    /**
     * Starts to listen at one more address.
     *
     * @param tls null: plainly
     * @return the port
     * @throws IOException when the address cannot be had
     */
    public int listen(InetSocketAddress address, @Nullable Https tls) throws IOException {
        AcceptingChannel<? extends StreamConnection> started = threads.listen(address, tls, memory, this::onRequest);
        servers.add(started);
        return HttpThreads.port(started);
    }

    private void onRequest(HttpServerExchange exchange) {
        if (!exchange.isRequestComplete()) {
            sendText(exchange, 400, "A scrape takes no body\n");
        } else if (!exchange.getRequestMethod().equals(Methods.GET)
                && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            sendText(exchange, 405, "Metrics are there to be got\n");
        } else {
            exchange.dispatch(working, (HttpHandler) this::answer);
        }
    }

    private void answer(HttpServerExchange exchange) {
        Metrics its = metrics;
        if (its == null) {
            sendText(exchange, 503, "The broker is stopped\n");
            return;
        }
        String asked = exchange.getRequestPath();
        switch (asked.startsWith(path) ? asked.substring(path.length()) : "elsewhere") {
            case "", "/" -> send(exchange, registry.getPrometheusRegistry().scrape());
            case "/per-object" -> send(exchange, its.perObject());
            case "/detailed" -> {
                Deque<String> families = exchange.getQueryParameters().get("family");
                Deque<String> vhosts = exchange.getQueryParameters().get("vhost");
                send(
                        exchange,
                        its.detailed(
                                families == null ? List.of() : decoded(families),
                                vhosts == null ? null : decoded(vhosts)));
            }
            default ->
                sendText(
                        exchange,
                        404,
                        "Metrics are at " + path + ", " + path + "/per-object and " + path + "/detailed\n");
        }
    }

    private static void sendText(HttpServerExchange exchange, int status, String text) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
        Transfer.of(exchange).send(into -> into.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> decoded(Deque<String> values) {
        return values.stream()
                .map(value -> value.contains("%") ? percentDecoded(value) : value)
                .toList();
    }

    private static String percentDecoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value; // Then no virtual host has this name.
        }
    }

    private void send(HttpServerExchange exchange, MetricSnapshots snapshots) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, PrometheusTextFormatWriter.CONTENT_TYPE);
        try {
            Transfer.of(exchange).send(into -> writer.write(into, snapshots, EscapingScheme.UNDERSCORE_ESCAPING));
        } catch (HttpError e) {
            sendText(exchange, e.status(), e.reason() + "\n");
        }
    }

    @Override
    public void close() {
        servers.forEach(IoUtils::safeClose);
        working.shutdownNow();
        collections.close();
        registry.close();
    }
}
