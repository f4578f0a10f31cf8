package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The verbs that tell how the node is. */
final class StatusVerbs {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int STOPPED = 503;
    private static final long POLL_MILLIS = 250;

    private StatusVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("ping", new Verb("ping", 0, 0, StatusVerbs::ping));
        all.put("status", new Verb("status", 0, 0, StatusVerbs::status));
        all.put("cluster_status", new Verb("cluster_status", 0, 0, StatusVerbs::clusterStatus));
        all.put("await_startup", new Verb("await_startup", 0, 0, StatusVerbs::awaitStartup));
        all.put("listeners", new Verb("listeners", 0, 0, StatusVerbs::listeners));
        all.put("memory_breakdown", new Verb("memory_breakdown", 0, 0, StatusVerbs::memory));
        all.put("server_version", new Verb("server_version", 0, 0, StatusVerbs::serverVersion));
        all.put("version", new Verb("version", 0, 0, StatusVerbs::serverVersion));
    }

    private static void ping(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Will ping " + ctl.client().base() + " ...");
        ctl.client().get(ManagementClient.path("whoami"));
        ctl.say("Ping succeeded");
    }

    private static void status(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        JsonNode node = overview.details(ctl);
        if (ctl.asJson()) {
            ctl.console().print(node + "\n");
            return;
        }
        ctl.banner("Status of node " + overview.node() + " ...");
        ctl.console()
                .print(ctl.line(
                        "Runtime%n%nOS PID: %s%nUptime (seconds): %d%nProduct: %s %s%nRabbitMQ version: %s (the one it is"
                                + " compatible with)%nNode name: %s%n%nData directory%n%nNode data directory: %s%n%nAlarms%n%n%s%n%n"
                                + "Memory%n%nTotal memory used: %.4f gb%nMemory high watermark: %.4f gb%n%nFile Descriptors%n%nTotal: %d, limit:"
                                + " %d%n%nFree Disk Space%n%nLow free disk space watermark: %.4f gb%nFree disk space: %.4f gb%n%nTotals%n%n"
                                + "Connection count: %d%nQueue count: %d%nVirtual host count: %d%n%nListeners%n%n%s",
                        node.path("os_pid").asText(),
                        node.path("uptime").asLong() / 1000,
                        overview.document().path("product_name").asText(),
                        overview.document().path("product_version").asText(),
                        overview.document().path("rabbitmq_version").asText(),
                        overview.node(),
                        node.path("db_dir").asText(),
                        Overview.alarms(node).isEmpty() ? "(none)" : Overview.alarms(node),
                        gigabytes(node.path("mem_used")),
                        gigabytes(node.path("mem_limit")),
                        node.path("fd_used").asLong(),
                        node.path("fd_total").asLong(),
                        gigabytes(node.path("disk_free_limit")),
                        gigabytes(node.path("disk_free")),
                        overview.document()
                                .path("object_totals")
                                .path("connections")
                                .asLong(),
                        overview.document().path("object_totals").path("queues").asLong(),
                        ctl.client().get(ManagementClient.path("vhosts")).size(),
                        overview.listenerLines("")));
    }

    private static void clusterStatus(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        String name = overview.node();
        JsonNode node = overview.details(ctl);
        if (ctl.asJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put(
                    "cluster_name", overview.document().path("cluster_name").asText());
            document.put("disk_nodes", List.of(name));
            document.put("running_nodes", List.of(name));
            document.put("alarms", Overview.alarms(node).isEmpty() ? List.of() : List.of(Overview.alarms(node)));
            document.put("partitions", Map.of());
            ctl.console().print(MAPPER.valueToTree(document) + "\n");
            return;
        }
        ctl.banner("Cluster status of node " + name + " ...");
        ctl.console()
                .print(ctl.line(
                        "Basics%n%nCluster name: %s%n%nDisk Nodes%n%n%s%n%nRunning Nodes%n%n%s%n%nVersions%n%n%s: %s %s%n%n"
                                + "Alarms%n%n%s%n%nNetwork Partitions%n%n(none)%n%nListeners%n%n%s",
                        overview.document().path("cluster_name").asText(),
                        name,
                        name,
                        name,
                        overview.document().path("product_name").asText(),
                        overview.document().path("product_version").asText(),
                        Overview.alarms(node).isEmpty() ? "(none)" : Overview.alarms(node),
                        overview.listenerLines("Node: " + name + ", ")));
    }

    private static void awaitStartup(CtlCommand ctl, List<String> arguments) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ctl.timeoutSeconds);
        while (true) {
            try {
                Overview.of(ctl);
                return;
            } catch (ManagementException e) {
                if (e.status() != ManagementException.NO_ANSWER && e.status() != STOPPED) {
                    throw e;
                } else if (System.nanoTime() - deadline > 0) {
                    throw new CtlException(CtlException.TIMEOUT, "Error:\n" + e.getMessage());
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void listeners(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        ctl.banner("Asking node " + overview.node() + " to report its protocol listeners ...");
        ctl.print(MAPPER.createObjectNode().set("listeners", overview.listeners()), overview.listenerLines(""));
    }

    private static void memory(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        JsonNode memory = ctl.client()
                .get(ManagementClient.path("nodes", overview.node(), "memory"))
                .path("memory");
        ctl.banner("Reporting memory breakdown on node " + overview.node() + "...");
        double resident = memory.path("total").path("rss").asDouble();
        StringBuilder text = new StringBuilder();
        for (String part : List.of("messages", "heap_used")) {
            double bytes = memory.path(part).asDouble();
            text.append(ctl.line("%s: %.4f gb (%.2f%%)%n", part, bytes / 1e9, 100 * bytes / resident));
        }
        text.append(ctl.line("rss: %.4f gb%n", resident / 1e9));
        ctl.print(memory, text.toString());
    }

    private static void serverVersion(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        ctl.banner("Asking node " + overview.node() + " for its RabbitMQ version...");
        ctl.console().print(overview.document().path("rabbitmq_version").asText() + "\n");
    }

    private static double gigabytes(JsonNode bytes) {
        return bytes.asLong() / 1e9;
    }
}
