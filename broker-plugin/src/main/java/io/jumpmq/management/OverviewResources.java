package io.jumpmq.management;

import com.fasterxml.jackson.databind.node.TextNode;
import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.plugin.ExchangeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code /overview}, {@code /nodes} and the small ones beside them. */
final class OverviewResources {
    /** What messages take is counted; the rest of the process is not. */
    private static final String MEMORY_STRATEGY = "counted";

    private final Node node;
    private final Statistics statistics;

    OverviewResources(Node node, Statistics statistics) {
        this.node = node;
        this.statistics = statistics;
    }

    void addTo(Routes routes) {
        routes.get("/overview", this::overview)
                .get("/nodes", call -> {
                    call.requireMonitor();
                    return Listing.of(call, List.of(node), Node::name, unused -> node(call));
                })
                .get("/nodes/{name}", call -> {
                    call.requireMonitor();
                    requireThisNode(call.at("name"));
                    return Listing.of(call, node(call));
                })
                .get("/nodes/{name}/memory", call -> {
                    call.requireMonitor();
                    requireThisNode(call.at("name"));
                    return Answer.of(Map.of("memory", memory()));
                })
                .get("/nodes/{name}/plugins", call -> {
                    call.requireMonitor();
                    requireThisNode(call.at("name"));
                    return Answer.of(Plugins.all(node));
                })
                .get("/whoami", OverviewResources::whoami)
                .get("/cluster-name", call -> Answer.of(Map.of("name", node.clusterName())))
                .put("/cluster-name", Call::requireAdministrator, call -> {
                    call.carryOut(GlobalParameterResources.command(
                            Node.CLUSTER_NAME, TextNode.valueOf(call.json().requiredText("name"))));
                    return Answer.done();
                })
                .get("/extensions", call -> Answer.of(List.of(Map.of("javascript", "main.js"))))
                .get("/deprecated-features", call -> Answer.of(List.of()))
                .get("/deprecated-features/used", call -> Answer.of(List.of()))
                .get("/auth", call -> Answer.of(Map.of("oauth_enabled", false, "enable_uaa", false)))
                .get("/auth/attempts/{name}", call -> {
                    call.requireMonitor();
                    requireThisNode(call.at("name"));
                    return Answer.of(loginAttempts());
                });
    }

    static Answer whoami(Call call) {
        return Answer.of(Map.of(
                "name", call.user().name(), "tags", new TreeSet<>(call.user().tags())));
    }

    private void requireThisNode(String name) {
        if (!name.equals(node.name())) {
            throw HttpError.notFound();
        }
    }

    private Answer overview(Call call) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("management_version", Node.COMPATIBLE_VERSION);
        map.put("rates_mode", "basic");
        map.put(
                "sample_retention_policies",
                Map.of("global", List.of(3600), "basic", List.of(), "detailed", List.of()));
        map.put("exchange_types", exchangeTypes());
        map.put("product_name", "JumpMQ");
        map.put("product_version", node.version());
        map.put("rabbitmq_version", Node.COMPATIBLE_VERSION);
        map.put("cluster_name", node.clusterName());
        map.put("erlang_version", "none");
        map.put("erlang_full_version", "none: Java " + System.getProperty("java.version"));
        map.put("disable_stats", false);
        map.put("enable_queue_totals", true);
        map.put("message_stats", statistics.describeNode(call));
        map.put("churn_rates", statistics.describeChurn());
        map.put("queue_totals", statistics.describeDepths(call));
        map.put("object_totals", objects(call));
        map.put("statistics_db_event_queue", 0);
        map.put("node", node.name());
        if (call.isMonitor()) {
            map.put("listeners", listeners());
            map.put("contexts", contexts());
        }
        return Listing.of(call, map);
    }

    /** As many as the user may see. */
    private Map<String, Object> objects(Call call) {
        int exchanges = 0;
        int queues = 0;
        for (VirtualHost vhost : call.visibleVhosts()) {
            exchanges += vhost.exchanges().size();
            queues += vhost.queues().size();
        }
        int connections = 0;
        int channels = 0;
        int consumers = 0;
        for (var connection : statistics.connections()) {
            VirtualHost vhost = node.broker().catalog().vhost(connection.vhost());
            if (vhost != null && call.sees(vhost)) {
                connections++;
                channels += connection.channels().size();
                for (var channel : connection.channels()) {
                    consumers += channel.consumers().size();
                }
            }
        }
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("channels", channels);
        totals.put("connections", connections);
        totals.put("consumers", consumers);
        totals.put("exchanges", exchanges);
        totals.put("queues", queues);
        return totals;
    }

    private List<Map<String, Object>> exchangeTypes() {
        List<Map<String, Object>> types = new ArrayList<>();
        for (ExchangeType known : node.broker().catalog().exchangeTypes()) {
            Map<String, Object> type = new LinkedHashMap<>();
            type.put("name", known.name());
            type.put("description", known.description());
            type.put("enabled", true);
            types.add(type);
        }
        return types;
    }

    private List<Map<String, Object>> listeners() {
        return node.listeners().get().stream()
                .map(listener -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("node", node.name());
                    map.put("protocol", listener.protocol());
                    map.put("ip_address", listener.host());
                    map.put("port", listener.port());
                    map.put("socket_opts", Map.of("backlog", 1024, "nodelay", true, "ssl", listener.isTls()));
                    return map;
                })
                .toList();
    }

    private List<Map<String, Object>> contexts() {
        return node.listeners().get().stream()
                .filter(listener -> listener.protocol().startsWith("http"))
                .map(listener -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("node", node.name());
                    map.put(
                            "description",
                            listener.protocol().endsWith("/prometheus") ? "JumpMQ Prometheus" : "JumpMQ Management");
                    map.put("path", "/");
                    map.put("ip", listener.host());
                    map.put("port", Integer.toString(listener.port()));
                    if (listener.isTls()) {
                        map.put("ssl", "true");
                        map.put("ssl_opts", tlsFiles(listener));
                    }
                    return map;
                })
                .toList();
    }

    private static Map<String, Object> tlsFiles(Node.Listener listener) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (listener.certificates() != null) {
            map.put("certfile", listener.certificates().file().toString());
        }
        if (listener.authorities() != null) {
            map.put("cacertfile", listener.authorities().file().toString());
        }
        return map;
    }

    private Map<String, @Nullable Object> node(Call call) {
        long maxFiles = Footprint.now().maxFiles();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", node.name());
        map.put("type", node.dataDirectory() == null ? "ram" : "disc");
        map.put("running", true);
        map.put("being_drained", false);
        map.put("os_pid", Long.toString(ProcessHandle.current().pid()));
        map.put("uptime", node.uptimeMillis());
        map.put("processors", Runtime.getRuntime().availableProcessors());
        map.put("run_queue", 0);
        map.put("rates_mode", "basic");
        map.put("partitions", List.of());
        statistics.describeFigures(map, call);
        map.put("mem_calculation_strategy", MEMORY_STRATEGY);
        map.put("mem_limit", node.memory().limitBytes());
        map.put("mem_alarm", node.memory().isSpent());
        map.put("disk_free_limit", node.broker().diskLimitBytes());
        map.put("disk_free_alarm", node.broker().alarms().contains(Congestion.DISK));
        map.put("fd_total", maxFiles);
        map.put("sockets_total", maxFiles);
        map.put("proc_total", 1 << 20);
        map.putAll(statistics.describeChurn());
        if (node.dataDirectory() != null) {
            map.put("store", NodeFigures.store(node.broker().storeFigures()));
        }
        map.put("exchange_types", exchangeTypes());
        map.put(
                "auth_mechanisms",
                List.of(
                        Map.of("name", "PLAIN", "description", "SASL PLAIN", "enabled", true),
                        Map.of("name", "AMQPLAIN", "description", "PLAIN in a field table", "enabled", true)));
        map.put("applications", applications());
        map.put("contexts", contexts());
        map.put("db_dir", node.dataDirectory() == null ? "" : String.valueOf(node.dataDirectory()));
        map.put("config_files", List.of());
        map.put("log_files", List.of("<stdout>"));
        map.put(
                "enabled_plugins",
                Plugins.all(node).stream().map(plugin -> plugin.get("name")).toList());
        map.put("net_ticktime", 60);
        map.put("metrics_gc_queue_length", Map.of());
        map.put("cluster_links", List.of());
        return map;
    }

    private List<Map<String, Object>> applications() {
        List<Map<String, Object>> all = new ArrayList<>();
        all.add(Map.of("name", "jumpmq", "description", "JumpMQ", "version", node.version()));
        for (Node.Plugin plugin : node.plugins()) {
            String description = "Plugin with " + String.join(", ", plugin.exchangeTypes());
            all.add(Map.of("name", plugin.name(), "description", description, "version", plugin.version()));
        }
        return all;
    }

    private Map<String, Object> memory() {
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> map = new LinkedHashMap<>();
        long connections = node.memory().connections().heldBytes();
        map.put("messages", node.memory().heldBytes() - connections);
        map.put("connections", connections);
        map.put("counted", node.memory().heldBytes());
        map.put("counted_limit", node.memory().limitBytes());
        map.put("connections_limit", node.memory().connections().limitBytes());
        map.put("heap_used", runtime.totalMemory() - runtime.freeMemory());
        map.put(
                "total",
                Map.of(
                        "rss",
                        Footprint.now().residentBytes(),
                        "allocated",
                        runtime.totalMemory(),
                        "limit",
                        runtime.maxMemory()));
        map.put("strategy", MEMORY_STRATEGY);
        return map;
    }

    /** Free bytes where the data are; -1 when nobody can tell. */
    static long diskFree(Node node) {
        Path directory = node.dataDirectory();
        try {
            return Files.getFileStore(directory == null ? Path.of("") : directory)
                    .getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
    }

    private List<Map<String, Object>> loginAttempts() {
        NodeCounters events = node.broker().events();
        return List.of(
                attempts(
                        "http",
                        events.of(NodeCounters.Event.HTTP_LOGIN),
                        events.of(NodeCounters.Event.HTTP_LOGIN_REFUSED)),
                attempts(
                        "amqp091",
                        events.of(NodeCounters.Event.AMQP_LOGIN),
                        events.of(NodeCounters.Event.AMQP_LOGIN_REFUSED)));
    }

    private static Map<String, Object> attempts(String protocol, long all, long refused) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("protocol", protocol);
        map.put("auth_attempts", all);
        map.put("auth_attempts_failed", refused);
        map.put("auth_attempts_succeeded", all - refused);
        return map;
    }
}
