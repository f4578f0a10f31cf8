package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.Rings;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Has a node become what a document says, all of it or nothing; without effect where all is so already. */
final class DefinitionImport {
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

    DefinitionImport(Node node) {
        this.node = node;
    }

    /**
     * Imports all that is in a document.
     *
     * @throws HttpError when an element is bad, which it names; nothing has changed then
     */
    void load(Fields document) {
        ImportCommands all = new ImportCommands();
        each(
                document,
                "vhosts",
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
        each(document, "users", "name", (fields, element) -> {
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
        all.carryOut(node.broker());
    }

    /** Imports what belongs into one virtual host, whatever virtual host it says. */
    void load(Fields document, VirtualHost vhost) {
        ImportCommands all = new ImportCommands();
        addVhostParts(document, all, vhost.name());
        all.carryOut(node.broker());
    }

    /** What queues are unless they say it; streams there are not. */
    private static String queueType(Fields vhost, ImportCommands all) {
        String type = vhost.text("default_queue_type", vhost.object("metadata").text("default_queue_type", ""));
        if (type.equals("stream") || type.equals("rabbit_stream_queue")) {
            all.miss("virtual host '" + vhost.text("name") + "': its queues cannot be streams unless they say"
                    + " otherwise: they are classic");
            return "";
        }
        return AccessResources.queueType(vhost);
    }

    private void addVhostParts(Fields document, ImportCommands all, @Nullable String into) {
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
    private void addQueue(Fields fields, String element, ImportCommands all, String vhost) {
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

    private void addExchange(Fields fields, String element, ImportCommands all, String vhost) {
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

    private static void addParameter(Fields fields, String element, ImportCommands all, @Nullable String into) {
        String component = fields.requiredText("component");
        if (component.equals(RuntimeParameters.LIMITS) || component.equals(RuntimeParameters.OPERATOR_POLICY)) {
            all.add(
                    element,
                    RuntimeParameters.command(
                            component, vhost(fields, into), fields.requiredText("name"), fields.object("value")));
        } else {
            all.ignore(component);
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
}
