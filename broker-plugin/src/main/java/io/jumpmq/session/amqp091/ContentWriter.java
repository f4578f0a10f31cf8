package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.EncodedProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import io.jumpmq.value.ShortString;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the methods of a channel that messages follow. By hand, as a routing key need not be text. */
final class ContentWriter {
    private static final int FIXED_DELIVERY = 64;

    /** Room for the method frames that carry an exchange's name and a routing key. */
    private static final int NAME_AND_KEY = 640;

    private final int number;
    private final OpenConnection connection;

    ContentWriter(int number, OpenConnection connection) {
        this.number = number;
        this.connection = connection;
    }

    /** The message is in this protocol's format; its properties may differ from its own. */
    void deliver(
            byte[] consumerTag, long tag, boolean redelivered, byte[] exchange, Message message, byte[] properties) {
        byte[] key = message.routingKey();
        ByteBuf out = connection.reserve(FIXED_DELIVERY
                + consumerTag.length
                + exchange.length
                + key.length
                + FrameWriter.contentLength(properties, message.body(), connection.frameMax()));
        int start = FrameWriter.begin(out, FrameReader.METHOD, number);
        out.writeInt(Method.BasicDeliver.ID);
        writeShort(out, consumerTag);
        out.writeLong(tag);
        out.writeBoolean(redelivered);
        writeShort(out, exchange);
        writeShort(out, key);
        FrameWriter.end(out, start);
        FrameWriter.content(out, number, properties, message.body(), connection.frameMax());
    }

    void getOk(long tag, Delivery delivery, int left, QueueRecord queue) {
        Message message = delivery.message().in(BasicFormat.INSTANCE);
        ByteBuf out = connection.reserve(NAME_AND_KEY);
        int start = FrameWriter.begin(out, FrameReader.METHOD, number);
        out.writeInt(Method.BasicGetOk.ID);
        out.writeLong(tag);
        out.writeBoolean(delivery.redelivered());
        ShortString.write(out, message.exchange());
        writeShort(out, message.routingKey());
        out.writeInt(left);
        FrameWriter.end(out, start);
        content(propertiesOf(message, delivery, queue), message.body());
    }

    void giveBack(Message message, String why) {
        ByteBuf out = connection.reserve(NAME_AND_KEY);
        int start = FrameWriter.begin(out, FrameReader.METHOD, number);
        out.writeInt(Method.BasicReturn.ID);
        out.writeShort(ReplyCode.NO_ROUTE.code());
        ShortString.write(out, why);
        ShortString.write(out, message.exchange());
        writeShort(out, message.routingKey());
        FrameWriter.end(out, start);
        content(message.header().encoded(), message.body());
    }

    /** As published; BCC is for nobody's eyes, and a quorum queue tells how often a message came back. */
    static byte[] propertiesOf(Message message, Delivery delivery, QueueRecord queue) {
        MessageHeader header = message.header();
        boolean counts = queue.settings().quorum();
        if (!counts && !header.hasHeaders()) {
            return header.encoded();
        }
        FieldTable headers = header.headers();
        Map<String, @Nullable Object> changes = new HashMap<>();
        if (headers.toMap().containsKey("BCC")) {
            changes.put("BCC", null);
        }
        if (counts) {
            changes.put("x-delivery-count", (long) delivery.deliveryCount());
        }
        return changes.isEmpty()
                ? header.encoded()
                : EncodedProperties.withHeaders(header.encoded(), headers.with(changes));
    }

    private void content(byte[] properties, byte[] body) {
        FrameWriter.content(
                connection.reserve(FrameWriter.contentLength(properties, body, connection.frameMax())),
                number,
                properties,
                body,
                connection.frameMax());
    }

    private static void writeShort(ByteBuf out, byte[] bytes) {
        out.writeByte(bytes.length);
        out.writeBytes(bytes);
    }
}
