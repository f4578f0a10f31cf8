package io.jumpmq.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FieldTable;
import io.jumpmq.amqp.LongString;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.DeathReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Dead letters: messages that leave a queue unread, with their history in the header {@code x-death}. */
final class DeadLetter {
    private static final String DEATHS = "x-death";

    private DeadLetter() {}

    /**
     * The letter of a message that left {@code queue}.
     *
     * @param exchange where it goes
     * @param routingKey null: it keeps its own, and those of its CC header
     */
    static Message of(
            Message message,
            String queue,
            DeathReason reason,
            String exchange,
            @Nullable String routingKey,
            long nowMillis) {
        BasicProperties properties = BasicProperties.decode(message.properties());
        Map<String, @Nullable Object> headers = properties.headerMap();
        headers.put(DEATHS, deaths(message, properties, headers, queue, reason, nowMillis));
        headers.putIfAbsent("x-first-death-reason", reason.text());
        headers.putIfAbsent("x-first-death-queue", queue);
        headers.putIfAbsent("x-first-death-exchange", message.exchange());
        if (routingKey != null) {
            headers.remove("CC");
        }
        byte[] encoded = properties.withHeaders(headers).withoutExpiration().encode();
        byte[] key = routingKey == null ? message.routingKey() : routingKey.getBytes(UTF_8);
        return new Message(exchange, key, encoded, message.body());
    }

    /** The latest death first. One of the same queue for the same reason is counted up. */
    private static List<@Nullable Object> deaths(
            Message message,
            BasicProperties properties,
            Map<String, @Nullable Object> headers,
            String queue,
            DeathReason reason,
            long nowMillis) {
        Map<String, @Nullable Object> death = new LinkedHashMap<>();
        List<@Nullable Object> others = new ArrayList<>();
        if (headers.get(DEATHS) instanceof List<?> earlier) {
            for (Object entry : earlier) {
                if (entry instanceof FieldTable table && isOf(table, queue, reason.text())) {
                    death.putAll(table.toMap());
                } else {
                    others.add(entry);
                }
            }
        }
        if (death.get("count") instanceof Long count) {
            death.put("count", count + 1);
        } else {
            death.put("count", 1L);
            death.put("reason", reason.text());
            death.put("queue", queue);
            death.put("time", Instant.ofEpochMilli(nowMillis));
            death.put("exchange", message.exchange());
            death.put("routing-keys", routingKeys(message, headers));
            if (properties.expiration() != null) {
                death.put("original-expiration", properties.expiration());
            }
        }
        List<@Nullable Object> deaths = new ArrayList<>();
        deaths.add(FieldTable.of(death));
        deaths.addAll(others);
        return deaths;
    }

    private static List<@Nullable Object> routingKeys(Message message, Map<String, @Nullable Object> headers) {
        List<@Nullable Object> keys = new ArrayList<>();
        keys.add(new LongString(message.routingKey()));
        if (headers.get("CC") instanceof List<?> copies) {
            keys.addAll(copies);
        }
        return keys;
    }

    private static boolean isOf(FieldTable death, String queue, String reason) {
        return queue.equals(death.text("queue")) && reason.equals(death.text("reason"));
    }

    /**
     * Whether a letter would go round: it has been in {@code queue} before, and since then nobody rejected it. Such a
     * letter is dropped, as nobody would ever stop it.
     */
    static boolean isCycle(Message letter, String queue) {
        FieldTable headers = BasicProperties.decode(letter.properties()).headers();
        if (headers == null || !(headers.get(DEATHS) instanceof List<?> deaths)) {
            return false;
        }
        for (Object entry : deaths) {
            if (entry instanceof FieldTable death) {
                if (DeathReason.REJECTED.text().equals(death.text("reason"))) {
                    return false;
                } else if (queue.equals(death.text("queue"))) {
                    return true;
                }
            }
        }
        return false;
    }
}
