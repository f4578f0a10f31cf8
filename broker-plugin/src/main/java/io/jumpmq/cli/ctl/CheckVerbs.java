package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The verbs that check whether something is as it should be, and tell by their exit codes. */
final class CheckVerbs {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CONNECT_MILLIS = 5_000;
    private static final List<String> TIME_UNITS = List.of("days", "weeks", "months", "years");

    private CheckVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("check_running", new Verb("check_running", 0, 0, CheckVerbs::checkRunning));
        all.put("check_alarms", new Verb("check_alarms", 0, 0, CheckVerbs::checkAlarms));
        all.put("check_local_alarms", new Verb("check_local_alarms", 0, 0, CheckVerbs::checkAlarms));
        all.put("alarms", new Verb("alarms", 0, 0, CheckVerbs::checkAlarms));
        all.put("check_virtual_hosts", new Verb("check_virtual_hosts", 0, 0, CheckVerbs::checkVirtualHosts));
        all.put("check_port_connectivity", new Verb("check_port_connectivity", 0, 0, CheckVerbs::checkPorts));
        all.put("check_port_listener", new Verb("check_port_listener <port>", 1, 1, CheckVerbs::checkPort));
        all.put(
                "check_protocol_listener",
                new Verb("check_protocol_listener <protocol>", 1, 1, CheckVerbs::checkProtocol));
        all.put(
                "check_certificate_expiration",
                new Verb(
                        "check_certificate_expiration [--within <period>] [--unit <unit>]",
                        0,
                        0,
                        CheckVerbs::checkCertificates));
    }

    private static void checkRunning(CtlCommand ctl, List<String> arguments) {
        String node = Overview.of(ctl).node();
        ctl.banner("Checking if the broker is running on node " + node + " ...");
        ctl.say("The broker on node " + node + " is fully booted and running");
    }

    private static void checkAlarms(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        ctl.banner("Asking node " + overview.node() + " to report any local resource alarms ...");
        String alarms = Overview.alarms(overview.details(ctl));
        if (!alarms.isEmpty()) {
            throw new CtlException(CtlException.UNAVAILABLE, "Error:\n" + alarms);
        }
        ctl.say("Node " + overview.node() + " reported no alarms, local or clusterwide");
    }

    private static void checkVirtualHosts(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        ctl.banner("Checking if all vhosts are running on node " + overview.node() + " ...");
        ctl.client().get(ManagementClient.path("health", "checks", "virtual-hosts"));
        ctl.say("Node " + overview.node() + " reported all vhosts as running");
    }

    private static void checkPorts(CtlCommand ctl, List<String> arguments) {
        Overview overview = Overview.of(ctl);
        ctl.banner("Testing TCP connections to all active listeners on node " + overview.node() + " ...");
        List<String> reached = new ArrayList<>();
        for (JsonNode listener : overview.listeners()) {
            int port = listener.path("port").asInt();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(ctl.client().base().getHost(), port), CONNECT_MILLIS);
                reached.add(Integer.toString(port));
            } catch (IOException e) {
                throw new CtlException(
                        CtlException.UNAVAILABLE, "Error:\nport " + port + " cannot be reached: " + e.getMessage());
            }
        }
        ctl.say("Successfully connected to ports " + String.join(", ", reached) + " on node " + overview.node() + ".");
    }

    private static void checkPort(CtlCommand ctl, List<String> arguments) {
        checkListener(ctl, "port", arguments.get(0), "on port");
    }

    private static void checkProtocol(CtlCommand ctl, List<String> arguments) {
        checkListener(ctl, "protocol", arguments.get(0), "for protocol");
    }

    private static void checkListener(CtlCommand ctl, String field, String wanted, String which) {
        Overview overview = Overview.of(ctl);
        String node = overview.node();
        ctl.banner("Asking node " + node + " if there's an active listener " + which + " " + wanted + " ...");
        List<String> found = StreamSupport.stream(overview.listeners().spliterator(), false)
                .map(listener -> listener.path(field).asText())
                .toList();
        if (!found.contains(wanted)) {
            throw new CtlException(
                    CtlException.UNAVAILABLE,
                    ctl.line(
                            "Error:%nNo listener for %s %s is active on node %s. Found listeners that use the following %ss: %s",
                            field, wanted, node, field, String.join(", ", found)));
        }
        ctl.say("A listener for " + field + " " + wanted + " is running on node " + node + ".");
    }

    private static void checkCertificates(CtlCommand ctl, List<String> arguments) {
        if (!TIME_UNITS.contains(ctl.unit.toLowerCase(Locale.ROOT))) {
            throw CtlException.usage(
                    "unit '" + ctl.unit + "' is not supported: it must be one of " + String.join(", ", TIME_UNITS));
        }
        ctl.banner("Checking certificate expiration on node " + Overview.of(ctl).node() + " ...");
        String within = Integer.toString(ctl.within);
        try {
            ctl.client().get(ManagementClient.path("health", "checks", "certificate-expiration", within, ctl.unit));
        } catch (ManagementException e) {
            if (!e.document().has("expired")) {
                throw e;
            }
            ctl.print(
                    MAPPER.createObjectNode()
                            .put("result", "error")
                            .set("expired", e.document().path("expired")),
                    expirations(e.document().path("expired")));
            throw new CtlException(CtlException.UNAVAILABLE, "Error:\n" + e.getMessage());
        }
        String period = ctl.within == 1 ? ctl.unit.substring(0, ctl.unit.length() - 1) : ctl.unit;
        ctl.print(
                MAPPER.createObjectNode().put("result", "ok"),
                "No certificates are expiring within " + within + " " + period + ".\n");
    }

    private static String expirations(JsonNode listeners) {
        StringBuilder text = new StringBuilder();
        for (JsonNode listener : listeners) {
            for (String file : List.of("certfile", "cacertfile")) {
                for (JsonNode end : listener.path(file + "_expires_on")) {
                    text.append("Interface: ")
                            .append(listener.path("interface").asText())
                            .append(", port: ")
                            .append(listener.path("port").asInt())
                            .append(", protocol: ")
                            .append(listener.path("protocol").asText())
                            .append(", ")
                            .append(file)
                            .append(": ")
                            .append(listener.path(file).asText())
                            .append(" (")
                            .append(end.asText())
                            .append(")\n");
                }
            }
        }
        return text.toString();
    }
}
