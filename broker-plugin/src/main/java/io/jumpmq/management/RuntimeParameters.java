package io.jumpmq.management;

import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.broker.catalog.VirtualHost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What RabbitMQ calls runtime parameters: a virtual host's limits and its operator policies. */
final class RuntimeParameters {
    static final String LIMITS = "vhost-limits";
    static final String OPERATOR_POLICY = "operator_policy";

    private RuntimeParameters() {}

    /** All of a virtual host. */
    static List<Map<String, @Nullable Object>> of(VirtualHost vhost) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        if (!vhost.limits().equals(VhostLimits.NONE)) {
            all.add(document(LIMITS, vhost, "limits", AccessResources.value(vhost.limits())));
        }
        vhost.policies().stream().filter(Policy::operator).forEach(policy -> {
            Map<String, @Nullable Object> document = Documents.policy(vhost.name(), policy);
            document.keySet().removeAll(Set.of("vhost", "name"));
            all.add(document(OPERATOR_POLICY, vhost, policy.name(), document));
        });
        return all;
    }

    /**
     * The command that sets a parameter.
     *
     * @throws HttpError when nothing here knows such a component, or the value makes no sense
     */
    static Command command(String component, String vhost, String name, Fields value) {
        return switch (component) {
            case LIMITS ->
                new Command.SetVhostLimits(
                        vhost,
                        new VhostLimits(
                                AccessResources.limit(value, "max-connections"),
                                AccessResources.limit(value, "max-queues")));
            case OPERATOR_POLICY -> PolicyResources.command(vhost, name, value, true);
            default -> throw HttpError.badRequest("Validation failed\n\ncomponent " + component + " not found\n");
        };
    }

    private static Map<String, @Nullable Object> document(
            String component, VirtualHost vhost, String name, Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("component", component);
        map.put("vhost", vhost.name());
        map.put("name", name);
        map.put("value", value);
        return map;
    }
}
