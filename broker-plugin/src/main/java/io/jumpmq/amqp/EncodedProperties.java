package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.value.FieldTable;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads single values of a message's encoded properties without decoding the rest, and replaces them without touching the
 * rest. The layout is that of a basic content header (AMQP 0-9-1, 4.2.6.1): two bytes of flags, then in order the
 * properties whose flag is set. They are expected to be well formed: whoever took the message from its publisher has
 * checked them.
 */
public final class EncodedProperties {
    private static final int PERSISTENT = 2;

    private EncodedProperties() {}

    public static boolean persistent(byte[] properties) {
        return has(properties, BasicProperties.DELIVERY_MODE)
                && properties[at(properties, BasicProperties.DELIVERY_MODE)] == PERSISTENT;
    }

    /** The priority, 0 if there is none. */
    public static int priority(byte[] properties) {
        return has(properties, BasicProperties.PRIORITY)
                ? Byte.toUnsignedInt(properties[at(properties, BasicProperties.PRIORITY)])
                : 0;
    }

    /** The expiration in milliseconds; {@link Long#MAX_VALUE} if there is none. */
    public static long expirationMillis(byte[] properties) {
        if (!has(properties, BasicProperties.EXPIRATION)) {
            return Long.MAX_VALUE;
        }
        int at = at(properties, BasicProperties.EXPIRATION);
        return decimal(properties, at + 1, after(properties, at, BasicProperties.EXPIRATION));
    }

    /** The timestamp in seconds since 1970; null if there is none. */
    public static @Nullable Long timestamp(byte[] properties) {
        return has(properties, BasicProperties.TIMESTAMP)
                ? ByteBuffer.wrap(properties).getLong(at(properties, BasicProperties.TIMESTAMP))
                : null;
    }

    /** The headers, none if there are none. */
    public static FieldTable headers(byte[] properties) {
        if (!has(properties, BasicProperties.HEADERS)) {
            return FieldTable.EMPTY;
        }
        int at = at(properties, BasicProperties.HEADERS);
        return FieldTable.read(Unpooled.wrappedBuffer(properties, at, properties.length - at));
    }

    /** Properties with other headers; without any when there are none. */
    public static byte[] withHeaders(byte[] properties, FieldTable headers) {
        return replaced(properties, BasicProperties.HEADERS, headers.isEmpty() ? null : headers.encoded());
    }

    /** Properties of a message that does not expire. */
    public static byte[] withoutExpiration(byte[] properties) {
        return replaced(properties, BasicProperties.EXPIRATION, null);
    }

    /** Properties with another address to reply to, of up to 255 bytes. */
    public static byte[] withReplyTo(byte[] properties, String replyTo) {
        byte[] text = replyTo.getBytes(UTF_8);
        byte[] value = new byte[1 + text.length];
        value[0] = (byte) text.length;
        System.arraycopy(text, 0, value, 1, text.length);
        return replaced(properties, BasicProperties.REPLY_TO, value);
    }

    /** Puts an encoded value in a property's place; null: the property goes. */
    private static byte[] replaced(byte[] properties, int flag, byte @Nullable [] value) {
        int from = at(properties, flag);
        int to = has(properties, flag) ? after(properties, from, flag) : from;
        int length = value == null ? 0 : value.length;
        byte[] changed = new byte[from + length + properties.length - to];
        System.arraycopy(properties, 0, changed, 0, from);
        if (value != null) {
            System.arraycopy(value, 0, changed, from, length);
        }
        System.arraycopy(properties, to, changed, from + length, properties.length - to);
        int flags = BasicProperties.flags(properties);
        flags = value == null ? flags & ~flag : flags | flag;
        changed[0] = (byte) (flags >>> 8);
        changed[1] = (byte) flags;
        return changed;
    }

    private static boolean has(byte[] properties, int flag) {
        return (BasicProperties.flags(properties) & flag) != 0;
    }

    /** Where the value of a property begins, or would begin. */
    private static int at(byte[] properties, int flag) {
        int flags = BasicProperties.flags(properties);
        int at = 2;
        for (int passed = BasicProperties.CONTENT_TYPE; passed != flag; passed >>= 1) {
            if ((flags & passed) != 0) {
                at = after(properties, at, passed);
            }
        }
        return at;
    }

    private static int after(byte[] properties, int at, int flag) {
        return switch (flag) {
            case BasicProperties.HEADERS ->
                at + Integer.BYTES + ByteBuffer.wrap(properties).getInt(at);
            case BasicProperties.DELIVERY_MODE, BasicProperties.PRIORITY -> at + 1;
            case BasicProperties.TIMESTAMP -> at + Long.BYTES;
            default -> at + 1 + Byte.toUnsignedInt(properties[at]);
        };
    }

    /** A decimal number; {@link Long#MAX_VALUE} for anything else, which no publisher gets past its channel. */
    private static long decimal(byte[] text, int from, int to) {
        if (from == to || to - from > 18) {
            return Long.MAX_VALUE;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return Long.MAX_VALUE;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
