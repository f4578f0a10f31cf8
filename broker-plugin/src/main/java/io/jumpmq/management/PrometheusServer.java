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
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.RequestLimit;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.server.handlers.encoding.ContentEncodingRepository;
import io.undertow.server.handlers.encoding.EncodingHandler;
import io.undertow.server.handlers.encoding.GzipEncodingProvider;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves metrics to Prometheus: {@code /metrics}, {@code /metrics/per-object}, {@code /metrics/detailed}. Without login. */
public final class PrometheusServer implements AutoCloseable {
    private static final int MOST_WAITING = 32;

    private final HttpThreads threads;
    private final String path;
    private final Metrics metrics;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final HttpHandler root = new EncodingHandler(
            new RequestLimitingHandler(new RequestLimit(2, MOST_WAITING), this::onRequest),
            new ContentEncodingRepository().addEncodingHandler("gzip", new GzipEncodingProvider(), 50));
    private final List<Undertow> servers = new ArrayList<>();

    /**
     * A server that does not listen yet.
     *
     * @param path where the metrics are
     */
    public PrometheusServer(HttpThreads threads, Node node, String path) {
        this.threads = threads;
        this.path = path;
        this.metrics = new Metrics(node, new Statistics(node));
        registry.getPrometheusRegistry().register((MultiCollector) metrics::aggregated);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /**
     * Starts to listen at one more address.
     *
     * @param tls null: plainly
     * @return the port
     * @throws IOException when the address cannot be had
     */
    public int listen(InetSocketAddress address, @Nullable Https tls) throws IOException {
        Undertow started = threads.listen(address, tls, root);
        servers.add(started);
        return HttpThreads.port(started);
    }

    private void onRequest(HttpServerExchange exchange) throws IOException {
        if (exchange.isInIoThread()) {
            exchange.dispatch(this::onRequest);
            return;
        }
        if (!exchange.getRequestMethod().equals(Methods.GET)
                && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.setStatusCode(405).endExchange();
            return;
        }
        String asked = exchange.getRequestPath();
        switch (asked.startsWith(path) ? asked.substring(path.length()) : "elsewhere") {
            case "", "/" -> send(exchange, registry.getPrometheusRegistry().scrape());
            case "/per-object" -> send(exchange, metrics.perObject());
            case "/detailed" -> {
                Deque<String> families = exchange.getQueryParameters().get("family");
                Deque<String> vhosts = exchange.getQueryParameters().get("vhost");
                send(
                        exchange,
                        metrics.detailed(
                                families == null ? List.of() : decoded(families),
                                vhosts == null ? null : decoded(vhosts)));
            }
            default -> {
                exchange.setStatusCode(404);
                exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
                exchange.getResponseSender()
                        .send("Metrics are at " + path + ", " + path + "/per-object and " + path + "/detailed\n");
            }
        }
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

    private void send(HttpServerExchange exchange, MetricSnapshots snapshots) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, snapshots, EscapingScheme.UNDERSCORE_ESCAPING);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, PrometheusTextFormatWriter.CONTENT_TYPE);
        exchange.getResponseSender().send(ByteBuffer.wrap(text.toByteArray()));
    }

    @Override
    public void close() {
        servers.forEach(Undertow::stop);
        collections.close();
        registry.close();
    }
}
