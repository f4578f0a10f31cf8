package io.jumpmq.management;

import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.security.Permission;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks for probes: 200 when all is well, 503 and the reason when not. They wait for nothing, and for no other request, but for
 * the one that publishes.
 */
final class HealthResources {
    private static final String ALIVENESS = "aliveness-test";

    private final Node node;
    private final OperatorChannel channel;

    HealthResources(Node node, OperatorChannel channel) {
        this.node = node;
        this.channel = channel;
    }

    void addTo(Routes routes) {
        routes.check("/health/checks/alarms", call -> alarms())
                .check("/health/checks/local-alarms", call -> alarms())
                .check("/health/checks/virtual-hosts", call -> Answer.of(ok()))
                .check("/health/checks/certificate-expiration/{within}/{unit}", this::certificates)
                .check("/health/checks/node-is-mirror-sync-critical", call -> single())
                .check("/health/checks/node-is-quorum-critical", call -> single())
                .check("/health/checks/is-in-service", call -> Answer.of(ok()))
                .check("/health/checks/ready-to-serve-clients", call -> Answer.of(ok()))
                .check("/health/checks/damaged-messages", call -> damagedMessages())
                .check("/health/checks/port-listener/{port}", this::port)
                .check("/health/checks/protocol-listener/{protocol}", this::protocol)
                .check("/healthchecks/node", call -> alarms())
                .check("/healthchecks/node/{name}", call -> {
                    if (!call.at("name").equals(node.name())) {
                        throw HttpError.notFound();
                    }
                    return alarms();
                })
                .get("/aliveness-test/{vhost}", this::aliveness);
    }

    private static Map<String, Object> ok() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("status", "ok");
        return map;
    }

    private static Map<String, Object> failed(String reason) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("status", "failed");
        map.put("reason", reason);
        return map;
    }

    private static Answer single() {
        Map<String, Object> map = ok();
        map.put("reason", "single node cluster");
        return Answer.of(map);
    }

    private Answer alarms() {
        Set<Congestion> alarms = node.broker().alarms();
        if (alarms.isEmpty()) {
            return Answer.of(ok());
        }
        Map<String, Object> map = failed("There are alarms in effect in the cluster");
        map.put(
                "alarms",
                alarms.stream()
                        .map(alarm -> Map.of("node", node.name(), "resource", NodeResources.resource(alarm)))
                        .toList());
        return Answer.unhealthy(map);
    }

    /** RabbitMQ has no such check: it does not know. */
    private Answer damagedMessages() {
        List<DamagedMessage> damaged = node.broker().damagedMessages();
        if (damaged.isEmpty()) {
            return Answer.of(ok());
        }
        Map<Long, QueueRecord> queues = new HashMap<>();
        for (VirtualHost vhost : node.broker().catalog().vhosts()) {
            vhost.queues().forEach(queue -> queues.put(queue.id(), queue));
        }
        Map<String, Object> map = failed(
                "Messages cannot be read any more and are not delivered; their bytes are kept until their queue is"
                        + " purged or deleted");
        map.put("count", node.broker().storeFigures().damagedMessages());
        map.put(
                "messages",
                damaged.stream()
                        .map(message -> describe(message, queues.get(message.queue())))
                        .toList());
        return Answer.unhealthy(map);
    }

    private static Map<String, Object> describe(DamagedMessage message, @Nullable QueueRecord queue) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (queue != null) {
            map.put("vhost", queue.vhost());
            map.put("queue", queue.name());
        }
        map.put("queue_id", message.queue());
        map.put("position", message.position());
        map.put("file", message.file());
        map.put("offset", message.offset());
        return map;
    }

    private Answer certificates(Call call) {
        List<Map<String, @Nullable Object>> expiring = new CertificateExpiration(
                        node.name(), call.at("within"), call.at("unit"), Instant.now())
                .among(node.listeners().get());
        if (expiring.isEmpty()) {
            return Answer.of(ok());
        }
        Map<String, Object> map = failed("Certificates expiring");
        map.put("expired", expiring);
        return Answer.unhealthy(map);
    }

    private Answer port(Call call) {
        int port;
        try {
            port = Integer.parseInt(call.at("port"));
        } catch (NumberFormatException e) {
            throw HttpError.badRequest("a port is a number, not '" + call.at("port") + "'");
        }
        if (listens(listener -> listener.port() == port)) {
            Map<String, Object> map = ok();
            map.put("port", port);
            return Answer.of(map);
        }
        Map<String, Object> map = failed("No active listener");
        map.put("missing", port);
        map.put(
                "ports",
                node.listeners().get().stream().map(Node.Listener::port).toList());
        return Answer.unhealthy(map);
    }

    private Answer protocol(Call call) {
        String wanted = call.at("protocol");
        String protocol = switch (wanted) {
            case "amqp091", "amqp0.9.1", "amqp" -> "amqp";
            case "amqps", "amqp091s" -> "amqp/ssl";
            default -> wanted;
        };
        if (listens(listener -> listener.protocol().equals(protocol))) {
            Map<String, Object> map = ok();
            map.put("protocol", protocol);
            return Answer.of(map);
        }
        Map<String, Object> map = failed("No active listener");
        map.put("missing", wanted);
        map.put(
                "protocols",
                node.listeners().get().stream()
                        .map(Node.Listener::protocol)
                        .distinct()
                        .toList());
        return Answer.unhealthy(map);
    }

    private boolean listens(Predicate<Node.Listener> which) {
        return node.listeners().get().stream().anyMatch(which);
    }

    /** Declares a queue, publishes to it and fetches from it, as RabbitMQ's does; the queue stays. */
    private Answer aliveness(Call call) {
        VirtualHost vhost = call.vhost();
        call.require(vhost, Permission.Operation.CONFIGURE, "queue", ALIVENESS);
        call.require(vhost, Permission.Operation.READ, "queue", ALIVENESS);
        call.require(vhost, Permission.Operation.WRITE, "exchange", "amq.default");
        call.carryOut(new Command.DeclareQueue(
                vhost.name(), ALIVENESS, false, false, false, FieldTable.EMPTY, call.operator()));
        ExchangeRecord exchange = vhost.requireExchange(VirtualHost.DEFAULT_EXCHANGE);
        QueueRecord queue = vhost.requireQueue(ALIVENESS);
        Message message = new Message(
                "",
                ALIVENESS.getBytes(StandardCharsets.UTF_8),
                node.format().header(MessageProperties.NONE),
                node.format().body("test_message".getBytes(StandardCharsets.UTF_8)));
        String user = call.user().name();
        Call.await(channel.publish(vhost, exchange, message, user));
        List<OperatorChannel.Got> got = Call.await(channel.get(vhost, queue, 1, Settlement.ACK, user));
        return got.isEmpty() ? Answer.unhealthy(failed("the test message did not come back")) : Answer.of(ok());
    }
}
