package io.jumpmq.management;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plugins of a node, those of RabbitMQ's that JumpMQ has built in among them: tools ask for these by name. */
final class Plugins {
    private Plugins() {}

    /** Each as a document, the loaded ones in their order behind those built in. */
    static List<Map<String, Object>> all(Node node) {
        List<Map<String, Object>> all = new ArrayList<>();
        all.add(builtIn(node, "rabbitmq_consistent_hash_exchange", List.of("x-consistent-hash")));
        all.add(builtIn(node, "rabbitmq_management", List.of()));
        all.add(builtIn(node, "rabbitmq_prometheus", List.of()));
        for (Node.Plugin plugin : node.plugins()) {
            Map<String, Object> map = document(plugin.name(), plugin.version(), plugin.exchangeTypes());
            map.put("file", plugin.file().toString());
            map.put("routing_failures", plugin.routingFailures().getAsLong());
            all.add(map);
        }
        return all;
    }

    private static Map<String, Object> builtIn(Node node, String name, List<String> types) {
        return document(name, node.version(), types);
    }

    private static Map<String, Object> document(String name, String version, List<String> types) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("version", version);
        map.put("exchange_types", types);
        return map;
    }
}
