package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.ReplyCode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Declaring again what exists must name the same properties; what differs is told in RabbitMQ's words. */
final class Inequivalence {
    private Inequivalence() {}

    static void require(boolean received, boolean current, String property, Object resource) {
        if (received != current) {
            throw differs(property, resource, "received '" + received + "' but current is '" + current + "'");
        }
    }

    static void require(String received, String current, String property, Object resource) {
        if (!received.equals(current)) {
            throw differs(property, resource, "received '" + received + "' but current is '" + current + "'");
        }
    }

    /** Compares the arguments that count, in their alphabetical order. */
    static void require(FieldTable received, FieldTable current, List<String> names, Object resource) {
        for (String name : new TreeSet<>(names)) {
            Object asked = received.get(name);
            Object existing = current.get(name);
            if (received.has(name) == current.has(name) && same(asked, existing)) {
                continue;
            }
            boolean ofOneType =
                    asked != null && existing != null && typeOf(asked).equals(typeOf(existing));
            throw differs(
                    name,
                    resource,
                    ofOneType
                            ? "received '" + asked + "' but current is '" + existing + "'"
                            : "received " + told(received, name) + " but current is " + told(current, name));
        }
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        return (isInteger(a) && isInteger(b))
                ? ((Number) Objects.requireNonNull(a)).longValue() == ((Number) Objects.requireNonNull(b)).longValue()
                : Objects.equals(a, b);
    }

    static boolean isInteger(@Nullable Object value) {
        return value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long;
    }

    private static String told(FieldTable arguments, String name) {
        Object value = arguments.get(name);
        String text = value == null ? "undefined" : value.toString();
        return arguments.has(name) ? "the value '" + text + "' of type '" + typeOf(value) + "'" : "none";
    }

    /** RabbitMQ's names of the types of table fields. */
    static String typeOf(@Nullable Object value) {
        if (value == null) {
            return "void";
        } else if (value instanceof LongString) {
            return "longstr";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof Byte) {
            return "byte";
        } else if (value instanceof Short) {
            return "short";
        } else if (value instanceof Integer) {
            return "signedint";
        } else if (value instanceof Long) {
            return "long";
        } else if (value instanceof Float) {
            return "float";
        } else if (value instanceof Double) {
            return "double";
        } else if (value instanceof BigDecimal) {
            return "decimal";
        } else if (value instanceof Instant) {
            return "timestamp";
        } else if (value instanceof FieldTable) {
            return "table";
        } else if (value instanceof List) {
            return "array";
        }
        return "binary";
    }

    private static AmqpException differs(String property, Object resource, String difference) {
        return new AmqpException(
                ReplyCode.PRECONDITION_FAILED,
                "inequivalent arg '" + property + "' for " + resource + ": " + difference);
    }
}
