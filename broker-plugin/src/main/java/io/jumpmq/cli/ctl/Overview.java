package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import java.util.ArrayList;
import java.util.List;

/** What a node tells of itself first. */
record Overview(JsonNode document) {
    static Overview of(CtlCommand ctl) {
        return new Overview(ctl.client().get(ManagementClient.path("overview")));
    }

    String node() {
        return document.path("node").asText();
    }

    /** All that it tells of itself. */
    JsonNode details(CtlCommand ctl) {
        return ctl.client().get(ManagementClient.path("nodes", node()));
    }

    JsonNode listeners() {
        return document.path("listeners");
    }

    /** A line for each listener, which begins with {@code prefix}. */
    String listenerLines(String prefix) {
        StringBuilder text = new StringBuilder();
        for (JsonNode listener : listeners()) {
            text.append(prefix)
                    .append(prefix.isEmpty() ? "Interface: " : "interface: ")
                    .append(listener.path("ip_address").asText())
                    .append(", port: ")
                    .append(listener.path("port").asInt())
                    .append(", protocol: ")
                    .append(listener.path("protocol").asText())
                    .append(", purpose: ")
                    .append(purpose(listener.path("protocol").asText()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String purpose(String protocol) {
        return switch (protocol) {
            case "amqp" -> "AMQP 0-9-1";
            case "amqp/ssl" -> "AMQP 0-9-1 over TLS";
            case "http" -> "HTTP API";
            case "https" -> "HTTP API over TLS (HTTPS)";
            case "https/prometheus" -> "Prometheus exporter API over TLS (HTTPS)";
            default -> "Prometheus exporter API over HTTP";
        };
    }

    /** The alarms that are in a node's {@link #details}, a line for each. */
    static String alarms(JsonNode details) {
        List<String> alarms = new ArrayList<>();
        if (details.path("mem_alarm").asBoolean()) {
            alarms.add("Memory alarm on node " + details.path("name").asText());
        }
        if (details.path("disk_free_alarm").asBoolean()) {
            alarms.add("Free disk space alarm on node " + details.path("name").asText());
        }
        return String.join("\n", alarms);
    }
}
