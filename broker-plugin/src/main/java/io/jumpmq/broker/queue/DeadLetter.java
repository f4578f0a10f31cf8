package io.jumpmq.broker.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FieldTable;
import io.jumpmq.amqp.LongString;
import io.jumpmq.broker.message.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message that died in a queue, as it is published to the dead-letter exchange: it does not expire a second time, and
 * its header {@code x-death} tells where, why and how often it died, the latest first.
 *
 * <p>As RabbitMQ 3.10 (rabbit_dead_letter), but for the order of former deaths: that one turns it around each time.
 */
public final class DeadLetter {
    private static final String DEATHS = "x-death";
    private static final String COUNT = "count";
    private static final String QUEUE = "queue";
    private static final String REASON = "reason";

    private final Message message;
    private final DeathReason reason;

    /** Its deaths, this one first: tables, and whatever a publisher wrote among them. */
    private final List<@Nullable Object> deaths;

    private DeadLetter(Message message, DeathReason reason, List<@Nullable Object> deaths) {
        this.message = message;
        this.reason = reason;
        this.deaths = deaths;
    }

    /**
     * Makes a dead letter.
     *
     * @param queue where it died
     * @param exchange the dead-letter exchange
     * @param routingKey what it is published with; null: what it was published with, its CC header included
     */
    public static DeadLetter of(
            Message dead,
            DeathReason reason,
            String queue,
            String exchange,
            @Nullable String routingKey,
            long nowMillis) {
        BasicProperties properties = BasicProperties.decode(dead.properties());
        Map<String, @Nullable Object> headers = properties.headerMap();
        FieldTable death = death(dead, properties, reason, queue, nowMillis);
        if (!headers.containsKey(DEATHS)) {
            headers.put("x-first-death-reason", reason.text());
            headers.put("x-first-death-queue", queue);
            headers.put("x-first-death-exchange", dead.exchange());
        }
        List<@Nullable Object> former = headers.get(DEATHS) instanceof List<?> list ? new ArrayList<>(list) : List.of();
        List<@Nullable Object> deaths = add(death, former);
        headers.put(DEATHS, deaths);
        if (routingKey != null) {
            headers.remove("CC");
        }
        byte[] encoded = properties.withoutExpiration().withHeaders(headers).encode();
        byte[] key = routingKey == null ? dead.routingKey() : routingKey.getBytes(UTF_8);
        return new DeadLetter(new Message(exchange, key, encoded, dead.body()), reason, deaths);
    }

    /** What is published. */
    public Message message() {
        return message;
    }

    /**
     * Whether it must not go to a queue, because it has been there and came back without a consumer's doing, and would
     * again for ever.
     */
    public boolean closesCycle(String queue) {
        if (reason == DeathReason.REJECTED) {
            return false;
        }
        for (Object death : deaths) {
            if (!(death instanceof FieldTable table)
                    || DeathReason.REJECTED.text().equals(table.text(REASON))) {
                return false;
            }
            if (queue.equals(table.text(QUEUE))) {
                return true;
            }
        }
        return false;
    }

    private static FieldTable death(
            Message dead, BasicProperties properties, DeathReason reason, String queue, long nowMillis) {
        Map<String, @Nullable Object> death = new LinkedHashMap<>();
        death.put(COUNT, 1L);
        death.put(REASON, reason.text());
        death.put(QUEUE, queue);
        death.put("time", Instant.ofEpochSecond(Math.floorDiv(nowMillis, 1000L)));
        death.put("exchange", dead.exchange());
        death.put("routing-keys", routingKeys(dead, properties.headers()));
        if (properties.expiration() != null) {
            death.put("original-expiration", properties.expiration());
        }
        return FieldTable.of(death);
    }

    private static List<LongString> routingKeys(Message dead, @Nullable FieldTable headers) {
        List<LongString> keys = new ArrayList<>();
        keys.add(new LongString(dead.routingKey()));
        if (headers != null && headers.get("CC") instanceof List<?> copies) {
            for (Object copy : copies) {
                if (copy instanceof LongString key) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    /**
     * Puts a death in front of the former ones; if it died in the same queue for the same reason before, that death is
     * counted once more and comes to the front instead.
     */
    private static List<@Nullable Object> add(FieldTable death, List<? extends @Nullable Object> former) {
        List<@Nullable Object> deaths = new ArrayList<>();
        deaths.add(death);
        FieldTable same = null;
        int times = 0;
        for (Object other : former) {
            if (other instanceof FieldTable table && isSame(death, table)) {
                same = same == null ? table : same;
                times++; // More than once only if somebody else wrote the header.
            } else {
                deaths.add(other);
            }
        }
        if (same != null) {
            deaths.set(0, countedAgain(same, times));
        }
        return deaths;
    }

    private static boolean isSame(FieldTable death, FieldTable other) {
        return Objects.equals(death.text(QUEUE), other.text(QUEUE))
                && Objects.equals(death.text(REASON), other.text(REASON));
    }

    private static FieldTable countedAgain(FieldTable death, int times) {
        long count = death.get(COUNT) instanceof Number number ? number.longValue() : times;
        Map<String, @Nullable Object> counted = new LinkedHashMap<>(death.toMap());
        counted.put(COUNT, count + 1);
        return FieldTable.of(counted);
    }
}
