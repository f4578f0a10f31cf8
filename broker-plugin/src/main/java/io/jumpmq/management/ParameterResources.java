package io.jumpmq.management;

import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.broker.catalog.VirtualHost;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code /parameters}: limits and operator policies, which have paths of their own, too. */
final class ParameterResources {
    void addTo(Routes routes) {
        String one = "/parameters/{component}/{vhost}/{name}";
        routes.get("/parameters", call -> list(call, call.visibleVhosts(), parameter -> true))
                .get("/parameters/{component}", call -> list(call, call.visibleVhosts(), is(call, "component")))
                .get(
                        "/parameters/{component}/{vhost}",
                        call -> list(call, List.of(call.visibleVhost()), is(call, "component")))
                .get(one, call -> Listing.of(call, one(call)))
                .put(one, Call::requireAdministrator, this::put)
                .delete(one, this::delete);
    }

    private static Predicate<Map<String, @Nullable Object>> is(Call call, String field) {
        return parameter -> call.at(field).equals(parameter.get(field));
    }

    private static Answer list(Call call, List<VirtualHost> vhosts, Predicate<Map<String, @Nullable Object>> which) {
        call.requirePolicymaker();
        return Listing.of(
                call,
                vhosts.stream()
                        .flatMap(vhost -> RuntimeParameters.of(vhost).stream())
                        .filter(which)
                        .toList(),
                parameter -> String.valueOf(parameter.get("name")),
                parameter -> parameter);
    }

    private static Map<String, @Nullable Object> one(Call call) {
        call.requirePolicymaker();
        return RuntimeParameters.of(call.visibleVhost()).stream()
                .filter(is(call, "component").and(is(call, "name")))
                .findFirst()
                .orElseThrow(HttpError::notFound);
    }

    private Answer put(Call call) {
        VirtualHost vhost = call.visibleVhost();
        Fields fields = call.json();
        fields.require("value");
        boolean isNew = RuntimeParameters.of(vhost).stream()
                .noneMatch(is(call, "component").and(is(call, "name")));
        call.carryOut(
                RuntimeParameters.command(call.at("component"), vhost.name(), call.at("name"), fields.object("value")));
        return Answer.put(isNew);
    }

    private Answer delete(Call call) {
        call.requireAdministrator();
        one(call);
        String vhost = call.visibleVhost().name();
        call.carryOut(
                call.at("component").equals(RuntimeParameters.LIMITS)
                        ? new Command.SetVhostLimits(vhost, VhostLimits.NONE)
                        : new Command.DeletePolicy(vhost, call.at("name"), true));
        return Answer.done();
    }
}
