package io.jumpmq.broker.catalog;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.amqp.FieldTable;
import io.jumpmq.amqp.LongString;
import io.jumpmq.amqp.ReplyCode;
import io.jumpmq.broker.queue.QueueSettings;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A queue's {@code x-} arguments: what they mean, and what RabbitMQ says when they mean nothing. */
final class QueueArguments {
    private static final String TYPE = "x-queue-type";
    private static final int MOST_PRIORITIES = 255;

    private final String queue;
    private final FieldTable arguments;

    private QueueArguments(String queue, FieldTable arguments) {
        this.queue = queue;
        this.arguments = arguments;
    }

    static QueueSettings settings(Change.QueueDeclared declared) {
        String queue = "queue '" + declared.name() + "' in vhost '" + declared.vhost() + "'";
        return new QueueArguments(queue, declared.arguments()).read(declared);
    }

    private QueueSettings read(Change.QueueDeclared declared) {
        boolean quorum = isQuorum();
        if (quorum && (!declared.durable() || declared.owner() != 0 || declared.autoDelete())) {
            String property = !declared.durable() ? "non-durable" : declared.owner() != 0 ? "exclusive" : "auto-delete";
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "invalid property '" + property + "' for " + queue);
        }
        String deadLetterKey = text("x-dead-letter-routing-key");
        String deadLetterExchange = text("x-dead-letter-exchange");
        if (deadLetterKey != null && deadLetterExchange == null) {
            throw invalid("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined");
        }
        OptionalLong priorities = number("x-max-priority");
        if (priorities.orElse(0) > MOST_PRIORITIES) {
            throw invalid("x-max-priority", "{max_value_exceeded," + priorities.orElse(0) + "}");
        }
        OptionalLong expires = number("x-expires");
        if (expires.isPresent() && expires.getAsLong() == 0) {
            throw invalid("x-expires", "{value_zero,0}");
        }
        OptionalLong deliveryLimit = number("x-delivery-limit");
        return new QueueSettings(
                quorum,
                declared.durable(),
                declared.autoDelete(),
                number("x-message-ttl"),
                expires,
                number("x-max-length"),
                number("x-max-length-bytes"),
                overflow(),
                deadLetterExchange,
                deadLetterKey,
                quorum ? 0 : (int) priorities.orElse(0),
                deliveryLimit.isPresent()
                        ? OptionalInt.of((int) Math.min(Integer.MAX_VALUE, deliveryLimit.getAsLong()))
                        : OptionalInt.empty(),
                truth("x-single-active-consumer"));
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
        throw invalid(TYPE, "{unsupported_queue_type,\"" + type + "\"}");
    }

    private Overflow overflow() {
        String overflow = text("x-overflow");
        return switch (overflow == null ? "drop-head" : overflow) {
            case "drop-head" -> Overflow.DROP_HEAD;
            case "reject-publish" -> Overflow.REJECT_PUBLISH;
            case "reject-publish-dlx" -> Overflow.REJECT_PUBLISH_DLX;
            default -> throw invalid("x-overflow", "{invalid_overflow,<<\"" + overflow + "\">>}");
        };
    }

    private @Nullable String text(String name) {
        Object value = arguments.get(name);
        if (value == null) {
            return null;
        } else if (value instanceof LongString text) {
            return text.toString();
        }
        throw invalid(name, "{unacceptable_type," + Inequivalence.typeOf(value) + "}");
    }

    private boolean truth(String name) {
        Object value = arguments.get(name);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw invalid(name, "{unacceptable_type," + Inequivalence.typeOf(value) + "}");
    }

    private OptionalLong number(String name) {
        Object value = arguments.get(name);
        if (value == null) {
            return OptionalLong.empty();
        } else if (value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number < 0) {
                throw invalid(name, "{value_negative," + number + "}");
            }
            return OptionalLong.of(number);
        }
        throw invalid(name, "{unacceptable_type," + Inequivalence.typeOf(value) + "}");
    }

    private AmqpException invalid(String name, String reason) {
        return new AmqpException(
                ReplyCode.PRECONDITION_FAILED, "invalid arg '" + name + "' for " + queue + ": " + reason);
    }
}
