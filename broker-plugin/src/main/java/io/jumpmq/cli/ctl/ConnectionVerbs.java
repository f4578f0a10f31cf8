package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import java.util.List;
import java.util.Map;

/** The verbs about connections, and what is on them. */
final class ConnectionVerbs {
    private ConnectionVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_connections", Listings.CONNECTIONS.verb("list_connections [<column>, ...]", 0));
        all.put("list_channels", Listings.CHANNELS.verb("list_channels [<column>, ...]", 0));
        all.put("list_consumers", Listings.CONSUMERS.verb("list_consumers [<column>, ...]", 0));
        all.put("close_connection", new Verb("close_connection <name> <reason>", 2, 2, ConnectionVerbs::close));
        all.put(
                "close_all_connections",
                new Verb(
                        "close_all_connections [--global] [--limit <limit>] <reason>",
                        1,
                        1,
                        ConnectionVerbs::closeAll));
    }

    private static void close(CtlCommand ctl, List<String> arguments) {
        String reason = arguments.get(1);
        ctl.banner("Closing connection " + arguments.get(0) + ", reason: " + reason + "...");
        ctl.client().close(ManagementClient.path("connections", arguments.get(0)), reason);
    }

    private static void closeAll(CtlCommand ctl, List<String> arguments) {
        String reason = arguments.get(0);
        ctl.banner("Closing all connections " + (ctl.global ? "" : "in vhost " + ctl.vhost + ", ") + "reason: " + reason
                + "...");
        JsonNode connections = ctl.client()
                .get(
                        ctl.global
                                ? ManagementClient.path("connections")
                                : ManagementClient.path("vhosts", ctl.vhost, "connections"));
        int closed = 0;
        for (JsonNode connection : connections) {
            if (ctl.limit > 0 && closed == ctl.limit) {
                break;
            }
            closed++;
            ctl.ifThere(() -> ctl.client()
                    .close(
                            ManagementClient.path(
                                    "connections", connection.path("name").asText()),
                            reason));
        }
        ctl.say("Closed " + closed + " connections");
    }
}
