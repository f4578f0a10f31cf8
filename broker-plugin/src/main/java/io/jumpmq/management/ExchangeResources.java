package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.broker.Authorization;
import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ShortString;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /exchanges}: what there is, declaring, deleting, publishing. */
final class ExchangeResources {
    /** What the exchange without a name is called in paths. */
    static final String DEFAULT = Authorization.DEFAULT_EXCHANGE;

    private final Statistics statistics;
    private final OperatorChannel channel;
    private final MessageFormat format;

    ExchangeResources(Statistics statistics, OperatorChannel channel, MessageFormat format) {
        this.statistics = statistics;
        this.channel = channel;
        this.format = format;
    }

    void addTo(Routes routes) {
        routes.get("/exchanges", call -> list(call, call.visibleVhosts()))
                .get("/exchanges/{vhost}", call -> list(call, List.of(call.visibleVhost())))
                .get("/exchanges/{vhost}/{name}", this::one)
                .put("/exchanges/{vhost}/{name}", ExchangeResources::requireConfigurable, this::declare)
                .delete("/exchanges/{vhost}/{name}", this::delete)
                .postLarge("/exchanges/{vhost}/{name}/publish", ExchangeResources::requireWritable, this::publish);
    }

    /** The name of an exchange in a path. */
    static String named(String name) {
        return name.equals(DEFAULT) ? VirtualHost.DEFAULT_EXCHANGE : name;
    }

    private Answer list(Call call, List<VirtualHost> vhosts) {
        SampleRanges ranges = SampleRanges.of(call);
        return Listing.of(
                call,
                vhosts.stream().flatMap(vhost -> vhost.exchanges().stream()).toList(),
                Comparator.comparing(ExchangeRecord::vhost).thenComparing(ExchangeRecord::name),
                ExchangeRecord::name,
                item -> document(item, ranges));
    }

    private Answer one(Call call) {
        ExchangeRecord exchange = call.visibleVhost().exchange(named(call.at("name")));
        if (exchange == null) {
            throw HttpError.notFound();
        }
        Map<String, @Nullable Object> map = document(exchange, SampleRanges.of(call));
        map.put("incoming", List.of());
        map.put("outgoing", List.of());
        return Listing.of(call, map);
    }

    private Map<String, @Nullable Object> document(ExchangeRecord exchange, SampleRanges ranges) {
        Map<String, @Nullable Object> map = Documents.exchange(exchange);
        map.put("message_stats", statistics.describe(exchange, ranges));
        map.put(
                "policy",
                exchange.policy().policy() == null
                        ? null
                        : exchange.policy().policy().name());
        if (exchange.waitsForType()) {
            map.put("waits_for_type", true);
        }
        map.put("user_who_performed_action", "none");
        return map;
    }

    private Answer declare(Call call) {
        VirtualHost vhost = call.vhost();
        String name = call.at("name");
        Fields fields = call.json();
        FieldTable arguments = fields.table("arguments");
        String alternate = arguments.text("alternate-exchange");
        if (alternate != null) {
            call.require(vhost, Operation.READ, "exchange", name);
            call.require(vhost, Operation.WRITE, "exchange", alternate);
        }
        return Answer.put(!call.carryOut(new Command.DeclareExchange(
                        vhost.name(),
                        name,
                        fields.text("type", "direct"),
                        fields.truth("durable", false),
                        fields.truth("auto_delete", false),
                        fields.truth("internal", false),
                        arguments,
                        call.operator()))
                .isEmpty());
    }

    private static void requireConfigurable(Call call) {
        VirtualHost vhost = call.vhost();
        requireNotDefault(call.at("name"));
        call.require(vhost, Operation.CONFIGURE, "exchange", call.at("name"));
    }

    private static void requireNotDefault(String name) {
        if (named(name).isEmpty()) {
            throw HttpError.notAuthorised("ACCESS_REFUSED - operation not permitted on the default exchange");
        }
    }

    private Answer delete(Call call) {
        VirtualHost vhost = call.vhost();
        String name = call.at("name");
        requireConfigurable(call);
        if (vhost.exchange(name) == null) {
            throw HttpError.notFound();
        }
        call.carryOut(new Command.DeleteExchange(vhost.name(), name, call.asks("if-unused")));
        return Answer.done();
    }

    private static void requireWritable(Call call) {
        requireWritable(call, named(call.at("name")));
    }

    /** Lets the user publish to an exchange of the path's virtual host. */
    static void requireWritable(Call call, String name) {
        call.authorization(call.vhost()).requireExchange(Operation.WRITE, name);
    }

    private Answer publish(Call call) {
        VirtualHost vhost = call.vhost();
        String name = named(call.at("name"));
        Fields fields = call.json();
        fields.require("properties", "routing_key", "payload", "payload_encoding");
        ExchangeRecord exchange = vhost.exchange(name);
        if (exchange == null) {
            // The path is right, what it names is not: RabbitMQ tells what its channel has told it.
            throw HttpError.badRequest("404 NOT_FOUND - no exchange '" + name + "' in vhost '" + vhost.name() + "'");
        }
        Authorization.requirePublishable(exchange);
        Message message = new Message(
                name,
                key(fields),
                format.header(
                        properties(fields.object("properties"), call.user().name())),
                format.body(payload(fields)));
        call.authorization(vhost).requireTopics(exchange, message);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "routed",
                Call.await(channel.publish(vhost, exchange, message, call.user().name())));
        return Answer.of(answer);
    }

    private static byte[] key(Fields fields) {
        byte[] key = fields.requiredText("routing_key").getBytes(UTF_8);
        if (key.length > ShortString.MAX_BYTES) {
            throw HttpError.badRequest("a routing key has at most 255 bytes, not " + key.length);
        }
        return key;
    }

    private static byte[] payload(Fields fields) {
        String payload = fields.requiredText("payload");
        String encoding = fields.requiredText("payload_encoding");
        if (encoding.equals("string")) {
            return payload.getBytes(UTF_8);
        } else if (encoding.equals("base64")) {
            try {
                return Base64.getDecoder().decode(payload);
            } catch (IllegalArgumentException e) {
                throw HttpError.badRequest("the payload is not base64");
            }
        }
        throw HttpError.badRequest("payload_encoding must be string or base64, not '" + encoding + "'");
    }

    private static MessageProperties properties(Fields fields, String user) {
        String userId = shortText(fields, "user_id");
        if (userId != null && !userId.equals(user)) {
            throw HttpError.badRequest(
                    "user_id property set to '" + userId + "' but authenticated user was '" + user + "'");
        }
        JsonNode timestamp = fields.node().get("timestamp");
        FieldTable headers = fields.table("headers");
        return new MessageProperties(
                shortText(fields, "content_type"),
                shortText(fields, "content_encoding"),
                headers.isEmpty() ? null : headers,
                octet(fields, "delivery_mode"),
                octet(fields, "priority"),
                shortText(fields, "correlation_id"),
                shortText(fields, "reply_to"),
                expiration(fields),
                shortText(fields, "message_id"),
                timestamp == null || timestamp.isNull() ? null : fields.number("timestamp", 0),
                shortText(fields, "type"),
                userId,
                shortText(fields, "app_id"),
                shortText(fields, "cluster_id"));
    }

    private static @Nullable String shortText(Fields fields, String name) {
        String text = fields.text(name);
        if (text != null && !ShortString.fits(text)) {
            throw HttpError.badRequest(name + " has at most 255 bytes");
        }
        return text;
    }

    private static @Nullable String expiration(Fields fields) {
        String text = fields.text("expiration");
        if (text != null && !text.matches("\\d{1,12}")) {
            throw HttpError.badRequest("invalid expiration '" + text + "': it must be a number of milliseconds");
        }
        return text;
    }

    private static @Nullable Integer octet(Fields fields, String name) {
        if (!fields.has(name)) {
            return null;
        }
        long number = fields.number(name, 0);
        if (number < 0 || number > 255) {
            throw HttpError.badRequest(name + " must be from 0 to 255, not " + number);
        }
        return (int) number;
    }
}
