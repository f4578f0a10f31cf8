package io.jumpmq.management;

import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.EffectivePolicy;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.Gone;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.plugin.Destination;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the catalog holds, in the fields of RabbitMQ's documents; listings and definitions share them. */
final class Documents {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxx").withZone(ZoneOffset.UTC);

    private Documents() {}

    /** A time in milliseconds since 1970, for people. */
    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    static Map<String, @Nullable Object> exchange(ExchangeRecord exchange) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", exchange.name());
        map.put("vhost", exchange.vhost());
        map.put("type", exchange.type());
        map.put("durable", exchange.durable());
        map.put("auto_delete", exchange.autoDelete());
        map.put("internal", exchange.internal());
        map.put("arguments", Json.of(exchange.arguments()));
        return map;
    }

    static Map<String, @Nullable Object> queue(QueueRecord queue) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", queue.name());
        map.put("vhost", queue.vhost());
        map.put("durable", queue.durable());
        map.put("auto_delete", queue.autoDelete());
        map.put("arguments", Json.of(queue.arguments()));
        return map;
    }

    static String kind(DestinationKind kind) {
        return kind == DestinationKind.QUEUE ? "queue" : "exchange";
    }

    static String kind(Destination destination) {
        return kind(DestinationKind.of(destination));
    }

    static String name(Destination destination) {
        if (destination instanceof Gone gone) {
            return gone.name();
        }
        return destination instanceof QueueRecord queue ? queue.name() : ((ExchangeRecord) destination).name();
    }

    static Map<String, @Nullable Object> policy(String vhost, Policy policy) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("vhost", vhost);
        map.put("name", policy.name());
        map.put("pattern", policy.pattern().text());
        map.put("apply-to", policy.target().text());
        map.put("definition", policy.definition());
        map.put("priority", policy.priority());
        return map;
    }

    /** Which policies count for a queue or an exchange. */
    static void policies(Map<String, @Nullable Object> document, EffectivePolicy policy) {
        document.put("policy", policy.policy() == null ? null : policy.policy().name());
        document.put(
                "operator_policy",
                policy.operatorPolicy() == null ? null : policy.operatorPolicy().name());
        document.put("effective_policy_definition", policy.definition());
    }

    static Map<String, @Nullable Object> user(User user) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", user.name());
        map.put("password_hash", user.password().export());
        map.put("hashing_algorithm", user.password().algorithm());
        map.put("tags", new TreeSet<>(user.tags()));
        map.put("limits", UserLimitResources.value(user.limits()));
        return map;
    }

    static Map<String, @Nullable Object> permission(String user, String vhost, Permission permission) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("user", user);
        map.put("vhost", vhost);
        for (Permission.Operation operation : Permission.Operation.values()) {
            map.put(operation.name().toLowerCase(Locale.ROOT), permission.text(operation));
        }
        return map;
    }
}
