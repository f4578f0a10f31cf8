package io.jumpmq.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what goes through a traced virtual host, as RabbitMQ's firehose: a copy of each message published and delivered goes to
 * the exchange {@code amq.rabbitmq.trace}, with headers that say what happened to it.
 *
 * @param from the loop that tells
 * @param connection the name of the connection that publishes, or is delivered to
 */
public record Firehose(Broker broker, Loop from, VirtualHost vhost, String connection, int channel, String user) {
    private static final String EXCHANGE = "amq.rabbitmq.trace";

    /** A message was published, and goes to these queues. */
    public void published(Message message, List<String> queues) {
        Map<String, @Nullable Object> headers = headers(message);
        headers.put("routed_queues", queues);
        tell("publish." + message.exchange(), message, headers);
    }

    /** A message was delivered, or fetched. */
    public void delivered(QueueRecord queue, Message message, boolean redelivered) {
        Map<String, @Nullable Object> headers = headers(message);
        headers.put("redelivered", redelivered ? 1 : 0);
        tell("deliver." + queue.name(), message, headers);
    }

    private Map<String, @Nullable Object> headers(Message message) {
        List<Object> keys = new ArrayList<>(List.of(message.routingKeyText()));
        VirtualHost.copies(message).forEach(key -> keys.add(new String(key, UTF_8)));
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        headers.put("exchange_name", message.exchange());
        headers.put("routing_keys", keys);
        headers.put("properties", FieldTable.of(properties(message.header().properties())));
        headers.put("node", vhost.tracedBy());
        headers.put("vhost", vhost.name());
        headers.put("connection", connection);
        headers.put("channel", channel);
        headers.put("user", user);
        return headers;
    }

    /** Only those that are set; BCC is for nobody's eyes. */
    private static Map<String, @Nullable Object> properties(MessageProperties properties) {
        FieldTable headers = properties.headers();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("content_type", properties.contentType());
        map.put("content_encoding", properties.contentEncoding());
        if (headers != null) {
            Map<String, @Nullable Object> shown = new LinkedHashMap<>(headers.toMap());
            shown.remove("BCC");
            map.put("headers", FieldTable.of(shown));
        }
        map.put("delivery_mode", properties.deliveryMode());
        map.put("priority", properties.priority());
        map.put("correlation_id", properties.correlationId());
        map.put("reply_to", properties.replyTo());
        map.put("expiration", properties.expiration());
        map.put("message_id", properties.messageId());
        map.put("timestamp", properties.timestamp());
        map.put("type", properties.type());
        map.put("user_id", properties.userId());
        map.put("app_id", properties.appId());
        map.put("cluster_id", properties.clusterId());
        map.values().removeIf(value -> value == null);
        return map;
    }

    /** What is said of the firehose itself is not told again. */
    private void tell(String key, Message about, Map<String, @Nullable Object> headers) {
        ExchangeRecord exchange = vhost.exchange(EXCHANGE);
        if (exchange == null || about.exchange().equals(EXCHANGE)) {
            return;
        }
        MessageHeader header = about.header().format().header(MessageProperties.ofHeaders(FieldTable.of(headers)));
        Message copy = new Message(EXCHANGE, key.getBytes(UTF_8), header, about.body());
        Publisher publisher = new Publisher(broker.catalog(), vhost, from);
        publisher.send(copy, publisher.routeOrDrop(exchange, copy));
    }
}
