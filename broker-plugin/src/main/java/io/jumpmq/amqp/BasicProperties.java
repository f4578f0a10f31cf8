package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ShortString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** The properties of a content as they are encoded: two octets of flags, then the values that are there. */
public final class BasicProperties {
    /** Flag of each property, in their order on the wire; the last bit would announce more flags, which do not exist. */
    public static final int CONTENT_TYPE = 1 << 15;

    public static final int CONTENT_ENCODING = 1 << 14;
    public static final int HEADERS = 1 << 13;
    public static final int DELIVERY_MODE = 1 << 12;
    public static final int PRIORITY = 1 << 11;
    public static final int CORRELATION_ID = 1 << 10;
    public static final int REPLY_TO = 1 << 9;
    public static final int EXPIRATION = 1 << 8;
    public static final int MESSAGE_ID = 1 << 7;
    public static final int TIMESTAMP = 1 << 6;
    public static final int TYPE = 1 << 5;
    public static final int USER_ID = 1 << 4;
    public static final int APP_ID = 1 << 3;
    public static final int CLUSTER_ID = 1 << 2;
    private static final int MORE_FLAGS = 3;

    private BasicProperties() {}

    /**
     * Decodes properties.
     *
     * @throws AmqpException when they are malformed
     */
    public static MessageProperties decode(byte[] encoded) {
        ByteBuf in = Unpooled.wrappedBuffer(encoded);
        try {
            int flags = in.readUnsignedShort();
            if ((flags & MORE_FLAGS) != 0) {
                throw FieldTable.malformed("content properties with flags that do not exist");
            }
            MessageProperties properties = new MessageProperties(
                    (flags & CONTENT_TYPE) == 0 ? null : ShortString.read(in),
                    (flags & CONTENT_ENCODING) == 0 ? null : ShortString.read(in),
                    (flags & HEADERS) == 0 ? null : FieldTable.read(in),
                    (flags & DELIVERY_MODE) == 0 ? null : Integer.valueOf(in.readUnsignedByte()),
                    (flags & PRIORITY) == 0 ? null : Integer.valueOf(in.readUnsignedByte()),
                    (flags & CORRELATION_ID) == 0 ? null : ShortString.read(in),
                    (flags & REPLY_TO) == 0 ? null : ShortString.read(in),
                    (flags & EXPIRATION) == 0 ? null : ShortString.read(in),
                    (flags & MESSAGE_ID) == 0 ? null : ShortString.read(in),
                    (flags & TIMESTAMP) == 0 ? null : Long.valueOf(in.readLong()),
                    (flags & TYPE) == 0 ? null : ShortString.read(in),
                    (flags & USER_ID) == 0 ? null : ShortString.read(in),
                    (flags & APP_ID) == 0 ? null : ShortString.read(in),
                    (flags & CLUSTER_ID) == 0 ? null : ShortString.read(in));
            if (in.isReadable()) {
                throw FieldTable.malformed("content properties are followed by " + in.readableBytes() + " bytes");
            }
            return properties;
        } catch (IndexOutOfBoundsException e) {
            throw FieldTable.malformed("content properties end within a value");
        }
    }

    /** Which properties an encoded form has. */
    public static int flags(byte[] encoded) {
        return ((encoded[0] & 0xff) << 8) | (encoded[1] & 0xff);
    }

    /** The encoded form. */
    public static byte[] encode(MessageProperties properties) {
        ByteBuf out = Unpooled.buffer();
        out.writeShort(0);
        int flags = shortString(out, properties.contentType(), CONTENT_TYPE)
                | shortString(out, properties.contentEncoding(), CONTENT_ENCODING);
        FieldTable headers = properties.headers();
        if (headers != null) {
            headers.write(out);
            flags |= HEADERS;
        }
        Integer deliveryMode = properties.deliveryMode();
        if (deliveryMode != null) {
            out.writeByte(deliveryMode);
            flags |= DELIVERY_MODE;
        }
        Integer priority = properties.priority();
        if (priority != null) {
            out.writeByte(priority);
            flags |= PRIORITY;
        }
        flags |= shortString(out, properties.correlationId(), CORRELATION_ID)
                | shortString(out, properties.replyTo(), REPLY_TO)
                | shortString(out, properties.expiration(), EXPIRATION)
                | shortString(out, properties.messageId(), MESSAGE_ID);
        Long timestamp = properties.timestamp();
        if (timestamp != null) {
            out.writeLong(timestamp);
            flags |= TIMESTAMP;
        }
        flags |= shortString(out, properties.type(), TYPE)
                | shortString(out, properties.userId(), USER_ID)
                | shortString(out, properties.appId(), APP_ID)
                | shortString(out, properties.clusterId(), CLUSTER_ID);
        out.setShort(0, flags);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static int shortString(ByteBuf out, @Nullable String value, int flag) {
        if (value == null) {
            return 0;
        }
        ShortString.write(out, value.getBytes(UTF_8));
        return flag;
    }
}
