package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.Rings;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.ring.RingState;
import io.jumpmq.security.User;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Definitions in RabbitMQ's JSON, with the rings beside them, so that every key goes where it went before. Importing is
 * all or nothing, and without effect where all is as wanted.
 */
public final class Definitions {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.definitions");
    public static final String USERS = "users";
    public static final String VHOSTS = "vhosts";
    static final String LIMITS = "vhost-limits";
    static final String OPERATOR_POLICY = "operator_policy";
    private static final String QUEUE_TYPE = "x-queue-type";
    private static final String NO_STREAMS = "there are no streams";

    /** Exchange types that RabbitMQ has, with plugins, and that are not here unless a plugin brings them. */
    private static final Set<String> TYPES_OF_PLUGINS = Set.of(
            "x-delayed-message",
            "x-event",
            "x-federation-upstream",
            "x-jms-topic",
            "x-local-random",
            "x-modulus-hash",
            "x-random",
            "x-recent-history",
            "x-super-stream");

    private final Node node;

    /** The definitions of a node. */
    public Definitions(Node node) {
        this.node = node;
    }

    // Export.

    Map<String, @Nullable Object> export() {
        return Call.await(node.broker().look(catalog -> {
            Map<String, @Nullable Object> all = versions();
            List<Map<String, @Nullable Object>> users = new ArrayList<>();
            List<Map<String, @Nullable Object>> permissions = new ArrayList<>();
            List<Map<String, @Nullable Object>> topics = new ArrayList<>();
            for (User user : sorted(catalog.users(), User::name)) {
                users.add(Documents.user(user));
                topics.addAll(TopicPermissionResources.documents(user));
                user.permissions()
                        .forEach((vhost, permission) ->
                                permissions.add(Documents.permission(user.name(), vhost, permission)));
            }
            all.put(USERS, users);
            List<VirtualHost> vhosts = sorted(catalog.vhosts(), VirtualHost::name);
            all.put(VHOSTS, vhosts.stream().map(Definitions::vhost).toList());
            all.put("permissions", permissions);
            all.put("topic_permissions", topics);
            all.put("global_parameters", GlobalParameterResources.documents(catalog));
            describe(all, catalog, vhosts);
            return all;
        }));
    }

    Map<String, @Nullable Object> export(VirtualHost vhost) {
        return Call.await(node.broker().look(catalog -> {
            Map<String, @Nullable Object> all = versions();
            describe(all, catalog, List.of(vhost));
            return all;
        }));
    }

    private Map<String, @Nullable Object> versions() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("rabbit_version", Node.COMPATIBLE_VERSION);
        map.put("rabbitmq_version", Node.COMPATIBLE_VERSION);
        map.put("product_name", "JumpMQ");
        map.put("product_version", node.version());
        return map;
    }

    private static <T> List<T> sorted(Collection<T> all, Function<T, String> name) {
        return all.stream().sorted(Comparator.comparing(name)).toList();
    }

    private static Map<String, @Nullable Object> vhost(VirtualHost vhost) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", vhost.name());
        map.put("description", vhost.description());
        map.put("tags", new TreeSet<>(vhost.tags()));
        map.put("metadata", AccessResources.metadata(vhost));
        return map;
    }

    private static void describe(Map<String, @Nullable Object> all, Catalog catalog, List<VirtualHost> vhosts) {
        List<Map<String, @Nullable Object>> parameters = new ArrayList<>();
        List<Map<String, @Nullable Object>> policies = new ArrayList<>();
        List<Map<String, @Nullable Object>> queues = new ArrayList<>();
        List<Map<String, @Nullable Object>> exchanges = new ArrayList<>();
        List<Map<String, @Nullable Object>> bindings = new ArrayList<>();
        List<Map<String, @Nullable Object>> rings = new ArrayList<>();
        for (VirtualHost vhost : vhosts) {
            parameters.addAll(parameters(vhost));
            vhost.policies().stream()
                    .filter(policy -> !policy.operator())
                    .forEach(policy -> policies.add(Documents.policy(vhost.name(), policy)));
            sorted(vhost.queues(), QueueRecord::name).stream()
                    .filter(queue -> !queue.isExclusive())
                    .forEach(queue -> queues.add(Documents.queue(queue)));
            for (ExchangeRecord exchange : sorted(vhost.exchanges(), ExchangeRecord::name)) {
                if (!exchange.name().isEmpty() && !exchange.name().startsWith("amq.")) {
                    exchanges.add(Documents.exchange(exchange));
                }
                if (exchange.router() instanceof ConsistentHashRouter router) {
                    ring(exchange, router.state()).ifPresent(rings::add);
                }
            }
            catalog.bindings(vhost).stream()
                    .filter(binding -> binding.kind() == DestinationKind.EXCHANGE
                            || !vhost.requireQueue(binding.destination()).isExclusive())
                    .forEach(binding -> bindings.add(BindingResources.definition(binding)));
        }
        all.put("parameters", parameters);
        all.put("policies", policies);
        all.put("queues", queues);
        all.put("exchanges", exchanges);
        all.put("bindings", bindings);
        all.put("rings", rings);
    }

    /** What RabbitMQ calls runtime parameters: a virtual host's limits and its operator policies. */
    static List<Map<String, @Nullable Object>> parameters(VirtualHost vhost) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        if (!vhost.limits().equals(VhostLimits.NONE)) {
            all.add(parameter(LIMITS, vhost, "limits", AccessResources.value(vhost.limits())));
        }
        vhost.policies().stream().filter(Policy::operator).forEach(policy -> {
            Map<String, @Nullable Object> document = Documents.policy(vhost.name(), policy);
            document.keySet().removeAll(Set.of("vhost", "name"));
            all.add(parameter(OPERATOR_POLICY, vhost, policy.name(), document));
        });
        return all;
    }

    /**
     * The command that sets a parameter.
     *
     * @throws HttpError when nothing here knows such a component, or the value makes no sense
     */
    static Command parameter(String component, String vhost, String name, Fields value) {
        return switch (component) {
            case LIMITS ->
                new Command.SetVhostLimits(
                        vhost,
                        new VhostLimits(
                                AccessResources.limit(value, "max-connections"),
                                AccessResources.limit(value, "max-queues")));
            case OPERATOR_POLICY -> PolicyResources.command(vhost, name, value, true);
            default -> throw HttpError.badRequest("Validation failed\n\ncomponent " + component + " not found\n");
        };
    }

    private static Map<String, @Nullable Object> parameter(
            String component, VirtualHost vhost, String name, Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("component", component);
        map.put("vhost", vhost.name());
        map.put("name", name);
        map.put("value", value);
        return map;
    }

    /** A ring; none if it is empty, or a queue is on it that is not exported: nobody could make it again. */
    private static Optional<Map<String, @Nullable Object>> ring(ExchangeRecord exchange, RingState<RingMember> state) {
        for (RingMember member : state.weights().keySet()) {
            if (member.destination() instanceof QueueRecord queue && queue.isExclusive()) {
                return Optional.empty();
            }
        }
        if (state.bucketCount() == 0) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("vhost", exchange.vhost());
        map.put("exchange", exchange.name());
        map.putAll(RingDocuments.file(state));
        return Optional.of(map);
    }

    // Import.

    /** Commands, and where in the file each comes from. */
    private static final class Import {
        private final List<Command> commands = new ArrayList<>();
        private final List<String> elements = new ArrayList<>();
        private final Set<String> ignored = new TreeSet<>();
        private final List<String> missed = new ArrayList<>();
        private final Set<String> missing = new HashSet<>();

        /** Leaves something out that there cannot be here, and with it what refers to it. */
        void leaveOut(String vhost, String kind, String name, String why) {
            missing.add(key(vhost, kind, name));
            missed.add(kind + " '" + name + "' in vhost '" + vhost + "': " + why);
        }

        boolean isLeftOut(String vhost, String kind, String name) {
            return missing.contains(key(vhost, kind, name));
        }

        private static String key(String vhost, String kind, String name) {
            return vhost + '\0' + kind + '\0' + name;
        }

        void add(String element, Command command) {
            elements.add(element);
            commands.add(command);
        }

        /** Such as "2 users, 10 queues". */
        String counted() {
            Map<String, Long> counts = elements.stream()
                    .map(element -> element.replaceFirst("].*", "]")) // One may take several commands.
                    .distinct()
                    .collect(Collectors.groupingBy(
                            element -> element.split("\\[", 2)[0], LinkedHashMap::new, Collectors.counting()));
            return counts.entrySet().stream()
                    .map(count -> count.getValue() + " " + count.getKey())
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * The sections of a file that have elements.
     *
     * @throws IllegalArgumentException when it is not a JSON object
     */
    public static Set<String> sections(byte[] file) {
        Set<String> sections = new TreeSet<>();
        read(file).node().properties().forEach(section -> {
            if (!section.getValue().isEmpty()) {
                sections.add(section.getKey());
            }
        });
        return sections;
    }

    private static Fields read(byte[] file) {
        try {
            return Json.read(file);
        } catch (HttpError e) {
            throw new IllegalArgumentException("the definitions are not a JSON object" + Json.fault(file), e);
        }
    }

    /**
     * Imports definitions from a file's bytes.
     *
     * @throws IllegalArgumentException when it is bad; nothing has changed then, and the message names the element
     */
    public void load(byte[] file) {
        Fields document = read(file);
        try {
            load(document);
        } catch (HttpError e) {
            throw new IllegalArgumentException("definitions: " + e.reason(), e);
        }
    }

    /**
     * Imports all that is in a document.
     *
     * @throws HttpError when an element is bad, which it names; nothing has changed then
     */
    void load(Fields document) {
        Import all = new Import();
        each(
                document,
                VHOSTS,
                "name",
                (fields, element) -> all.add(
                        element,
                        new Command.CreateVhost(
                                fields.requiredText("name"),
                                fields.text(
                                        "description", fields.object("metadata").text("description", "")),
                                AccessResources.tags(
                                        fields.has("tags")
                                                ? fields.node().get("tags")
                                                : fields.object("metadata")
                                                        .node()
                                                        .get("tags")),
                                queueType(fields, all))));
        each(document, USERS, "name", (fields, element) -> {
            String name = fields.requiredText("name");
            all.add(element, AccessResources.command(name, fields));
            if (fields.node().has("limits")) {
                UserLimits limits = UserLimitResources.limits(fields.object("limits"));
                all.add(element, new Command.SetUserLimits(name, limits));
            }
        });
        each(
                document,
                "permissions",
                "user",
                (fields, element) -> all.add(
                        element,
                        new Command.SetPermission(
                                fields.requiredText("vhost"),
                                fields.requiredText("user"),
                                AccessResources.permission(fields))));
        each(
                document,
                "topic_permissions",
                "user",
                (fields, element) -> all.add(
                        element,
                        TopicPermissionResources.command(
                                fields.requiredText("vhost"), fields.requiredText("user"), fields)));
        each(document, "global_parameters", "name", (fields, element) -> {
            String name = fields.requiredText("name");
            // What RabbitMQ knows a cluster by is another's.
            if (!name.startsWith("internal")) {
                all.add(
                        element,
                        GlobalParameterResources.command(name, fields.node().path("value")));
            }
        });
        addVhostParts(document, all, null);
        carryOut(all);
    }

    /** Imports what belongs into one virtual host, whatever virtual host it says. */
    void load(Fields document, VirtualHost vhost) {
        Import all = new Import();
        addVhostParts(document, all, vhost.name());
        carryOut(all);
    }

    /** What queues are unless they say it; streams there are not. */
    private static String queueType(Fields vhost, Import all) {
        String type = vhost.text("default_queue_type", vhost.object("metadata").text("default_queue_type", ""));
        if (type.equals("stream") || type.equals("rabbit_stream_queue")) {
            all.missed.add("virtual host '" + vhost.text("name") + "': its queues cannot be streams unless they say"
                    + " otherwise: they are classic");
            return "";
        }
        return AccessResources.queueType(vhost);
    }

    private void addVhostParts(Fields document, Import all, @Nullable String into) {
        each(document, "parameters", "name", (fields, element) -> addParameter(fields, element, all, into));
        each(document, "policies", "name", (fields, element) -> {
            String name = fields.requiredText("name");
            if (fields.text("apply-to", "all").equals("streams")) {
                all.leaveOut(vhost(fields, into), "policy", name, NO_STREAMS);
            } else {
                all.add(element, PolicyResources.command(vhost(fields, into), name, fields, false));
            }
        });
        each(document, "queues", "name", (fields, element) -> addQueue(fields, element, all, vhost(fields, into)));
        each(
                document,
                "exchanges",
                "name",
                (fields, element) -> addExchange(fields, element, all, vhost(fields, into)));
        each(document, "bindings", "destination", (fields, element) -> {
            Command.Bind bind = binding(fields, into);
            if (!all.isLeftOut(bind.vhost(), "exchange", bind.source())
                    && !all.isLeftOut(bind.vhost(), Documents.kind(bind.kind()), bind.destination())) {
                all.add(element, bind);
            }
        });
        each(document, "rings", "exchange", (fields, element) -> {
            String vhost = vhost(fields, into);
            String exchange = fields.requiredText("exchange");
            Command.RingArray array = RingDocuments.array(fields);
            requireNoOthers(vhost, exchange, array);
            all.add(element, new Command.RestoreRing(vhost, exchange, array, OptionalLong.empty()));
        });
    }

    private static String vhost(Fields fields, @Nullable String into) {
        return into == null ? fields.requiredText("vhost") : into;
    }

    /** A queue is of the type that the file says; what virtual hosts have for a default is for those who say nothing. */
    private void addQueue(Fields fields, String element, Import all, String vhost) {
        String name = fields.requiredText("name");
        FieldTable arguments = fields.table("arguments");
        String type = fields.text("type", "");
        if (type.equals("stream") || "stream".equals(arguments.text(QUEUE_TYPE))) {
            all.leaveOut(vhost, "queue", name, NO_STREAMS);
            return;
        }
        if (type.equals("quorum") && arguments.get(QUEUE_TYPE) == null) {
            arguments = arguments.with(QUEUE_TYPE, new LongString(type.getBytes(UTF_8)));
        }
        all.add(
                element,
                new Command.DeclareQueue(
                        vhost,
                        name,
                        fields.truth("durable", true),
                        false,
                        fields.truth("auto_delete", false),
                        arguments,
                        node.broker().operator()));
    }

    private void addExchange(Fields fields, String element, Import all, String vhost) {
        String name = fields.requiredText("name");
        String type = fields.requiredText("type");
        if (isOfMissingPlugin(vhost, name, type)) {
            all.leaveOut(vhost, "exchange", name, "no plugin brings exchanges of type " + type);
            return;
        }
        all.add(
                element,
                new Command.DeclareExchange(
                        vhost,
                        name,
                        type,
                        fields.truth("durable", true),
                        fields.truth("auto_delete", false),
                        fields.truth("internal", false),
                        fields.table("arguments"),
                        node.broker().operator()));
    }

    /** One of RabbitMQ's; or of this node's own, which has exchanges that wait for it. */
    private boolean isOfMissingPlugin(String vhost, String name, String type) {
        Catalog catalog = node.broker().catalog();
        if (catalog.exchangeTypes().stream().anyMatch(known -> known.name().equals(type))) {
            return false;
        }
        VirtualHost in = catalog.vhost(vhost);
        ExchangeRecord there = in == null ? null : in.exchange(name);
        return TYPES_OF_PLUGINS.contains(type)
                || (there != null && there.waitsForType() && there.type().equals(type));
    }

    private Command.Bind binding(Fields fields, @Nullable String into) {
        String type = fields.text("destination_type", "queue");
        if (!type.equals("queue") && !type.equals("exchange")) {
            throw HttpError.badRequest("destination_type must be queue or exchange, not '" + type + "'");
        }
        return new Command.Bind(
                vhost(fields, into),
                fields.requiredText("source"),
                type.equals("queue") ? DestinationKind.QUEUE : DestinationKind.EXCHANGE,
                fields.requiredText("destination"),
                fields.text("routing_key", ""),
                fields.table("arguments"),
                node.broker().operator());
    }

    private static void addParameter(Fields fields, String element, Import all, @Nullable String into) {
        String component = fields.requiredText("component");
        if (component.equals(LIMITS) || component.equals(OPERATOR_POLICY)) {
            all.add(
                    element,
                    parameter(component, vhost(fields, into), fields.requiredText("name"), fields.object("value")));
        } else {
            all.ignored.add(component);
        }
    }

    /** A ring comes back as it was; what has been bound since would silently lose its binding. */
    private void requireNoOthers(String vhostName, String exchange, Command.RingArray array) {
        VirtualHost vhost = node.broker().catalog().vhost(vhostName);
        if (vhost == null || vhost.exchange(exchange) == null) {
            return;
        }
        Set<String> wanted = new HashSet<>();
        array.runs().forEach(run -> wanted.add(Documents.kind(run.kind()) + " '" + run.destination() + "'"));
        for (RingMember member :
                Rings.require(vhost, exchange).state().weights().keySet()) {
            String bound = Documents.kind(member.destination()) + " '" + Documents.name(member.destination()) + "'";
            if (!wanted.contains(bound)) {
                throw HttpError.badRequest(bound + " is bound to the exchange now and is not on this ring: unbind it"
                        + " first, or import the ring by itself");
            }
        }
    }

    private interface Reader {
        void read(Fields fields, String element);
    }

    /** Reads a section; whatever is wrong with an element is said with its place and its name. */
    private static void each(Fields document, String section, String naming, Reader reader) {
        int index = 0;
        for (Fields fields : document.objects(section)) {
            String element = section + "[" + index++ + "]";
            String name = fields.node().path(naming).asText();
            String named = name.isEmpty() ? element : element + " ('" + name + "')";
            try {
                reader.read(fields, named);
            } catch (HttpError e) {
                throw HttpError.badRequest(named + ": " + e.reason());
            } catch (AmqpException e) {
                throw HttpError.badRequest(named + ": " + e.getMessage());
            }
        }
    }

    private void carryOut(Import all) {
        all.missed.forEach(what -> LOG.warn("Not imported: {}", what));
        all.ignored.forEach(
                component -> LOG.warn("Parameters of '{}' have no meaning here and were not imported", component));
        if (all.commands.isEmpty()) {
            return;
        }
        try {
            node.broker().administer(all.commands).join();
            LOG.info("Definitions are imported: {}", all.counted());
        } catch (CompletionException e) {
            if (e.getCause() instanceof Broker.RefusedException refused) {
                throw HttpError.badRequest(all.elements.get(refused.index()) + ": "
                        + refused.reason().getMessage());
            } else if (e.getCause() instanceof AmqpException refused) {
                throw HttpError.of(refused);
            }
            throw e;
        }
    }
}
