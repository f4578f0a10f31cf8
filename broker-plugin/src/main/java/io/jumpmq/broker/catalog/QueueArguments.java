package io.jumpmq.broker.catalog;

import io.jumpmq.broker.queue.QueueSettings;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.ReplyCode;
import io.jumpmq.value.ShortString;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A queue's {@code x-} arguments: what they mean, and what RabbitMQ 3.10 says when they mean nothing. */
final class QueueArguments {
    static final String TYPE = "x-queue-type";

    /**
     * All that are read here. A queue that is declared again has to have the same; each is listed with what it does among the
     * tests.
     */
    static final List<String> NAMES = List.of(
            TYPE,
            "x-expires",
            "x-message-ttl",
            "x-max-length",
            "x-max-length-bytes",
            "x-max-priority",
            "x-overflow",
            "x-dead-letter-exchange",
            "x-dead-letter-routing-key",
            "x-dead-letter-strategy",
            "x-delivery-limit",
            "x-single-active-consumer",
            "x-consumer-timeout",
            "x-queue-mode",
            "x-queue-version");

    /** Ten years: RabbitMQ's bound on times. */
    private static final long MAX_MILLIS = 315_360_000_000L;

    private static final int MAX_PRIORITIES = 255;
    private static final List<String> NOT_FOR_QUORUM = List.of(
            "x-max-priority",
            "x-queue-mode",
            "x-queue-version",
            "x-max-age",
            "x-stream-max-segment-size-bytes",
            "x-initial-cluster-size");
    private static final List<String> NOT_FOR_CLASSIC = List.of(
            "x-delivery-limit",
            "x-dead-letter-strategy",
            "x-max-in-memory-length",
            "x-max-in-memory-bytes",
            "x-quorum-initial-group-size",
            "x-max-age",
            "x-stream-max-segment-size-bytes",
            "x-initial-cluster-size");

    private final String queue;
    private final FieldTable arguments;
    private final EffectivePolicy policy;

    private QueueArguments(String queue, FieldTable arguments, EffectivePolicy policy) {
        this.queue = queue;
        this.arguments = arguments;
        this.policy = policy;
    }

    /**
     * The rules that a declaration and policies ask for: of two bounds the tighter one, else the declaration's.
     *
     * @throws AmqpException when it asks for what makes no sense
     */
    static QueueSettings settings(Change.QueueDeclared declared, EffectivePolicy policy) {
        String queue = "queue '" + declared.name() + "' in vhost '" + declared.vhost() + "'";
        return new QueueArguments(queue, declared.arguments(), policy).read(declared);
    }

    /** Whether a queue that was declared with these is a quorum queue. */
    static boolean isQuorum(FieldTable arguments) {
        return "quorum".equals(arguments.text(TYPE));
    }

    private QueueSettings read(Change.QueueDeclared declared) {
        boolean quorum = isQuorum();
        requireFitting(quorum, declared);
        requireKnownModes();
        String deadLetterExchange = deadLetterExchange();
        String deadLetterKey = text("x-dead-letter-routing-key");
        if (deadLetterKey != null && deadLetterExchange == null) {
            throw invalid("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined");
        }
        if (deadLetterKey != null && !ShortString.fits(deadLetterKey)) {
            throw invalid("x-dead-letter-routing-key", "{max_bytes_exceeded," + ShortString.MAX_BYTES + "}");
        }
        OptionalLong priorities = number("x-max-priority", Long.MAX_VALUE);
        if (priorities.orElse(0) > MAX_PRIORITIES) {
            throw invalid("x-max-priority", "{max_value_exceeded," + priorities.orElse(0) + "}");
        }
        OptionalLong expires = number("x-expires", MAX_MILLIS);
        if (expires.isPresent() && expires.getAsLong() == 0) {
            throw invalid("x-expires", "{value_zero,0}");
        }
        OptionalLong deliveryLimit = bound("delivery-limit", number("x-delivery-limit", Long.MAX_VALUE));
        Overflow overflow = overflow();
        String exchange = deadLetterExchange == null ? policy.text("dead-letter-exchange") : deadLetterExchange;
        return new QueueSettings(
                quorum,
                declared.durable(),
                declared.autoDelete(),
                bound("message-ttl", number("x-message-ttl", MAX_MILLIS)),
                bound("expires", expires),
                bound("max-length", number("x-max-length", Long.MAX_VALUE)),
                bound("max-length-bytes", number("x-max-length-bytes", Long.MAX_VALUE)),
                overflow,
                exchange,
                deadLetterKey == null ? policy.text("dead-letter-routing-key") : deadLetterKey,
                atLeastOnce() && quorum && exchange != null && overflow == Overflow.REJECT_PUBLISH,
                (int) priorities.orElse(0),
                deliveryLimit.isPresent()
                        ? OptionalInt.of((int) Math.min(Integer.MAX_VALUE, deliveryLimit.getAsLong()))
                        : OptionalInt.empty(),
                truth("x-single-active-consumer"),
                bound("consumer-timeout", number("x-consumer-timeout", MAX_MILLIS)));
    }

    private OptionalLong bound(String setting, OptionalLong argument) {
        Long limit = policy.number(setting);
        return limit == null ? argument : OptionalLong.of(Math.min(limit, argument.orElse(Long.MAX_VALUE)));
    }

    private void requireFitting(boolean quorum, Change.QueueDeclared declared) {
        for (String name : quorum ? NOT_FOR_QUORUM : NOT_FOR_CLASSIC) {
            if (arguments.has(name)) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "invalid arg '" + name + "' for " + queue + " of queue type "
                                + (quorum ? "rabbit_quorum_queue" : "rabbit_classic_queue"));
            }
        }
        if (quorum && (!declared.durable() || declared.owner() != null || declared.autoDelete())) {
            String property =
                    !declared.durable() ? "non-durable" : declared.owner() != null ? "exclusive-owner" : "auto-delete";
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "invalid property '" + property + "' for " + queue);
        }
    }

    /** How a classic queue keeps its messages is our business; that the words are known is the client's. */
    private void requireKnownModes() {
        String mode = text("x-queue-mode");
        if (mode != null && !mode.equals("default") && !mode.equals("lazy")) {
            throw invalid("x-queue-mode", "\"unsupported queue mode '" + mode + "'\"");
        }
        OptionalLong version = number("x-queue-version", Long.MAX_VALUE);
        if (version.isPresent() && version.getAsLong() != 1 && version.getAsLong() != 2) {
            throw invalid("x-queue-version", "\"unsupported queue version '" + version.getAsLong() + "'\"");
        }
    }

    private boolean isQuorum() {
        String type = text(TYPE);
        if (type == null || type.equals("classic")) {
            return false;
        } else if (type.equals("quorum")) {
            return true;
        } else if (type.equals("stream")) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "streams are not supported: " + queue);
        }
        throw invalid(TYPE, "\"unsupported queue type '" + type + "'\"");
    }

    private Overflow overflow() {
        String asked = text("x-overflow");
        String overflow = asked == null ? policy.text("overflow") : asked;
        return switch (overflow == null ? "drop-head" : overflow) {
            case "drop-head" -> Overflow.DROP_HEAD;
            case "reject-publish" -> Overflow.REJECT_PUBLISH;
            case "reject-publish-dlx" -> Overflow.REJECT_PUBLISH_DLX;
            default -> throw invalid("x-overflow", "invalid_overflow");
        };
    }

    /** Counts only together with {@code reject-publish}, as in RabbitMQ: what is dropped at the head cannot be kept. */
    private boolean atLeastOnce() {
        String asked = text("x-dead-letter-strategy");
        String strategy = asked == null ? policy.text("dead-letter-strategy") : asked;
        return switch (strategy == null ? "at-most-once" : strategy) {
            case "at-most-once" -> false;
            case "at-least-once" -> true;
            default -> throw invalid("x-dead-letter-strategy", "invalid_dlx_strategy");
        };
    }

    private @Nullable String deadLetterExchange() {
        Object value = read("x-dead-letter-exchange");
        if (!arguments.has("x-dead-letter-exchange")) {
            return null;
        } else if (value instanceof LongString text) {
            return text.toString();
        }
        throw new AmqpException(
                ReplyCode.PRECONDITION_FAILED,
                "invalid type '" + Inequivalence.typeOf(value) + "' for arg 'x-dead-letter-exchange' in " + queue);
    }

    private @Nullable Object read(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("the argument " + name + " is not listed");
        }
        return arguments.get(name);
    }

    private @Nullable String text(String name) {
        Object value = read(name);
        if (!arguments.has(name)) {
            return null;
        } else if (value instanceof LongString text) {
            return text.toString();
        }
        throw invalid(name, "{unacceptable_type," + Inequivalence.typeOf(value) + "}");
    }

    private boolean truth(String name) {
        Object value = read(name);
        if (value instanceof Boolean || !arguments.has(name)) {
            return Boolean.TRUE.equals(value);
        }
        throw invalid(name, "{unacceptable_type," + Inequivalence.typeOf(value) + "}");
    }

    private OptionalLong number(String name, long max) {
        Object value = read(name);
        if (!arguments.has(name)) {
            return OptionalLong.empty();
        }
        if (!(value instanceof Number integer) || !Inequivalence.isInteger(value)) {
            throw invalid(name, whyNoInteger(value));
        }
        long number = integer.longValue();
        if (number < 0) {
            throw invalid(name, "{value_negative," + number + "}");
        } else if (number > max) {
            throw invalid(name, "{value_too_large," + number + "}");
        }
        return OptionalLong.of(number);
    }

    /** RabbitMQ's words for a value that should be an integer. */
    static String whyNoInteger(@Nullable Object value) {
        return "\"expected integer, got " + Inequivalence.typeOf(value) + "\"";
    }

    private AmqpException invalid(String name, String reason) {
        return new AmqpException(
                ReplyCode.PRECONDITION_FAILED, "invalid arg '" + name + "' for " + queue + ": " + reason);
    }
}
