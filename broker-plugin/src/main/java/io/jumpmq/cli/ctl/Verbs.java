package io.jumpmq.cli.ctl;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** All verbs, by name. */
final class Verbs {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int NOT_FOUND = 404;
    private static final int STOPPED = 503;
    private static final int CONNECT_MILLIS = 5_000;
    private static final long POLL_MILLIS = 250;
    private static final List<String> TIME_UNITS = List.of("days", "weeks", "months", "years");

    static final Map<String, Verb> ALL = all();

    private Verbs() {}

    private static Map<String, Verb> all() {
        Map<String, Verb> all = new TreeMap<>();
        all.put("list_queues", Listings.QUEUES.verb("list_queues [<column>, ...]", 0));
        all.put("list_exchanges", Listings.EXCHANGES.verb("list_exchanges [<column>, ...]", 0));
        all.put("list_bindings", Listings.BINDINGS.verb("list_bindings [<column>, ...]", 0));
        all.put("list_connections", Listings.CONNECTIONS.verb("list_connections [<column>, ...]", 0));
        all.put("list_channels", Listings.CHANNELS.verb("list_channels [<column>, ...]", 0));
        all.put("list_consumers", Listings.CONSUMERS.verb("list_consumers [<column>, ...]", 0));
        all.put("list_vhosts", Listings.VHOSTS.verb("list_vhosts [<column>, ...]", 0));
        all.put("list_users", Listings.USERS.verb("list_users", 0));
        all.put("list_permissions", Listings.PERMISSIONS.verb("list_permissions", 0));
        all.put("list_user_permissions", Listings.USER_PERMISSIONS.verb("list_user_permissions <username>", 1));
        all.put("list_policies", Listings.POLICIES.verb("list_policies", 0));
        all.put("list_operator_policies", Listings.OPERATOR_POLICIES.verb("list_operator_policies", 0));
        all.put("list_parameters", Listings.PARAMETERS.verb("list_parameters", 0));
        GlobalVerbs.addTo(all);
        UserVerbs.addTo(all);
        NodeVerbs.addTo(all);
        all.put("list_vhost_limits", new Verb("list_vhost_limits", 0, 0, Verbs::listVhostLimits));

        all.put("add_user", new Verb("add_user <username> [<password>]", 1, 2, Verbs::addUser));
        all.put("delete_user", new Verb("delete_user <username>", 1, 1, Verbs::deleteUser));
        all.put("change_password", new Verb("change_password <username> [<password>]", 1, 2, Verbs::changePassword));
        all.put("authenticate_user", new Verb("authenticate_user <username> [<password>]", 1, 2, Verbs::authenticate));
        all.put("set_user_tags", new Verb("set_user_tags <username> [<tag>, ...]", 1, 20, Verbs::setUserTags));
        all.put(
                "set_permissions",
                new Verb("set_permissions <username> <configure> <write> <read>", 4, 4, Verbs::setPermissions));
        all.put("clear_permissions", new Verb("clear_permissions <username>", 1, 1, Verbs::clearPermissions));
        all.put("add_vhost", new Verb("add_vhost <vhost>", 1, 1, Verbs::addVhost));
        all.put("delete_vhost", new Verb("delete_vhost <vhost>", 1, 1, Verbs::deleteVhost));
        all.put("set_vhost_limits", new Verb("set_vhost_limits <definition>", 1, 1, Verbs::setVhostLimits));
        all.put("clear_vhost_limits", new Verb("clear_vhost_limits", 0, 0, Verbs::clearVhostLimits));
        String policy = " [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>";
        all.put("set_policy", new Verb("set_policy" + policy, 3, 3, (ctl, args) -> setPolicy(ctl, args, false)));
        all.put(
                "set_operator_policy",
                new Verb("set_operator_policy" + policy, 3, 3, (ctl, args) -> setPolicy(ctl, args, true)));
        all.put("clear_policy", new Verb("clear_policy <name>", 1, 1, (ctl, args) -> clearPolicy(ctl, args, false)));
        all.put(
                "clear_operator_policy",
                new Verb("clear_operator_policy <name>", 1, 1, (ctl, args) -> clearPolicy(ctl, args, true)));

        all.put("purge_queue", new Verb("purge_queue <queue>", 1, 1, Verbs::purgeQueue));
        all.put("delete_queue", new Verb("delete_queue [--if-empty] [--if-unused] <queue>", 1, 1, Verbs::deleteQueue));
        all.put("close_connection", new Verb("close_connection <name> <reason>", 2, 2, Verbs::closeConnection));
        all.put(
                "close_all_connections",
                new Verb("close_all_connections [--global] [--limit <limit>] <reason>", 1, 1, Verbs::closeAll));
        all.put("export_definitions", new Verb("export_definitions <file | ->", 1, 1, Verbs::exportDefinitions));
        all.put("import_definitions", new Verb("import_definitions <file | ->", 0, 1, Verbs::importDefinitions));

        all.put("ping", new Verb("ping", 0, 0, Verbs::ping));
        all.put("status", new Verb("status", 0, 0, Verbs::status));
        all.put("cluster_status", new Verb("cluster_status", 0, 0, Verbs::clusterStatus));
        all.put("await_startup", new Verb("await_startup", 0, 0, Verbs::awaitStartup));
        all.put("check_running", new Verb("check_running", 0, 0, Verbs::checkRunning));
        all.put("check_alarms", new Verb("check_alarms", 0, 0, Verbs::checkAlarms));
        all.put("check_local_alarms", new Verb("check_local_alarms", 0, 0, Verbs::checkAlarms));
        all.put("alarms", new Verb("alarms", 0, 0, Verbs::checkAlarms));
        all.put("check_virtual_hosts", new Verb("check_virtual_hosts", 0, 0, Verbs::checkVirtualHosts));
        all.put("check_port_connectivity", new Verb("check_port_connectivity", 0, 0, Verbs::checkPorts));
        all.put("check_port_listener", new Verb("check_port_listener <port>", 1, 1, Verbs::checkPort));
        all.put("check_protocol_listener", new Verb("check_protocol_listener <protocol>", 1, 1, Verbs::checkProtocol));
        all.put(
                "check_certificate_expiration",
                new Verb(
                        "check_certificate_expiration [--within <period>] [--unit <unit>]",
                        0,
                        0,
                        Verbs::checkCertificates));
        all.put("listeners", new Verb("listeners", 0, 0, Verbs::listeners));
        all.put("memory_breakdown", new Verb("memory_breakdown", 0, 0, Verbs::memory));
        all.put("server_version", new Verb("server_version", 0, 0, Verbs::serverVersion));
        all.put("version", new Verb("version", 0, 0, Verbs::serverVersion));
        all.put(
                "consistent_hash_exchange_ring_state",
                new Verb("consistent_hash_exchange_ring_state <exchange>", 1, 1, Verbs::ringState));
        for (String verb : List.of(
                "stop",
                "reset",
                "force_reset",
                "join_cluster",
                "forget_cluster_node",
                "eval",
                "shutdown",
                "sync_queue",
                "set_parameter",
                "clear_parameter")) {
            all.put(verb, new Verb(verb, 0, 64, (ctl, args) -> {
                throw new CtlException(
                        CtlException.SOFTWARE, "Error:\n'" + verb + "' has no meaning for JumpMQ" + instead(verb));
            }));
        }
        return all;
    }

    private static String instead(String verb) {
        return switch (verb) {
            case "stop", "shutdown" -> ": stop the process with SIGTERM";
            default -> "";
        };
    }

    static String help() {
        StringBuilder text = new StringBuilder("Usage: jumpmq ctl [OPTIONS] VERB [ARGUMENTS]\n\n");
        ALL.forEach((name, verb) -> {
            if (verb.max() != 64 || name.startsWith("list_")) {
                text.append("  ").append(verb.usage()).append('\n');
            }
        });
        return text.append("\n'jumpmq ctl --help' tells the options.\n").toString();
    }

    // Users, permissions, virtual hosts.

    private static String password(CtlCommand ctl, List<String> arguments) {
        if (arguments.size() > 1) {
            return arguments.get(1);
        }
        try {
            if (ctl.console().interactive()) {
                ctl.console().err().print("Password: ");
                ctl.console().err().flush();
            }
            String line = new BufferedReader(new InputStreamReader(ctl.console().in(), UTF_8)).readLine();
            if (line == null || line.isEmpty()) {
                throw CtlException.usage("user needs a password: as an argument, or on standard input");
            }
            return line;
        } catch (IOException e) {
            throw CtlException.usage("the password cannot be read: " + e.getMessage());
        }
    }

    private static @Nullable JsonNode user(CtlCommand ctl, String name) {
        try {
            return ctl.client().get(ManagementClient.path("users", name));
        } catch (ManagementException e) {
            if (e.status() == NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    static JsonNode requireUser(CtlCommand ctl, String name) {
        JsonNode user = user(ctl, name);
        if (user == null) {
            throw new CtlException(CtlException.NO_USER, "Error:\nUser \"" + name + "\" does not exist");
        }
        return user;
    }

    private static void addUser(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        String password = password(ctl, arguments);
        ctl.banner("Adding user \"" + name + "\" ...");
        if (user(ctl, name) != null) {
            throw new CtlException(CtlException.SOFTWARE, "Error:\nUser \"" + name + "\" already exists");
        }
        ctl.client().put(ManagementClient.path("users", name), Map.of("password", password, "tags", List.of()));
        ctl.banner("Done. Don't forget to grant the user permissions to some virtual hosts: see set_permissions.");
    }

    private static void deleteUser(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Deleting user \"" + arguments.get(0) + "\" ...");
        requireUser(ctl, arguments.get(0));
        ctl.client().delete(ManagementClient.path("users", arguments.get(0)));
    }

    private static void changePassword(CtlCommand ctl, List<String> arguments) {
        String password = password(ctl, arguments);
        ctl.banner("Changing password for user \"" + arguments.get(0) + "\" ...");
        JsonNode user = requireUser(ctl, arguments.get(0));
        ctl.client()
                .put(
                        ManagementClient.path("users", arguments.get(0)),
                        Map.of("password", password, "tags", user.path("tags")));
    }

    private static void authenticate(CtlCommand ctl, List<String> arguments) {
        String password = password(ctl, arguments);
        ctl.banner("Authenticating user \"" + arguments.get(0) + "\" ...");
        try {
            ctl.client().as(arguments.get(0), password).get(ManagementClient.path("whoami"));
        } catch (ManagementException e) {
            if (e.status() == ManagementException.NO_ANSWER) {
                throw e;
            }
            // Whoever has the right password but no tag is told so, rather than that it is wrong.
            if (!String.valueOf(e.getMessage()).contains("no management tag")) {
                throw new CtlException(
                        CtlException.DATA,
                        "Error:\nError: failed to authenticate user \"" + arguments.get(0) + "\"\nuser '"
                                + arguments.get(0) + "' - invalid credentials");
            }
        }
        ctl.say("Success");
    }

    private static void setUserTags(CtlCommand ctl, List<String> arguments) {
        List<String> tags = arguments.subList(1, arguments.size());
        ctl.banner("Setting tags for user \"" + arguments.get(0) + "\" to [" + String.join(", ", tags) + "] ...");
        JsonNode user = requireUser(ctl, arguments.get(0));
        ctl.client()
                .put(
                        ManagementClient.path("users", arguments.get(0)),
                        Map.of("password_hash", user.path("password_hash").asText(), "tags", tags));
    }

    private static void setPermissions(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting permissions for user \"" + name + "\" in vhost \"" + ctl.vhost + "\" ...");
        requireUser(ctl, name);
        ctl.client()
                .put(
                        ManagementClient.path("permissions", ctl.vhost, name),
                        Map.of("configure", arguments.get(1), "write", arguments.get(2), "read", arguments.get(3)));
    }

    private static void clearPermissions(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Clearing permissions for user \"" + arguments.get(0) + "\" in vhost \"" + ctl.vhost + "\" ...");
        requireUser(ctl, arguments.get(0));
        deleteIfThere(ctl, ManagementClient.path("permissions", ctl.vhost, arguments.get(0)));
    }

    static void deleteIfThere(CtlCommand ctl, String path) {
        ifThere(() -> ctl.client().delete(path));
    }

    private static void ifThere(Runnable deleting) {
        try {
            deleting.run();
        } catch (ManagementException e) {
            if (e.status() != NOT_FOUND) {
                throw e;
            }
        }
    }

    private static void addVhost(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Adding vhost \"" + arguments.get(0) + "\" ...");
        ctl.client().put(ManagementClient.path("vhosts", arguments.get(0)), Map.of());
    }

    private static void deleteVhost(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Deleting vhost \"" + arguments.get(0) + "\" ...");
        try {
            ctl.client().delete(ManagementClient.path("vhosts", arguments.get(0)));
        } catch (ManagementException e) {
            throw e.status() == NOT_FOUND
                    ? new CtlException(CtlException.DATA, "Virtual host '" + arguments.get(0) + "' does not exist")
                    : e;
        }
    }

    static JsonNode json(String text) {
        JsonNode node = anyJson(text);
        if (!node.isObject()) {
            throw CtlException.usage("the definition must be a JSON object, not " + text);
        }
        return node;
    }

    static JsonNode anyJson(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (!node.isMissingNode()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // Said below.
        }
        throw CtlException.usage("this must be JSON, and is not (a text needs quotes of its own): " + text);
    }

    private static void setVhostLimits(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Setting vhost limits to \"" + arguments.get(0) + "\" for vhost \"" + ctl.vhost + "\" ...");
        json(arguments.get(0))
                .properties()
                .forEach(limit -> ctl.client()
                        .put(
                                ManagementClient.path("vhost-limits", ctl.vhost, limit.getKey()),
                                Map.of("value", limit.getValue())));
    }

    private static void clearVhostLimits(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Clearing vhost \"" + ctl.vhost + "\" limits ...");
        for (String limit : List.of("max-connections", "max-queues")) {
            ctl.client().delete(ManagementClient.path("vhost-limits", ctl.vhost, limit));
        }
    }

    private static void listVhostLimits(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Listing limits for vhost \"" + ctl.vhost + "\" ...");
        JsonNode limits = ctl.client().get(ManagementClient.path("vhost-limits", ctl.vhost));
        ctl.console()
                .print((limits.isEmpty() ? "{}" : limits.get(0).path("value").toString()) + "\n");
    }

    // Policies.

    private static void setPolicy(CtlCommand ctl, List<String> arguments, boolean operator) {
        ctl.banner(ctl.line(
                "Setting %s \"%s\" for pattern \"%s\" to \"%s\" with priority \"%d\" for vhost \"%s\" ...",
                operator ? "operator policy override" : "policy",
                arguments.get(0),
                arguments.get(1),
                arguments.get(2),
                ctl.priority,
                ctl.vhost));
        Map<String, Object> policy = new LinkedHashMap<>();
        policy.put("pattern", arguments.get(1));
        policy.put("definition", json(arguments.get(2)));
        policy.put("priority", ctl.priority);
        policy.put("apply-to", ctl.applyTo);
        ctl.client()
                .put(
                        ManagementClient.path(operator ? "operator-policies" : "policies", ctl.vhost, arguments.get(0)),
                        policy);
    }

    private static void clearPolicy(CtlCommand ctl, List<String> arguments, boolean operator) {
        ctl.banner(ctl.line(
                "Clearing %s \"%s\" on vhost \"%s\" ...",
                operator ? "operator policy" : "policy", arguments.get(0), ctl.vhost));
        try {
            ctl.client()
                    .delete(ManagementClient.path(
                            operator ? "operator-policies" : "policies", ctl.vhost, arguments.get(0)));
        } catch (ManagementException e) {
            throw e.status() == NOT_FOUND ? new CtlException(CtlException.DATA, "Error:\nParameter does not exist") : e;
        }
    }

    // Queues, connections, definitions.

    private static void purgeQueue(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Purging queue '" + arguments.get(0) + "' in vhost '" + ctl.vhost + "' ...");
        try {
            ctl.client().delete(ManagementClient.path("queues", ctl.vhost, arguments.get(0), "contents"));
        } catch (ManagementException e) {
            throw e.status() == NOT_FOUND ? new CtlException(CtlException.UNAVAILABLE, "Error:\nnot_found") : e;
        }
    }

    private static void deleteQueue(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Deleting queue '" + name + "' on vhost '" + ctl.vhost + "' "
                + (ctl.ifEmpty ? "if queue is empty " : "") + (ctl.ifUnused ? "if queue is unused " : "") + "...");
        try {
            JsonNode queue = ctl.client().get(ManagementClient.path("queues", ctl.vhost, name));
            ctl.client()
                    .delete(ManagementClient.path("queues", ctl.vhost, name) + "?if-empty=" + ctl.ifEmpty
                            + "&if-unused=" + ctl.ifUnused);
            ctl.say("Queue was successfully deleted with "
                    + queue.path("messages_ready").asLong() + " ready messages");
        } catch (ManagementException e) {
            throw e.status() == NOT_FOUND ? new CtlException(CtlException.USAGE, "Error:\nQueue not found") : e;
        }
    }

    private static void closeConnection(CtlCommand ctl, List<String> arguments) {
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
            ifThere(() -> ctl.client()
                    .close(
                            ManagementClient.path(
                                    "connections", connection.path("name").asText()),
                            reason));
        }
        ctl.say("Closed " + closed + " connections");
    }

    private static void exportDefinitions(CtlCommand ctl, List<String> arguments) {
        String file = arguments.get(0);
        JsonNode definitions = ctl.client().get(ManagementClient.path("definitions"));
        if (file.equals("-")) {
            ctl.console().print(definitions + "\n");
            return;
        }
        ctl.banner("Exporting definitions in JSON to a file at \"" + file + "\" ...");
        try {
            Files.write(Path.of(file), MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(definitions));
        } catch (IOException e) {
            throw new CtlException(CtlException.USAGE, "Error:\n" + file + " cannot be written: " + e.getMessage());
        }
    }

    private static void importDefinitions(CtlCommand ctl, List<String> arguments) {
        boolean standardInput = arguments.isEmpty() || arguments.get(0).equals("-");
        JsonNode definitions;
        try {
            definitions = MAPPER.readTree(
                    standardInput ? ctl.console().in().readAllBytes() : Files.readAllBytes(Path.of(arguments.get(0))));
        } catch (JsonProcessingException e) {
            throw new CtlException(
                    CtlException.DATA,
                    "Error:\nthe definitions are no JSON: line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new CtlException(
                    CtlException.USAGE, "Error:\n" + arguments.get(0) + " cannot be read: " + e.getMessage());
        }
        ctl.banner("Importing definitions in JSON from " + (standardInput ? "standard input" : "a file") + " ...");
        ctl.client().post(ManagementClient.path("definitions"), definitions);
        ctl.say("Successfully started definition import. All of it is in effect.");
    }

    // The node.

    private static JsonNode overview(CtlCommand ctl) {
        return ctl.client().get(ManagementClient.path("overview"));
    }

    private static String node(JsonNode overview) {
        return overview.path("node").asText();
    }

    private static void ping(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Will ping " + ctl.client().base() + " ...");
        ctl.client().get(ManagementClient.path("whoami"));
        ctl.say("Ping succeeded");
    }

    private static void status(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        JsonNode node = ctl.client().get(ManagementClient.path("nodes", node(overview)));
        if (ctl.asJson()) {
            ctl.console().print(node + "\n");
            return;
        }
        ctl.banner("Status of node " + node(overview) + " ...");
        ctl.console()
                .print(ctl.line(
                        "Runtime%n%nOS PID: %s%nUptime (seconds): %d%nProduct: %s %s%nRabbitMQ version: %s (the one it is"
                                + " compatible with)%nNode name: %s%n%nData directory%n%nNode data directory: %s%n%nAlarms%n%n%s%n%n"
                                + "Memory%n%nTotal memory used: %.4f gb%nMemory high watermark: %.4f gb%n%nFile Descriptors%n%nTotal: %d, limit:"
                                + " %d%n%nFree Disk Space%n%nLow free disk space watermark: %.4f gb%nFree disk space: %.4f gb%n%nTotals%n%n"
                                + "Connection count: %d%nQueue count: %d%nVirtual host count: %d%n%nListeners%n%n%s",
                        node.path("os_pid").asText(),
                        node.path("uptime").asLong() / 1000,
                        overview.path("product_name").asText(),
                        overview.path("product_version").asText(),
                        overview.path("rabbitmq_version").asText(),
                        node(overview),
                        node.path("db_dir").asText(),
                        alarms(node).isEmpty() ? "(none)" : alarms(node),
                        gigabytes(node.path("mem_used")),
                        gigabytes(node.path("mem_limit")),
                        node.path("fd_used").asLong(),
                        node.path("fd_total").asLong(),
                        gigabytes(node.path("disk_free_limit")),
                        gigabytes(node.path("disk_free")),
                        overview.path("object_totals").path("connections").asLong(),
                        overview.path("object_totals").path("queues").asLong(),
                        ctl.client().get(ManagementClient.path("vhosts")).size(),
                        listenerLines(overview, "")));
    }

    private static double gigabytes(JsonNode bytes) {
        return bytes.asLong() / 1e9;
    }

    private static String alarms(JsonNode node) {
        List<String> alarms = new ArrayList<>();
        if (node.path("mem_alarm").asBoolean()) {
            alarms.add("Memory alarm on node " + node.path("name").asText());
        }
        if (node.path("disk_free_alarm").asBoolean()) {
            alarms.add("Free disk space alarm on node " + node.path("name").asText());
        }
        return String.join("\n", alarms);
    }

    private static void clusterStatus(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        String name = node(overview);
        JsonNode node = ctl.client().get(ManagementClient.path("nodes", name));
        if (ctl.asJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("cluster_name", overview.path("cluster_name").asText());
            document.put("disk_nodes", List.of(name));
            document.put("running_nodes", List.of(name));
            document.put("alarms", alarms(node).isEmpty() ? List.of() : List.of(alarms(node)));
            document.put("partitions", Map.of());
            ctl.console().print(MAPPER.valueToTree(document) + "\n");
            return;
        }
        ctl.banner("Cluster status of node " + name + " ...");
        ctl.console()
                .print(ctl.line(
                        "Basics%n%nCluster name: %s%n%nDisk Nodes%n%n%s%n%nRunning Nodes%n%n%s%n%nVersions%n%n%s: %s %s%n%n"
                                + "Alarms%n%n%s%n%nNetwork Partitions%n%n(none)%n%nListeners%n%n%s",
                        overview.path("cluster_name").asText(),
                        name,
                        name,
                        name,
                        overview.path("product_name").asText(),
                        overview.path("product_version").asText(),
                        alarms(node).isEmpty() ? "(none)" : alarms(node),
                        listenerLines(overview, "Node: " + name + ", ")));
    }

    private static String listenerLines(JsonNode overview, String prefix) {
        StringBuilder text = new StringBuilder();
        for (JsonNode listener : overview.path("listeners")) {
            text.append(prefix)
                    .append(prefix.isEmpty() ? "Interface: " : "interface: ")
                    .append(listener.path("ip_address").asText())
                    .append(", port: ")
                    .append(listener.path("port").asInt())
                    .append(", protocol: ")
                    .append(listener.path("protocol").asText())
                    .append(", purpose: ")
                    .append(purpose(listener.path("protocol").asText()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String purpose(String protocol) {
        return switch (protocol) {
            case "amqp" -> "AMQP 0-9-1";
            case "amqp/ssl" -> "AMQP 0-9-1 over TLS";
            case "http" -> "HTTP API";
            case "https" -> "HTTP API over TLS (HTTPS)";
            case "https/prometheus" -> "Prometheus exporter API over TLS (HTTPS)";
            default -> "Prometheus exporter API over HTTP";
        };
    }

    private static void awaitStartup(CtlCommand ctl, List<String> arguments) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ctl.timeoutSeconds);
        while (true) {
            try {
                overview(ctl);
                return;
            } catch (ManagementException e) {
                if (e.status() != ManagementException.NO_ANSWER && e.status() != STOPPED) {
                    throw e;
                } else if (System.nanoTime() - deadline > 0) {
                    throw new CtlException(CtlException.TIMEOUT, "Error:\n" + e.getMessage());
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void checkRunning(CtlCommand ctl, List<String> arguments) {
        String node = node(overview(ctl));
        ctl.banner("Checking if the broker is running on node " + node + " ...");
        ctl.say("The broker on node " + node + " is fully booted and running");
    }

    private static void checkAlarms(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        ctl.banner("Asking node " + node(overview) + " to report any local resource alarms ...");
        String alarms = alarms(ctl.client().get(ManagementClient.path("nodes", node(overview))));
        if (!alarms.isEmpty()) {
            throw new CtlException(CtlException.UNAVAILABLE, "Error:\n" + alarms);
        }
        ctl.say("Node " + node(overview) + " reported no alarms, local or clusterwide");
    }

    private static void checkVirtualHosts(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        ctl.banner("Checking if all vhosts are running on node " + node(overview) + " ...");
        ctl.client().get(ManagementClient.path("health", "checks", "virtual-hosts"));
        ctl.say("Node " + node(overview) + " reported all vhosts as running");
    }

    private static void checkPorts(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        ctl.banner("Testing TCP connections to all active listeners on node " + node(overview) + " ...");
        List<String> reached = new ArrayList<>();
        for (JsonNode listener : overview.path("listeners")) {
            int port = listener.path("port").asInt();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(ctl.client().base().getHost(), port), CONNECT_MILLIS);
                reached.add(Integer.toString(port));
            } catch (IOException e) {
                throw new CtlException(
                        CtlException.UNAVAILABLE, "Error:\nport " + port + " cannot be reached: " + e.getMessage());
            }
        }
        ctl.say("Successfully connected to ports " + String.join(", ", reached) + " on node " + node(overview) + ".");
    }

    private static void checkPort(CtlCommand ctl, List<String> arguments) {
        checkListener(ctl, "port", arguments.get(0), "on port");
    }

    private static void checkProtocol(CtlCommand ctl, List<String> arguments) {
        checkListener(ctl, "protocol", arguments.get(0), "for protocol");
    }

    private static void checkListener(CtlCommand ctl, String field, String wanted, String which) {
        JsonNode overview = overview(ctl);
        String node = node(overview);
        ctl.banner("Asking node " + node + " if there's an active listener " + which + " " + wanted + " ...");
        List<String> found = StreamSupport.stream(overview.path("listeners").spliterator(), false)
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
        ctl.banner("Checking certificate expiration on node " + node(overview(ctl)) + " ...");
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

    private static void listeners(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        ctl.banner("Asking node " + node(overview) + " to report its protocol listeners ...");
        ctl.print(MAPPER.createObjectNode().set("listeners", overview.path("listeners")), listenerLines(overview, ""));
    }

    private static void memory(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        JsonNode memory = ctl.client()
                .get(ManagementClient.path("nodes", node(overview), "memory"))
                .path("memory");
        ctl.banner("Reporting memory breakdown on node " + node(overview) + "...");
        double resident = memory.path("total").path("rss").asDouble();
        StringBuilder text = new StringBuilder();
        for (String part : List.of("messages", "heap_used")) {
            double bytes = memory.path(part).asDouble();
            text.append(ctl.line("%s: %.4f gb (%.2f%%)%n", part, bytes / 1e9, 100 * bytes / resident));
        }
        text.append(ctl.line("rss: %.4f gb%n", resident / 1e9));
        ctl.print(memory, text.toString());
    }

    private static void serverVersion(CtlCommand ctl, List<String> arguments) {
        JsonNode overview = overview(ctl);
        ctl.banner("Asking node " + node(overview) + " for its RabbitMQ version...");
        ctl.console().print(overview.path("rabbitmq_version").asText() + "\n");
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
            if (e.status() == NOT_FOUND || e.status() == 400) {
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
        document.put("node", node(overview(ctl)));
        document.put("exchange", exchange);
        document.put(
                "message",
                "Consistent hashing ring state for exchange '" + exchange + "' in vhost '" + ctl.vhost + "'");
        document.put("buckets", buckets);
        ctl.print(MAPPER.valueToTree(document), text.toString());
    }
}
