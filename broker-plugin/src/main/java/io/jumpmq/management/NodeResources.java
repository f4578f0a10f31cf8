package io.jumpmq.management;

import io.jumpmq.broker.Congestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What RabbitMQ's API has no paths for: alarms with their numbers, a node's settings, the end of its log. */
final class NodeResources {
    private final Node node;
    private final Control control;

    NodeResources(Node node, Control control) {
        this.node = node;
        this.control = control;
    }

    void addTo(Routes routes) {
        // For every user: who publishes wants to know why it waits.
        routes.get("/alarms", call -> Answer.of(alarms()))
                .get("/nodes/{name}/settings", call -> {
                    requireAdministratorOfThis(call);
                    return Answer.of(settings());
                })
                .get("/nodes/{name}/log", call -> {
                    requireAdministratorOfThis(call);
                    return Answer.of(Map.of("lines", control.recentLog()));
                });
    }

    private void requireAdministratorOfThis(Call call) {
        call.requireAdministrator();
        if (!call.at("name").equals(node.name())) {
            throw HttpError.notFound();
        }
    }

    private List<Map<String, Object>> alarms() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Congestion alarm : node.broker().alarms()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("node", node.name());
            map.put("resource", resource(alarm));
            map.put("value", value(node, alarm));
            map.put("limit", limit(node, alarm));
            all.add(map);
        }
        return all;
    }

    /** As RabbitMQ names it. */
    static String resource(Congestion alarm) {
        return alarm == Congestion.MEMORY ? "memory" : "disk";
    }

    /** What an alarm looks at, in bytes: how much is taken of the memory, or free on the disk. */
    static long value(Node node, Congestion alarm) {
        return alarm == Congestion.MEMORY ? node.memory().heldBytes() : OverviewResources.diskFree(node);
    }

    /** Where it begins, in bytes. */
    static long limit(Node node, Congestion alarm) {
        return alarm == Congestion.MEMORY
                ? node.memory().limitBytes()
                : node.broker().diskLimitBytes();
    }

    private List<Map<String, Object>> settings() {
        Set<String> chosen = control.chosen();
        List<Map<String, Object>> all = new ArrayList<>();
        control.settings().forEach((key, value) -> {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("key", key);
            map.put("value", value);
            map.put("is_set", chosen.contains(key));
            all.add(map);
        });
        return all;
    }
}
