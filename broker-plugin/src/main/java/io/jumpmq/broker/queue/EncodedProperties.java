package io.jumpmq.broker.queue;

import io.jumpmq.amqp.BasicProperties;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a message's encoded properties what a queue acts on, and skips the rest without decoding it. The layout is
 * that of a basic content header (AMQP 0-9-1, 4.2.6.1): two bytes of flags, then in order the properties whose flag is
 * set. They are expected to be well formed: whoever took the message from its publisher has checked them.
 */
final class EncodedProperties {
    private static final int PERSISTENT = 2;

    private EncodedProperties() {}

    static boolean persistent(byte[] properties) {
        int flags = BasicProperties.flags(properties);
        return (flags & BasicProperties.DELIVERY_MODE) != 0
                && properties[deliveryModeAt(properties, flags)] == PERSISTENT;
    }

    /** The priority, 0 if there is none. */
    static int priority(byte[] properties) {
        int flags = BasicProperties.flags(properties);
        return (flags & BasicProperties.PRIORITY) == 0
                ? 0
                : Byte.toUnsignedInt(properties[priorityAt(properties, flags)]);
    }

    /** The expiration in milliseconds; {@link QueueEntry#NEVER} if there is none. */
    static long expirationMillis(byte[] properties) {
        int flags = BasicProperties.flags(properties);
        if ((flags & BasicProperties.EXPIRATION) == 0) {
            return QueueEntry.NEVER;
        }
        int at = expirationAt(properties, flags);
        return decimal(properties, at + 1, afterShortString(properties, at));
    }

    /** The timestamp in seconds since 1970; null if there is none. */
    static @Nullable Long timestamp(byte[] properties) {
        int flags = BasicProperties.flags(properties);
        if ((flags & BasicProperties.TIMESTAMP) == 0) {
            return null;
        }
        int at = expirationAt(properties, flags);
        if ((flags & BasicProperties.EXPIRATION) != 0) {
            at = afterShortString(properties, at);
        }
        if ((flags & BasicProperties.MESSAGE_ID) != 0) {
            at = afterShortString(properties, at);
        }
        return ByteBuffer.wrap(properties).getLong(at);
    }

    private static int expirationAt(byte[] properties, int flags) {
        int at = priorityAt(properties, flags);
        if ((flags & BasicProperties.PRIORITY) != 0) {
            at++;
        }
        if ((flags & BasicProperties.CORRELATION_ID) != 0) {
            at = afterShortString(properties, at);
        }
        if ((flags & BasicProperties.REPLY_TO) != 0) {
            at = afterShortString(properties, at);
        }
        return at;
    }

    private static int priorityAt(byte[] properties, int flags) {
        int at = deliveryModeAt(properties, flags);
        return (flags & BasicProperties.DELIVERY_MODE) == 0 ? at : at + 1;
    }

    private static int deliveryModeAt(byte[] properties, int flags) {
        int at = 2;
        if ((flags & BasicProperties.CONTENT_TYPE) != 0) {
            at = afterShortString(properties, at);
        }
        if ((flags & BasicProperties.CONTENT_ENCODING) != 0) {
            at = afterShortString(properties, at);
        }
        if ((flags & BasicProperties.HEADERS) != 0) {
            at = afterTable(properties, at);
        }
        return at;
    }

    private static int afterShortString(byte[] properties, int at) {
        return at + 1 + Byte.toUnsignedInt(properties[at]);
    }

    private static int afterTable(byte[] properties, int at) {
        int length = Byte.toUnsignedInt(properties[at]) << 24
                | Byte.toUnsignedInt(properties[at + 1]) << 16
                | Byte.toUnsignedInt(properties[at + 2]) << 8
                | Byte.toUnsignedInt(properties[at + 3]);
        return at + 4 + length;
    }

    /** A decimal number; {@link QueueEntry#NEVER} for anything else, which no publisher gets past its channel. */
    private static long decimal(byte[] text, int from, int to) {
        if (from == to || to - from > 18) {
            return QueueEntry.NEVER;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return QueueEntry.NEVER;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
