package io.jumpmq.management;

import io.jumpmq.broker.Congestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What RabbitMQ's API has no paths for: alarms with their numbers, a node's settings, the end of its log. */
final class NodeResources {
    private final Node node;

    NodeResources(Node node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        // For every user: who publishes wants to know why it waits.
        routes.get("/alarms", call -> Answer.of(alarms()))
                .get("/nodes/{name}/settings", call -> {
                    requireAdministratorOfThis(call);
                    return Answer.of(node.notes().settings().stream()
                            .map(NodeResources::document)
                            .toList());
                })
                .get("/nodes/{name}/log", call -> {
                    requireAdministratorOfThis(call);
                    return Answer.of(Map.of("lines", node.notes().log().get()));
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
            boolean memory = alarm == Congestion.MEMORY;
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("node", node.name());
            map.put("resource", resource(alarm));
            map.put("value", memory ? node.memory().heldBytes() : OverviewResources.diskFree(node));
            map.put("limit", memory ? node.memory().limitBytes() : node.broker().diskLimitBytes());
            all.add(map);
        }
        return all;
    }

    /** As RabbitMQ names it. */
    static String resource(Congestion alarm) {
        return alarm == Congestion.MEMORY ? "memory" : "disk";
    }

    private static Map<String, @Nullable Object> document(NodeNotes.Setting setting) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("key", setting.key());
        map.put("value", setting.value());
        map.put("is_set", setting.isSet());
        return map;
    }
}
