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

/** {@code /global-parameters}: the cluster's name, and whatever somebody wants to be kept. */
final class GlobalParameterResources {
    private final Node node;

    GlobalParameterResources(Node node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        String one = "/global-parameters/{name}";
        routes.get("/global-parameters", call -> {
                    call.requirePolicymaker();
                    return Answer.of(documents(node.broker().catalog()));
                })
                .get(one, call -> {
                    call.requirePolicymaker();
                    return Answer.of(documents(node.broker().catalog()).stream()
                            .filter(parameter -> call.at("name").equals(parameter.get("name")))
                            .findFirst()
                            .orElseThrow(HttpError::notFound));
                })
                .put(one, Call::requireAdministrator, this::put)
                .delete(one, this::delete);
    }

    /** As in definitions. */
    static List<Map<String, @Nullable Object>> documents(Catalog catalog) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        new TreeMap<>(catalog.globalParameters()).forEach((name, value) -> all.add(document(name, Json.node(value))));
        return all;
    }

    private static Map<String, @Nullable Object> document(String name, Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("value", value);
        return map;
    }

    private Answer put(Call call) {
        call.requireAdministrator();
        Fields fields = call.json();
        fields.require("value");
        boolean isNew = !node.broker().catalog().globalParameters().containsKey(call.at("name"));
        call.carryOut(command(call.at("name"), fields.node().path("value")));
        return Answer.put(isNew);
    }

    /**
     * The command that keeps a value.
     *
     * @throws HttpError when the cluster cannot be called so
     */
    static Command command(String name, JsonNode value) {
        if (name.equals(Node.CLUSTER_NAME)) {
            if (!value.isTextual() || value.textValue().isEmpty()) {
                throw HttpError.badRequest("the cluster's name must be a text, not " + value);
            }
            return Node.nameCluster(value.textValue());
        }
        return new Command.SetGlobalParameter(name, Json.text(value.isMissingNode() ? "" : Json.withoutPairs(value)));
    }

    private Answer delete(Call call) {
        call.requireAdministrator();
        if (!node.broker().catalog().globalParameters().containsKey(call.at("name"))) {
            throw HttpError.notFound();
        }
        call.carryOut(new Command.ClearGlobalParameter(call.at("name")));
        return Answer.done();
    }
}
