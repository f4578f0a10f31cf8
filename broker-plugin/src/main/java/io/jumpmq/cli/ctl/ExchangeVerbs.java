package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The verbs about exchanges and bindings. */
final class ExchangeVerbs {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int BAD_REQUEST = 400;

    private ExchangeVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_exchanges", Listings.EXCHANGES.verb("list_exchanges [<column>, ...]", 0));
        all.put("list_bindings", Listings.BINDINGS.verb("list_bindings [<column>, ...]", 0));
        all.put(
                "consistent_hash_exchange_ring_state",
                new Verb("consistent_hash_exchange_ring_state <exchange>", 1, 1, ExchangeVerbs::ringState));
    }

    /** As RabbitMQ's verb, but sorted by number, and with exchanges too. */
    private static void ringState(CtlCommand ctl, List<String> arguments) {
        String exchange = arguments.get(0);
        ctl.banner("Inspecting consistent hashing ring state for exchange " + exchange + " in virtual host '"
                + ctl.vhost + "'...");
        JsonNode ring;
        try {
            ring = ctl.client().get(ManagementClient.path("rings", ctl.vhost, exchange));
        } catch (ManagementException e) {
            if (e.isNotFound() || e.status() == BAD_REQUEST) {
                throw new CtlException(CtlException.DATA, "Error:\nExchange does not exist or is of a different type");
            }
            throw e;
        }
        Map<String, String> buckets = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        int bucket = 0;
        for (JsonNode run : ring.path("buckets")) {
            JsonNode destination = ring.path("destinations").path(run.path(0).asInt());
            String name = destination.path("destination").asText();
            for (int i = 0; i < run.path(1).asInt(); i++) {
                text.append("Ring index: ")
                        .append(bucket)
                        .append(", ")
                        .append(destination.path("destination_type").asText())
                        .append(": '")
                        .append(name)
                        .append("'\n");
                buckets.put(Integer.toString(bucket++), name);
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("result", "ok");
        document.put("node", Overview.of(ctl).node());
        document.put("exchange", exchange);
        document.put(
                "message",
                "Consistent hashing ring state for exchange '" + exchange + "' in vhost '" + ctl.vhost + "'");
        document.put("buckets", buckets);
        ctl.print(MAPPER.valueToTree(document), text.toString());
    }
}
