package io.jumpmq.broker.catalog;

import io.jumpmq.security.NamePattern;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.jumpmq.value.ShortString;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Settings for all queues and exchanges whose names fit a pattern. Of several that fit, the one of the highest priority
 * counts. An operator's policy counts beside a user's: of two bounds, the tighter one.
 *
 * @param pattern found anywhere in the name
 * @param operator whether an operator set it, whom users cannot overrule
 * @param definition what it sets: {@link String}, {@link Boolean}, {@link Double}, and whole numbers as {@link Long}
 */
public record Policy(
        String name,
        NamePattern pattern,
        Target target,
        int priority,
        Map<String, Object> definition,
        boolean operator) {

    /** What a policy is for. */
    public enum Target {
        /** Queues of any type. */
        QUEUES,
        CLASSIC_QUEUES,
        QUORUM_QUEUES,
        /** Which there are none of: such a policy is kept, for those who take definitions along, and never counts. */
        STREAMS,
        EXCHANGES,
        ALL;

        /** The name that interfaces use. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The target of this name.
         *
         * @throws AmqpException PRECONDITION_FAILED when there is none
         */
        public static Target named(String text) {
            for (Target target : values()) {
                if (target.text().equals(text)) {
                    return target;
                }
            }
            throw invalid(
                    "apply-to must be one of queues, classic_queues, quorum_queues, streams, exchanges, all, not '"
                            + text + "'");
        }

        /** Whether a policy for this is for one kind of queue, or for exchanges. */
        boolean includes(Target kind) {
            return this == ALL || this == kind || (this == QUEUES && kind != EXCHANGES);
        }
    }

    private static final Map<String, Long> MIN_VALUES = Map.of(
            "message-ttl", 0L,
            "expires", 1L,
            "consumer-timeout", 0L,
            "max-length", 0L,
            "max-length-bytes", 0L,
            "delivery-limit", 0L);

    private static final Map<String, String> CALLED = Map.of(
            "message-ttl", "message TTL",
            "expires", "queue expiry",
            "consumer-timeout", "consumer timeout",
            "max-length", "maximum length",
            "max-length-bytes", "maximum length in bytes",
            "delivery-limit", "delivery limit");

    private static final Map<String, String> TEXTS = Map.of(
            "alternate-exchange", "alternate exchange name",
            "dead-letter-exchange", "dead letter exchange name",
            "dead-letter-routing-key", "dead letter routing key",
            "dead-letter-strategy", "dead letter strategy",
            "overflow", "overflow value");

    private static final Set<String> KEYS = Stream.of(MIN_VALUES, TEXTS)
            .flatMap(keys -> keys.keySet().stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Of the texts that are one of a few. */
    private static final Map<String, List<String>> WORDS = Map.of(
            "dead-letter-strategy", List.of("at-most-once", "at-least-once"),
            "overflow", List.of("drop-head", "reject-publish", "reject-publish-dlx"));

    /** Known to RabbitMQ and without a meaning here: taken, shown, and of no effect. */
    private static final Set<String> IGNORED = Set.of(
            "ha-mode",
            "ha-params",
            "ha-sync-mode",
            "ha-sync-batch-size",
            "ha-promote-on-shutdown",
            "ha-promote-on-failure",
            "queue-mode",
            "queue-version",
            "queue-master-locator",
            "queue-leader-locator",
            "max-in-memory-length",
            "max-in-memory-bytes",
            "max-age",
            "stream-max-segment-size-bytes",
            "stream-filter-size-bytes",
            "initial-cluster-size",
            "target-group-size",
            "consumer-disconnected-timeout",
            "federation-upstream",
            "federation-upstream-set");

    /** The keys that have an effect; each is listed with what it does among the tests. */
    static Set<String> keys() {
        return KEYS;
    }

    /** The keys that are taken and have none. */
    static Set<String> keysWithoutEffect() {
        return IGNORED;
    }

    /**
     * Checks a policy, wherever it comes from.
     *
     * @throws AmqpException PRECONDITION_FAILED, in RabbitMQ's words, when a setting makes no sense
     */
    public Policy {
        if (definition.isEmpty()) {
            throw invalid("no policy provided");
        }
        Set<String> unknown = new TreeSet<>(definition.keySet());
        boolean forUsers = !operator;
        unknown.removeIf(key -> MIN_VALUES.containsKey(key)
                || IGNORED.contains(key)
                || key.equals("overflow")
                || (forUsers && TEXTS.containsKey(key)));
        if (!unknown.isEmpty()) {
            throw invalid(unknown + " are not recognised " + (operator ? "operator policy" : "policy") + " settings");
        }
        Map<String, Object> checked = new TreeMap<>();
        definition.forEach((key, value) -> checked.put(key, checked(key, value)));
        definition = checked;
    }

    /**
     * A policy with this pattern.
     *
     * @throws AmqpException PRECONDITION_FAILED, in RabbitMQ's words, when its pattern or a setting makes no sense
     */
    public static Policy of(
            String name,
            String pattern,
            Target target,
            int priority,
            Map<String, Object> definition,
            boolean operator) {
        return new Policy(name, compiled(pattern), target, priority, definition, operator);
    }

    private static NamePattern compiled(String pattern) {
        try {
            return NamePattern.of(pattern);
        } catch (PatternSyntaxException e) {
            throw invalid("the pattern \"" + e.getPattern() + "\" is no regular expression: " + e.getDescription()
                    + " at character " + e.getIndex());
        }
    }

    private static Object checked(String key, @Nullable Object given) {
        Object value =
                given instanceof Number number && Inequivalence.isInteger(number) ? (Object) number.longValue() : given;
        Long min = MIN_VALUES.get(key);
        if (min != null) {
            if (value instanceof Long number && number >= min) {
                return number;
            }
            throw invalid(value + " is not a valid " + CALLED.get(key));
        }
        String text = TEXTS.get(key);
        if (text != null
                && !(value instanceof String word
                        && WORDS.getOrDefault(key, List.of(word)).contains(word))) {
            throw invalid(value + " is not a valid " + text);
        }
        if (key.equals("dead-letter-routing-key") && !ShortString.fits(String.valueOf(value))) {
            throw invalid("a " + text + " has at most " + ShortString.MAX_BYTES + " bytes");
        }
        if (value instanceof String || value instanceof Boolean || value instanceof Long || value instanceof Double) {
            return value;
        }
        throw invalid(key + " cannot be " + value);
    }

    private static AmqpException invalid(String why) {
        return new AmqpException(ReplyCode.PRECONDITION_FAILED, "Validation failed: " + why);
    }

    boolean applies(Target kind, String resource) {
        return target.includes(kind) && pattern.fits(resource);
    }
}
