package io.jumpmq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import io.jumpmq.ring.RingState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ring of an exchange of a running broker. */
final class LiveRing {
    private final ManagementClient client;
    private final String vhost;
    private final String exchange;

    LiveRing(ManagementClient client, String vhost, String exchange) {
        this.client = client;
        this.vhost = vhost;
        this.exchange = exchange;
    }

    String title() {
        return exchange;
    }

    /** The ring as it is now. Destinations that are exchanges have the names that {@link RingFile} gives them. */
    RingState<String> state() {
        return RingFile.parse(document());
    }

    /** The ring file of it. */
    JsonNode document() {
        return get(path("export"));
    }

    JsonNode uniformity() {
        return get(path("uniformity"));
    }

    JsonNode history() {
        return get(path("history"));
    }

    /** All that the broker tells of it. */
    JsonNode whole() {
        return get(ManagementClient.path("rings", vhost, exchange));
    }

    /** The weights that its bindings have, by the names of {@link RingFile}. */
    Map<String, Integer> bindings() {
        Map<String, Integer> weights = new LinkedHashMap<>();
        for (JsonNode binding : client.get(ManagementClient.path("exchanges", vhost, exchange, "bindings", "source"))) {
            weights.put(
                    RingFile.name(
                            binding.path("destination").asText(),
                            binding.path("destination_type").asText().equals("exchange")),
                    Integer.parseInt(binding.path("routing_key").asText()));
        }
        return weights;
    }

    /** Sets weights, all at once, if the ring still has this epoch. */
    void set(Map<String, Integer> weights, long ifEpoch) {
        List<Map<String, Object>> wanted = new ArrayList<>();
        weights.forEach((name, weight) -> wanted.add(Map.of(
                "destination",
                RingFile.plain(name),
                "destination_type",
                RingFile.isExchange(name) ? "exchange" : "queue",
                "weight",
                weight)));
        client.put(path("weights"), Map.of("weights", wanted, "if_epoch", ifEpoch));
    }

    /** Makes it, bucket for bucket, what a ring file says, if it still has this epoch. */
    void restore(JsonNode file, long ifEpoch) {
        client.put(ManagementClient.path("rings", vhost, exchange) + "?if_epoch=" + ifEpoch, file);
    }

    /** How many messages a queue has, ready and unacknowledged. */
    long messages(String queue) {
        return get("queue", queue, ManagementClient.path("queues", vhost, queue) + "?columns=messages")
                .path("messages")
                .asLong();
    }

    /** Deletes a queue unless it has messages. */
    void deleteIfEmpty(String queue) {
        client.delete(ManagementClient.path("queues", vhost, queue) + "?if-empty=true");
    }

    private JsonNode get(String path) {
        return get("exchange", exchange, path);
    }

    /** Reads what is told of something, which is named if it is not there. */
    private JsonNode get(String kind, String name, String path) {
        try {
            return client.get(path);
        } catch (ManagementException e) {
            throw e.isNotFound()
                    ? new RefusedException("there is no " + kind + " '" + name + "' in virtual host '" + vhost + "' at "
                            + client.base())
                    : e;
        }
    }

    private String path(String what) {
        return ManagementClient.path("rings", vhost, exchange, what);
    }
}
