package io.jumpmq.management;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.Command;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /global-parameters}: the cluster's name, which the configuration sets, and whatever somebody wants to be kept. */
final class GlobalParameterResources {
    static final String CLUSTER_NAME = "cluster_name";

    private final Node node;

    GlobalParameterResources(Node node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        String one = "/global-parameters/{name}";
        routes.get("/global-parameters", call -> {
                    call.requirePolicymaker();
                    return Answer.of(all());
                })
                .get(one, call -> {
                    call.requirePolicymaker();
                    return Answer.of(all().stream()
                            .filter(parameter -> call.at("name").equals(parameter.get("name")))
                            .findFirst()
                            .orElseThrow(HttpError::notFound));
                })
                .put(one, Call::requireAdministrator, this::put)
                .delete(one, this::delete);
    }

    private List<Map<String, @Nullable Object>> all() {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        all.add(document(CLUSTER_NAME, node.clusterName()));
        all.addAll(documents(node.broker().catalog()));
        return all;
    }

    /** As in definitions, without the cluster's name. */
    static List<Map<String, @Nullable Object>> documents(Catalog catalog) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        new TreeMap<>(catalog.globalParameters()).forEach((name, value) -> all.add(document(name, Json.node(value))));
        return all;
    }

    static Map<String, @Nullable Object> document(String name, Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("value", value);
        return map;
    }

    private Answer put(Call call) {
        call.requireAdministrator();
        requireChangeable(call);
        Fields fields = call.json();
        fields.require("value");
        boolean isNew = !node.broker().catalog().globalParameters().containsKey(call.at("name"));
        call.carryOut(command(call.at("name"), fields));
        return Answer.put(isNew);
    }

    /** The command that keeps a {@code value}. */
    static Command.SetGlobalParameter command(String name, Fields fields) {
        JsonNode value = fields.node().path("value");
        return new Command.SetGlobalParameter(name, Json.text(value.isMissingNode() ? "" : Json.withoutPairs(value)));
    }

    private Answer delete(Call call) {
        call.requireAdministrator();
        requireChangeable(call);
        if (!node.broker().catalog().globalParameters().containsKey(call.at("name"))) {
            throw HttpError.notFound();
        }
        call.carryOut(new Command.ClearGlobalParameter(call.at("name")));
        return Answer.done();
    }

    private static void requireChangeable(Call call) {
        if (call.at("name").equals(CLUSTER_NAME)) {
            throw HttpError.badRequest("the cluster's name is set by cluster_name in the configuration");
        }
    }
}
