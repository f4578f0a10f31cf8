package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.Authorization;
import io.jumpmq.broker.Move;
import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.broker.queue.QueueStat;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ShortString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /queues}: what there is, declaring, deleting, purging, fetching. */
final class QueueResources {
    private static final int MAX_FETCHED = 10_000;

    /** At a time: whoever asks does not wait for long, and asks again. */
    private static final int MAX_MOVED = 1_000;

    private final Node node;
    private final Statistics statistics;
    private final OperatorChannel channel;

    QueueResources(Node node, Statistics statistics, OperatorChannel channel) {
        this.node = node;
        this.statistics = statistics;
        this.channel = channel;
    }

    void addTo(Routes routes) {
        routes.get("/queues", call -> list(call, call.visibleVhosts()))
                .get("/queues/{vhost}", call -> list(call, List.of(call.visibleVhost())))
                .get("/queues/{vhost}/{name}", this::one)
                .put(
                        "/queues/{vhost}/{name}",
                        call -> call.require(call.vhost(), Operation.CONFIGURE, "queue", call.at("name")),
                        this::declare)
                .delete("/queues/{vhost}/{name}", this::delete)
                .delete("/queues/{vhost}/{name}/contents", this::purge)
                .post(
                        "/queues/{vhost}/{name}/get",
                        call -> call.require(call.vhost(), Operation.READ, "queue", call.at("name")),
                        this::get)
                .post(
                        "/queues/{vhost}/{name}/move",
                        call -> call.require(call.vhost(), Operation.READ, "queue", call.at("name")),
                        this::move)
                .post(
                        "/queues/{vhost}/{name}/actions",
                        call -> queue(call, call.vhost(), Operation.CONFIGURE),
                        QueueResources::act)
                .post("/rebalance/queues", Call::requireAdministrator, call -> Answer.done()); // One node: balanced.
    }

    private Answer list(Call call, List<VirtualHost> vhosts) {
        SampleRanges ranges = SampleRanges.of(call);
        return Listing.together(
                call,
                vhosts.stream().flatMap(vhost -> vhost.queues().stream()).toList(),
                Comparator.comparing(QueueRecord::vhost).thenComparing(QueueRecord::name),
                QueueRecord::name,
                items -> documents(items, ranges));
    }

    private Answer one(Call call) {
        QueueRecord queue = call.visibleVhost().queue(call.at("name"));
        if (queue == null) {
            throw HttpError.notFound();
        }
        Map<String, @Nullable Object> map =
                documents(List.of(queue), SampleRanges.of(call)).get(0);
        map.put("consumer_details", ConnectionResources.consumersOf(queue, statistics.connections()));
        map.put("incoming", List.of());
        map.put("deliveries", List.of());
        return Listing.of(call, map);
    }

    private List<Map<String, @Nullable Object>> documents(List<QueueRecord> queues, SampleRanges ranges) {
        Map<Long, QueueStat> stats = Call.await(channel.stat(queues));
        return queues.stream()
                .map(queue -> document(queue, stats.get(queue.id()), ranges))
                .toList();
    }

    private Map<String, @Nullable Object> document(QueueRecord queue, @Nullable QueueStat stat, SampleRanges ranges) {
        QueueFigures figures = queue.port().figures();
        Map<String, @Nullable Object> map = Documents.queue(queue);
        map.put("exclusive", queue.isExclusive());
        map.put("type", queue.settings().quorum() ? "quorum" : "classic");
        map.put("node", node.name());
        if (queue.settings().quorum()) {
            map.put("leader", node.name());
            map.put("members", List.of(node.name()));
            map.put("online", List.of(node.name()));
        }
        map.put("state", stat == null ? "down" : figures.stopped() ? "stopped" : "running");
        map.put("damaged_messages", node.broker().damagedMessages(queue.id()));
        Long idleSince = statistics.idleSince(queue);
        if (idleSince != null) {
            map.put("idle_since", Documents.time(idleSince));
        }
        map.put("head_message_timestamp", stat == null ? null : stat.headTimestamp());
        map.put("consumers", figures.consumers());
        map.put("consumer_utilisation", figures.consumers() == 0 ? 0 : 1);
        map.put("consumer_capacity", figures.consumers() == 0 ? 0 : 1);
        map.put("exclusive_consumer_tag", null);
        map.put("single_active_consumer_tag", queue.settings().singleActiveConsumer() ? figures.activeTag() : null);
        Documents.policies(map, queue.policy());
        map.put("memory", figures.heldBytes() + (long) held(figures) * Message.OVERHEAD_BYTES);
        map.put("message_bytes", figures.readyBytes() + figures.unacknowledgedBytes() + figures.deadBytes());
        if (queue.settings().quorum()) {
            map.put("messages_dlx", figures.dead());
            map.put("message_bytes_dlx", figures.deadBytes());
        }
        map.put("message_bytes_ready", figures.readyBytes());
        map.put("message_bytes_unacknowledged", figures.unacknowledgedBytes());
        map.put("message_bytes_ram", figures.heldBytes());
        map.put("message_bytes_persistent", figures.persistentBytes());
        map.put(
                "message_bytes_paged_out",
                Math.max(0, figures.readyBytes() + figures.unacknowledgedBytes() - figures.heldBytes()));
        map.put("messages_ram", held(figures));
        map.put("messages_ready_ram", Math.max(0, held(figures) - figures.unacknowledged()));
        map.put("messages_unacknowledged_ram", figures.unacknowledged());
        map.put("messages_paged_out", figures.pagedOut());
        map.put("messages_persistent", figures.persistent());
        statistics.describe(map, queue, figures, ranges);
        return map;
    }

    private static int held(QueueFigures figures) {
        return Math.max(0, figures.ready() + figures.unacknowledged() - figures.pagedOut());
    }

    private Answer declare(Call call) {
        VirtualHost vhost = call.vhost();
        String name = call.at("name");
        Fields fields = call.json();
        FieldTable arguments = fields.table("arguments");
        String deadLetters = arguments.text("x-dead-letter-exchange");
        if (deadLetters != null) {
            call.require(vhost, Operation.READ, "queue", name);
            call.authorization(vhost).requireExchange(Operation.WRITE, deadLetters);
        }
        if (name.startsWith("amq.") && vhost.queue(name) == null) {
            throw HttpError.notAuthorised(
                    "ACCESS_REFUSED - queue name '" + name + "' contains reserved prefix 'amq.*'");
        }
        boolean durable = fields.truth("durable", false);
        boolean autoDelete = fields.truth("auto_delete", false);
        return Answer.put(!call.carryOut(new Command.DeclareQueue(
                        vhost.name(),
                        name,
                        durable,
                        false,
                        autoDelete,
                        vhost.withQueueType(arguments, durable, false, autoDelete),
                        call.operator()))
                .isEmpty());
    }

    /** A queue to do something with. One that is exclusive to a connection is nobody else's, not even an administrator's. */
    private static QueueRecord queue(Call call, VirtualHost vhost, Operation operation) {
        call.require(vhost, operation, "queue", call.at("name"));
        QueueRecord queue = vhost.queue(call.at("name"));
        if (queue == null) {
            throw HttpError.notFound();
        }
        return queue.requireAccess(call.operator());
    }

    private Answer delete(Call call) {
        VirtualHost vhost = call.vhost();
        QueueRecord queue = queue(call, vhost, Operation.CONFIGURE);
        QueueFigures figures = queue.port().figures();
        if (call.asks("if-empty") && figures.ready() + figures.dead() > 0) {
            throw HttpError.badRequest(queue + " not empty");
        } else if (call.asks("if-unused") && figures.consumers() > 0) {
            throw HttpError.badRequest(queue + " in use");
        }
        call.carryOut(new Command.DeleteQueue(vhost.name(), queue.name(), queue.id()));
        return Answer.done();
    }

    private Answer purge(Call call) {
        QueueRecord queue = queue(call, call.vhost(), Operation.READ);
        Call.await(channel.purge(queue));
        return Answer.done();
    }

    private static Answer act(Call call) {
        String action = call.json().requiredText("action");
        if (action.equals("sync") || action.equals("cancel_sync")) {
            return Answer.done(); // There are no mirrors to wait for.
        }
        throw HttpError.badRequest("unknown action '" + action + "'");
    }

    private Answer get(Call call) {
        Fields fields = call.json();
        fields.require("ackmode", "count", "encoding");
        long count = fields.number("count", 1);
        if (count < 1 || count > MAX_FETCHED) {
            throw HttpError.badRequest("count must be from 1 to " + MAX_FETCHED + ", not " + count);
        }
        Settlement settlement = switch (fields.requiredText("ackmode")) {
            case "ack_requeue_true", "reject_requeue_true" -> Settlement.REQUEUE;
            case "ack_requeue_false" -> Settlement.ACK;
            case "reject_requeue_false" -> Settlement.REJECT;
            default ->
                throw HttpError.badRequest("ackmode must be one of ack_requeue_true, ack_requeue_false,"
                        + " reject_requeue_true, reject_requeue_false");
        };
        String encoding = fields.requiredText("encoding");
        if (!encoding.equals("auto") && !encoding.equals("base64")) {
            throw HttpError.badRequest("encoding must be auto or base64, not '" + encoding + "'");
        }
        long truncate = fields.number("truncate", Integer.MAX_VALUE);
        if (truncate < 0) {
            throw HttpError.badRequest("truncate must be a number of bytes, not " + truncate);
        }
        QueueRecord queue = queue(call, call.vhost(), Operation.READ);
        return Answer.of(
                Call.await(channel.get(
                                call.vhost(),
                                queue,
                                (int) count,
                                settlement,
                                call.user().name()))
                        .stream()
                        .map(got -> message(got, encoding.equals("auto"), (int) Math.min(truncate, Integer.MAX_VALUE)))
                        .toList());
    }

    private Answer move(Call call) {
        VirtualHost vhost = call.vhost();
        Fields fields = call.json();
        fields.require("exchange", "count");
        long count = fields.number("count", 1);
        if (count < 1 || count > MAX_MOVED) {
            throw HttpError.badRequest("count must be from 1 to " + MAX_MOVED + ", not " + count);
        }
        QueueRecord queue = queue(call, vhost, Operation.READ);
        ExchangeRecord exchange = vhost.requireExchange(ExchangeResources.named(fields.requiredText("exchange")));
        ExchangeResources.requireWritable(call, exchange.name());
        Authorization.requirePublishable(exchange);
        String key = fields.text("routing_key");
        if (key != null && !ShortString.fits(key)) {
            throw HttpError.badRequest("a routing key has at most 255 bytes");
        }
        Move.Outcome outcome = Call.await(channel.move(
                queue,
                new Move(
                        vhost,
                        exchange,
                        key,
                        (int) count,
                        call.user().name(),
                        message -> objection(call, exchange, message))));
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("moved", outcome.moved());
        map.put("stopped", outcome.stopped());
        return Answer.of(map);
    }

    /** Why the user may not publish this there. */
    private static @Nullable String objection(Call call, ExchangeRecord exchange, Message message) {
        try {
            call.authorization(call.vhost()).requireTopics(exchange, message);
            return null;
        } catch (AmqpException e) {
            return e.getMessage();
        }
    }

    private static Map<String, @Nullable Object> message(OperatorChannel.Got got, boolean asText, int truncate) {
        Message message = got.message();
        byte[] payload = message.payload();
        byte[] body = payload.length <= truncate ? payload : Arrays.copyOf(payload, truncate);
        String text = asText ? utf8(body) : null;
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("payload_bytes", payload.length);
        map.put("redelivered", got.redelivered());
        map.put("exchange", message.exchange());
        map.put("routing_key", message.routingKeyText());
        map.put("message_count", got.left());
        map.put("properties", properties(message.header().properties()));
        map.put("payload", text == null ? Base64.getEncoder().encodeToString(body) : text);
        map.put("payload_encoding", text == null ? "base64" : "string");
        return map;
    }

    private static @Nullable String utf8(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Only those that are set. */
    private static Object properties(MessageProperties properties) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("type", properties.type());
        map.put("app_id", properties.appId());
        map.put("user_id", properties.userId());
        map.put("timestamp", properties.timestamp());
        map.put("message_id", properties.messageId());
        map.put("expiration", properties.expiration());
        map.put("reply_to", properties.replyTo());
        map.put("correlation_id", properties.correlationId());
        map.put("priority", properties.priority());
        map.put("delivery_mode", properties.deliveryMode());
        map.put("headers", properties.headers() == null ? null : Json.of(properties.headers()));
        map.put("content_encoding", properties.contentEncoding());
        map.put("content_type", properties.contentType());
        map.values().removeIf(value -> value == null);
        return map.isEmpty() ? List.of() : map; // As RabbitMQ writes an empty one.
    }
}
