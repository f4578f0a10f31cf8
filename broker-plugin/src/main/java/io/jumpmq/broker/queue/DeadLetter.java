package io.jumpmq.broker.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.MessageProperties;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final List<Object> deaths;

    private DeadLetter(Message message, DeathReason reason, List<Object> deaths) {
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
        FieldTable headers = dead.header().headers();
        Map<String, @Nullable Object> changes = new LinkedHashMap<>();
        if (!headers.toMap().containsKey(DEATHS)) {
            changes.put("x-first-death-reason", reason.text());
            changes.put("x-first-death-queue", queue);
            changes.put("x-first-death-exchange", dead.exchange());
        }
        List<Object> deaths = add(death(dead, reason, queue, nowMillis), folded(headers.items(DEATHS)));
        changes.put(DEATHS, deaths);
        if (routingKey != null) {
            changes.put("CC", null);
        }
        MessageHeader header = dead.header().withoutExpiration().withHeaders(headers.with(changes));
        byte[] key = routingKey == null ? dead.routingKey() : routingKey.getBytes(UTF_8);
        return new DeadLetter(new Message(exchange, key, header, dead.body()), reason, deaths);
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

    private static FieldTable death(Message dead, DeathReason reason, String queue, long nowMillis) {
        MessageProperties properties = dead.header().properties();
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
     * Former deaths as RabbitMQ counts them: those of one queue and reason are one, the first of them, and one that does not
     * tell its count has as many as there were. Only others than brokers write such.
     */
    private static List<Object> folded(List<FieldTable.Item> former) {
        Map<List<@Nullable String>, Integer> times = new HashMap<>();
        for (FieldTable.Item item : former) {
            if (item.value() instanceof FieldTable death) {
                times.merge(kind(death), 1, Integer::sum);
            }
        }
        List<Object> deaths = new ArrayList<>();
        for (FieldTable.Item item : former) {
            if (!(item.value() instanceof FieldTable death)) {
                deaths.add(item);
                continue;
            }
            Integer count = times.remove(kind(death)); // Null: the first of its kind stands for this one.
            if (count != null) {
                deaths.add(death.get(COUNT) == null ? death.with(Map.of(COUNT, count.longValue())) : death);
            }
        }
        return deaths;
    }

    /** Deaths of one kind are counted together. */
    private static List<@Nullable String> kind(FieldTable death) {
        return Arrays.asList(death.text(QUEUE), death.text(REASON));
    }

    /**
     * Puts a death in front of the former ones; if it died in the same queue for the same reason before, that death is
     * counted once more and comes to the front instead.
     */
    private static List<Object> add(FieldTable death, List<Object> former) {
        List<Object> deaths = new ArrayList<>(former);
        FieldTable first = death;
        for (Object other : former) {
            if (other instanceof FieldTable table && kind(table).equals(kind(death))) {
                deaths.remove(other);
                first = table.with(Map.of(COUNT, count(table) + 1));
            }
        }
        deaths.add(0, first);
        return deaths;
    }

    private static long count(FieldTable death) {
        return death.get(COUNT) instanceof Number number ? number.longValue() : 1;
    }
}
