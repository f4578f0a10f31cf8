package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.jumpmq.cli.http.ManagementClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** The verbs that list: which resource, which columns, and what these are called there. */
final class Listings {
    private static final int MAX_COLUMNS = 64;

    /** Columns that are JSON, in whatever form the rest is. */
    private static final Set<String> AS_JSON = Set.of("definition", "value", "limits");

    private Listings() {}

    /**
     * One listing.
     *
     * @param banner said before it; {@code %s} is the virtual host, or the first argument
     * @param path of the resource, for a virtual host
     * @param columns those there may be, and the fields that they come from; a dot leads into a field
     * @param usual those that are shown unless others are asked for
     * @param choosable whether columns can be asked for
     */
    record Listing(
            String banner,
            BiFunction<String, List<String>, String> path,
            Map<String, String> columns,
            List<String> usual,
            boolean choosable) {

        Verb verb(String usage, int min) {
            return new Verb(usage, min, choosable ? MAX_COLUMNS : min, this::run);
        }

        /** All columns that there may be. */
        List<String> names() {
            return List.copyOf(columns.keySet());
        }

        private void run(CtlCommand ctl, List<String> arguments) {
            List<String> shown = choosable && !arguments.isEmpty() ? columns(arguments) : usual;
            ctl.banner(ctl.line(banner, choosable || arguments.isEmpty() ? ctl.vhost : arguments.get(0)));
            ctl.print(rows(ctl, arguments, shown));
        }

        Rows rows(CtlCommand ctl, List<String> arguments) {
            return rows(ctl, arguments, usual);
        }

        private Rows rows(CtlCommand ctl, List<String> arguments, List<String> shown) {
            List<List<JsonNode>> rows = new ArrayList<>();
            for (JsonNode item : ctl.client().get(path.apply(ctl.vhost, arguments))) {
                rows.add(shown.stream().map(column -> value(item, column)).toList());
            }
            return new Rows(shown, rows);
        }

        /** Columns may stand together behind commas. */
        private List<String> columns(List<String> arguments) {
            List<String> asked = arguments.stream()
                    .flatMap(argument -> List.of(argument.split(",", -1)).stream())
                    .toList();
            List<String> unknown = asked.stream()
                    .filter(column -> !columns.containsKey(column))
                    .toList();
            if (!unknown.isEmpty()) {
                throw CtlException.usage("Info key(s) " + String.join(",", unknown) + " are not supported; known are "
                        + String.join(", ", columns.keySet()));
            }
            return asked;
        }

        private JsonNode value(JsonNode item, String column) {
            String field = columns.getOrDefault(column, column);
            if (field.startsWith("=")) {
                return TextNode.valueOf(field.substring(1));
            }
            JsonNode value = item;
            for (String step : field.split("\\.", -1)) {
                value = value.path(step);
            }
            if (AS_JSON.contains(column)) {
                return TextNode.valueOf(value.toString());
            }
            return value instanceof MissingNode ? TextNode.valueOf("") : value;
        }
    }

    private static Map<String, String> columns(String... names) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String name : names) {
            int equals = name.indexOf('=');
            columns.put(equals < 0 ? name : name.substring(0, equals), equals < 0 ? name : name.substring(equals + 1));
        }
        return columns;
    }

    private static String inVhost(String resource, String vhost) {
        return ManagementClient.path(resource, vhost);
    }

    static final Listing QUEUES = new Listing(
            "Timeout: 60.0 seconds ...\nListing queues for vhost %s ...",
            (vhost, unused) -> inVhost("queues", vhost),
            columns(
                    "name",
                    "durable",
                    "auto_delete",
                    "arguments",
                    "policy",
                    "operator_policy",
                    "effective_policy_definition",
                    "exclusive",
                    "exclusive_consumer_tag",
                    "single_active_consumer_tag",
                    "messages_ready",
                    "messages_unacknowledged",
                    "messages",
                    "messages_ram",
                    "messages_paged_out",
                    "message_bytes",
                    "message_bytes_ready",
                    "message_bytes_unacknowledged",
                    "message_bytes_ram",
                    "message_bytes_paged_out",
                    "consumers",
                    "consumer_utilisation",
                    "consumer_capacity",
                    "memory",
                    "state",
                    "type",
                    "vhost",
                    "node"),
            List.of("name", "messages"),
            true);

    static final Listing EXCHANGES = new Listing(
            "Listing exchanges for vhost %s ...",
            (vhost, unused) -> inVhost("exchanges", vhost),
            columns("name", "type", "durable", "auto_delete", "internal", "arguments", "policy"),
            List.of("name", "type"),
            true);

    static final Listing BINDINGS = new Listing(
            "Listing bindings for vhost %s...",
            (vhost, unused) -> inVhost("bindings", vhost),
            columns(
                    "source_name=source",
                    "source_kind==exchange",
                    "destination_name=destination",
                    "destination_kind=destination_type",
                    "routing_key",
                    "arguments"),
            List.of("source_name", "source_kind", "destination_name", "destination_kind", "routing_key", "arguments"),
            true);

    static final Listing CONNECTIONS = new Listing(
            "Listing connections ...",
            (unused, arguments) -> ManagementClient.path("connections"),
            columns(
                    "name",
                    "pid=name",
                    "port",
                    "host",
                    "peer_port",
                    "peer_host",
                    "ssl",
                    "ssl_protocol",
                    "ssl_cipher",
                    "state",
                    "channels",
                    "protocol",
                    "auth_mechanism",
                    "user",
                    "vhost",
                    "timeout",
                    "frame_max",
                    "channel_max",
                    "client_properties",
                    "recv_oct",
                    "recv_cnt",
                    "send_oct",
                    "send_cnt",
                    "send_pend",
                    "connected_at",
                    "node"),
            List.of("user", "peer_host", "peer_port", "state"),
            true);

    static final Listing CHANNELS = new Listing(
            "Listing channels ...",
            (unused, arguments) -> ManagementClient.path("channels"),
            columns(
                    "pid=name",
                    "name",
                    "connection=connection_details.name",
                    "number",
                    "user",
                    "vhost",
                    "transactional",
                    "confirm",
                    "consumer_count",
                    "messages_unacknowledged",
                    "messages_uncommitted",
                    "acks_uncommitted",
                    "messages_unconfirmed",
                    "prefetch_count",
                    "global_prefetch_count",
                    "state"),
            List.of("pid", "user", "consumer_count", "messages_unacknowledged"),
            true);

    static final Listing CONSUMERS = new Listing(
            "Listing consumers in vhost %s ...",
            (vhost, unused) -> inVhost("consumers", vhost),
            columns(
                    "queue_name=queue.name",
                    "channel_pid=channel_details.name",
                    "consumer_tag",
                    "ack_required",
                    "prefetch_count",
                    "active",
                    "activity_status",
                    "arguments"),
            List.of(
                    "queue_name",
                    "channel_pid",
                    "consumer_tag",
                    "ack_required",
                    "prefetch_count",
                    "active",
                    "arguments"),
            true);

    static final Listing VHOSTS = new Listing(
            "Listing vhosts ...",
            (unused, arguments) -> ManagementClient.path("vhosts"),
            columns("name", "tracing", "description", "tags", "default_queue_type", "cluster_state"),
            List.of("name"),
            true);

    static final Listing USERS = new Listing(
            "Listing users ...",
            (unused, arguments) -> ManagementClient.path("users"),
            columns("user=name", "tags"),
            List.of("user", "tags"),
            false);

    static final Listing PERMISSIONS = new Listing(
            "Listing permissions for vhost \"%s\" ...",
            (vhost, unused) -> ManagementClient.path("vhosts", vhost, "permissions"),
            columns("user", "configure", "write", "read"),
            List.of("user", "configure", "write", "read"),
            false);

    static final Listing USER_PERMISSIONS = new Listing(
            "Listing permissions for user \"%s\" ...",
            (unused, arguments) -> ManagementClient.path("users", arguments.get(0), "permissions"),
            columns("vhost", "configure", "write", "read"),
            List.of("vhost", "configure", "write", "read"),
            false);

    static final Listing TOPIC_PERMISSIONS = new Listing(
            "Listing topic permissions for vhost \"%s\" ...",
            (vhost, unused) -> ManagementClient.path("vhosts", vhost, "topic-permissions"),
            columns("user", "exchange", "write", "read"),
            List.of("user", "exchange", "write", "read"),
            false);

    static final Listing USER_TOPIC_PERMISSIONS = new Listing(
            "Listing topic permissions for user \"%s\" ...",
            (unused, arguments) -> ManagementClient.path("users", arguments.get(0), "topic-permissions"),
            columns("vhost", "exchange", "write", "read"),
            List.of("vhost", "exchange", "write", "read"),
            false);

    static final Listing USER_LIMITS = new Listing(
            "Listing limits for all users ...",
            (unused, arguments) -> ManagementClient.path("user-limits"),
            columns("user", "limits=value"),
            List.of("user", "limits"),
            false);

    static final Listing GLOBAL_PARAMETERS = new Listing(
            "Listing global runtime parameters ...",
            (unused, arguments) -> ManagementClient.path("global-parameters"),
            columns("name", "value"),
            List.of("name", "value"),
            false);

    static final Listing FEATURE_FLAGS = new Listing(
            "Listing feature flags ...",
            (unused, arguments) -> ManagementClient.path("feature-flags"),
            columns("name", "state", "stability", "provided_by", "desc", "doc_url"),
            List.of("name", "state"),
            true);

    static final Listing POLICIES = policies("Listing policies for vhost \"%s\" ...", "policies");

    static final Listing OPERATOR_POLICIES =
            policies("Listing operator policy overrides for vhost \"%s\" ...", "operator-policies");

    private static Listing policies(String banner, String resource) {
        return new Listing(
                banner,
                (vhost, unused) -> inVhost(resource, vhost),
                columns("vhost", "name", "pattern", "apply-to", "definition", "priority"),
                List.of("vhost", "name", "pattern", "apply-to", "definition", "priority"),
                false);
    }

    static final Listing PARAMETERS = new Listing(
            "Listing runtime parameters for vhost \"%s\" ...",
            (unused, arguments) -> ManagementClient.path("parameters"),
            columns("component", "name", "value"),
            List.of("component", "name", "value"),
            false);
}
