package io.jumpmq.management;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code /feature-flags}: tools look there for what a RabbitMQ can do, and enable all before an upgrade. Here nothing has to be
 * enabled: what there is, is on.
 */
final class FeatureFlagResources {
    private static final String ENABLED = "enabled";
    private static final String UNAVAILABLE = "unavailable";

    private static final List<Map<String, Object>> ALL = Stream.of(
                    flag("classic_mirrored_queue_version", "Versions of mirrored queues", UNAVAILABLE),
                    flag("drop_unroutable_metric", "Unroutable messages that are dropped are counted", ENABLED),
                    flag("empty_basic_get_metric", "Gets from empty queues are counted", ENABLED),
                    flag("implicit_default_bindings", "Bindings to the default exchange are not stored", ENABLED),
                    flag("maintenance_mode_status", "Nodes under maintenance", UNAVAILABLE),
                    flag("quorum_queue", "Queues of the type quorum", ENABLED),
                    flag("stream_queue", "Queues of the type stream", UNAVAILABLE),
                    flag("user_limits", "Limits of a user's connections and channels", ENABLED),
                    flag("virtual_host_metadata", "Descriptions and tags of virtual hosts", ENABLED))
            .toList();

    void addTo(Routes routes) {
        routes.get("/feature-flags", call -> {
                    call.requireMonitor();
                    return Listing.of(call, ALL, flag -> String.valueOf(flag.get("name")), flag -> flag);
                })
                .put("/feature-flags/{name}/enable", Call::requireAdministrator, FeatureFlagResources::enable);
    }

    private static Answer enable(Call call) {
        boolean is = ALL.stream()
                .anyMatch(flag -> call.at("name").equals(flag.get("name")) && ENABLED.equals(flag.get("state")));
        if (!is) {
            throw HttpError.badRequest("there is no feature flag '" + call.at("name") + "' that can be enabled");
        }
        return Answer.done();
    }

    private static Map<String, Object> flag(String name, String description, String state) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("desc", description);
        map.put("doc_url", "");
        map.put("state", state);
        map.put("stability", "stable");
        map.put("provided_by", "jumpmq");
        return map;
    }
}
