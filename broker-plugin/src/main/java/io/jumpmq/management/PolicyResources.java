package io.jumpmq.management;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.value.AmqpException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /policies} and {@code /operator-policies}. */
final class PolicyResources {
    private record InVhost(String vhost, Policy policy) {}

    void addTo(Routes routes) {
        addTo(routes, "/policies", false);
        addTo(routes, "/operator-policies", true);
    }

    private void addTo(Routes routes, String path, boolean operator) {
        routes.get(path, call -> list(call, call.visibleVhosts(), operator))
                .get(path + "/{vhost}", call -> list(call, List.of(call.visibleVhost()), operator))
                .get(path + "/{vhost}/{name}", call -> {
                    Policy policy = one(call, operator);
                    return Listing.of(call, Documents.policy(call.at("vhost"), policy));
                })
                .put(path + "/{vhost}/{name}", call -> require(call, operator), call -> put(call, operator))
                .delete(path + "/{vhost}/{name}", call -> {
                    require(call, operator);
                    one(call, operator);
                    call.carryOut(new Command.DeletePolicy(call.at("vhost"), call.at("name"), operator));
                    return Answer.done();
                });
    }

    private static void require(Call call, boolean operator) {
        if (operator) {
            call.requireAdministrator();
        } else {
            call.requirePolicymaker();
        }
    }

    private static Answer list(Call call, List<VirtualHost> vhosts, boolean operator) {
        List<InVhost> all = new ArrayList<>();
        for (VirtualHost vhost : vhosts) {
            vhost.policies().stream()
                    .filter(policy -> policy.operator() == operator)
                    .forEach(policy -> all.add(new InVhost(vhost.name(), policy)));
        }
        return Listing.of(
                call,
                all,
                Comparator.comparing(InVhost::vhost).thenComparing(one -> one.policy.name()),
                one -> one.policy.name(),
                one -> Documents.policy(one.vhost, one.policy));
    }

    private static Policy one(Call call, boolean operator) {
        Policy policy = call.visibleVhost().policy(call.at("name"), operator);
        if (policy == null) {
            throw HttpError.notFound();
        }
        return policy;
    }

    private static Answer put(Call call, boolean operator) {
        VirtualHost vhost = call.visibleVhost();
        boolean isNew = vhost.policy(call.at("name"), operator) == null;
        call.carryOut(command(vhost.name(), call.at("name"), call.json(), operator));
        return Answer.put(isNew);
    }

    /**
     * The command that makes a policy as described.
     *
     * @throws HttpError when it makes no sense
     */
    static Command.SetPolicy command(String vhost, String name, Fields fields, boolean operator) {
        fields.require("pattern", "definition");
        JsonNode given = fields.object("definition").node();
        Map<String, Object> definition = new LinkedHashMap<>();
        given.properties().forEach(entry -> definition.put(entry.getKey(), value(entry.getKey(), entry.getValue())));
        JsonNode priority = fields.node().path("priority");
        if (!priority.isMissingNode() && !(priority.isNumber() && priority.asDouble() == priority.asInt())) {
            throw HttpError.badRequest("priority must be a 32-bit integer, not " + priority);
        }
        try {
            return new Command.SetPolicy(
                    vhost,
                    Policy.of(
                            name,
                            fields.requiredText("pattern"),
                            Policy.Target.named(fields.text("apply-to", Policy.Target.ALL.text())),
                            priority.asInt(),
                            definition,
                            operator));
        } catch (AmqpException e) {
            throw HttpError.of(e);
        }
    }

    private static Object value(String key, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        } else if (value.isTextual()) {
            return value.textValue();
        } else if (value.isNumber()) {
            return value.doubleValue();
        } else if (value.isBoolean()) {
            return value.booleanValue();
        }
        throw HttpError.badRequest("Validation failed\n\n" + key + " cannot be " + value + "\n");
    }
}
