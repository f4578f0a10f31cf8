package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.List;
import java.util.Map;

/** The verbs about a running node as a whole: limits, settings, logs, stopping and starting its broker. */
final class NodeVerbs {
    private static final int BAD_REQUEST = 400;
    private static final List<String> LEVELS = List.of("debug", "info", "warning", "error", "critical", "none");

    private NodeVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put(
                "set_vm_memory_high_watermark",
                new Verb("set_vm_memory_high_watermark <fraction> | absolute <value>", 1, 2, NodeVerbs::limitMemory));
        all.put(
                "set_disk_free_limit",
                new Verb("set_disk_free_limit <disk_limit> | mem_relative <fraction>", 1, 2, NodeVerbs::limitDisk));
        all.put("set_log_level", new Verb("set_log_level <level>", 1, 1, NodeVerbs::setLogLevel));
        all.put("rotate_logs", new Verb("rotate_logs", 0, 0, NodeVerbs::rotateLogs));
        all.put("environment", new Verb("environment", 0, 0, NodeVerbs::environment));
        all.put("report", new Verb("report", 0, 0, NodeVerbs::report));
        all.put("trace_on", new Verb("trace_on", 0, 0, (ctl, unused) -> trace(ctl, true)));
        all.put("trace_off", new Verb("trace_off", 0, 0, (ctl, unused) -> trace(ctl, false)));
        all.put("stop_app", new Verb("stop_app", 0, 0, NodeVerbs::stop));
        all.put("start_app", new Verb("start_app", 0, 0, NodeVerbs::start));
    }

    private static String node(CtlCommand ctl) {
        return ctl.client()
                .get(ManagementClient.path("ctl", "state"))
                .path("node")
                .asText();
    }

    private static void set(CtlCommand ctl, String key, String value) {
        try {
            ctl.client().put(ManagementClient.path("ctl", "environment", key), Map.of("value", value));
        } catch (ManagementException e) {
            throw e.status() == BAD_REQUEST
                    ? new CtlException(CtlException.DATA, "Error (argument validation): " + e.getMessage())
                    : e;
        }
    }

    private static boolean asksFor(List<String> arguments, String unit) {
        if (arguments.size() == 1) {
            return false;
        } else if (arguments.get(0).equals(unit)) {
            return true;
        }
        throw CtlException.usage("'" + arguments.get(0) + "' is not known here; " + unit + " is");
    }

    private static void limitMemory(CtlCommand ctl, List<String> arguments) {
        boolean absolute = asksFor(arguments, "absolute");
        String limit = arguments.get(arguments.size() - 1);
        ctl.banner("Setting memory threshold on " + node(ctl) + " to " + limit + (absolute ? " bytes ..." : " ..."));
        set(ctl, "vm_memory_high_watermark." + (absolute ? "absolute" : "relative"), limit);
    }

    private static void limitDisk(CtlCommand ctl, List<String> arguments) {
        boolean relative = asksFor(arguments, "mem_relative");
        String limit = arguments.get(arguments.size() - 1);
        ctl.banner("Setting disk free limit on " + node(ctl) + " to " + limit
                + (relative ? " times the total RAM ..." : " bytes ..."));
        set(ctl, "disk_free_limit." + (relative ? "relative" : "absolute"), limit);
    }

    private static void setLogLevel(CtlCommand ctl, List<String> arguments) {
        String level = arguments.get(0);
        if (!LEVELS.contains(level)) {
            throw new CtlException(
                    CtlException.UNAVAILABLE,
                    "Error:\nlevel " + level + " is not supported. Try one of " + String.join(", ", LEVELS));
        }
        ctl.banner("Setting log level to \"" + level + "\" ...");
        set(ctl, "log.default.level", level);
    }

    private static void rotateLogs(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Rotating logs for node " + node(ctl) + " ...");
        ctl.client().post(ManagementClient.path("ctl", "rotate_logs"), Map.of());
    }

    private static void environment(CtlCommand ctl, List<String> arguments) {
        JsonNode settings = ctl.client().get(ManagementClient.path("ctl", "environment"));
        ctl.banner("Application environment of node " + node(ctl) + " ...");
        StringBuilder text = new StringBuilder();
        settings.properties()
                .forEach(setting -> text.append(setting.getKey())
                        .append(" = ")
                        .append(setting.getValue().asText())
                        .append('\n'));
        ctl.print(settings, text.toString());
    }

    /** All that helps whoever is asked for help. */
    private static void report(CtlCommand ctl, List<String> arguments) throws InterruptedException {
        ctl.banner("Reporting server status of node " + node(ctl) + " ...\n");
        for (String verb : List.of("status", "cluster_status", "environment", "memory_breakdown")) {
            section(ctl, verb, List.of());
        }
        for (String verb : List.of("list_global_parameters", "list_feature_flags")) {
            section(ctl, verb, List.of());
        }
        section(ctl, "list_connections", Listings.CONNECTIONS.names());
        section(ctl, "list_channels", Listings.CHANNELS.names());
        for (JsonNode vhost : ctl.client().get(ManagementClient.path("vhosts"))) {
            ctl.vhost = vhost.path("name").asText();
            section(ctl, "list_queues", Listings.QUEUES.names());
            section(ctl, "list_exchanges", Listings.EXCHANGES.names());
            section(ctl, "list_bindings", Listings.BINDINGS.names());
            for (String verb : List.of(
                    "list_permissions",
                    "list_topic_permissions",
                    "list_policies",
                    "list_operator_policies",
                    "list_parameters")) {
                section(ctl, verb, List.of());
            }
        }
    }

    private static void section(CtlCommand ctl, String verb, List<String> arguments) throws InterruptedException {
        Verb known = Verbs.ALL.get(verb);
        if (known == null) {
            throw new IllegalStateException("no verb " + verb);
        }
        known.action().run(ctl, arguments);
        ctl.console().print("\n");
    }

    private static void trace(CtlCommand ctl, boolean on) {
        ctl.banner((on ? "Starting" : "Stopping") + " tracing for vhost \"" + ctl.vhost + "\" ...");
        String vhost = ManagementClient.path("vhosts", ctl.vhost);
        ctl.client().get(vhost); // One that is not there is not to be made.
        ctl.client().put(vhost, Map.of("tracing", on));
        ctl.say("Trace " + (on ? "enabled" : "disabled") + " for vhost " + ctl.vhost);
    }

    private static void stop(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Stopping rabbit application on node " + node(ctl) + " ...");
        ctl.client().post(ManagementClient.path("ctl", "stop_app"), Map.of());
    }

    private static void start(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Starting node " + node(ctl) + " ...");
        ctl.client().post(ManagementClient.path("ctl", "start_app"), Map.of());
    }
}
