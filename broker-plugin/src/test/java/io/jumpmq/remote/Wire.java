package io.jumpmq.remote;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.MessageProperties;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Frames: what they are about, a number that tells which request or consumer, and what belongs to it. */
final class Wire {
    enum Kind {
        PUBLISH,
        GET,
        PURGE,
        STAT,
        ANSWER,
        SUBSCRIBE,
        SUBSCRIBED,
        UNSUBSCRIBE,
        UNSUBSCRIBED,
        DELIVER,
        CANCEL,
        CREDIT,
        REQUIRE_CREDIT,
        WANTS_CREDIT,
        CREDIT_RETURNED,
        CREDIT_REQUIRED,
        WRITTEN,
        SETTLE,
        CLOSE,
        TOUCH
    }

    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    interface Reader {
        void read(Kind kind, long number, DataInputStream in) throws IOException;
    }

    private Wire() {}

    static byte[] frame(Kind kind, long number, Writer content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeUTF(kind.name());
            out.writeLong(number);
            content.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void read(byte[] frame, Reader reader) {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame));
        try {
            reader.read(Kind.valueOf(in.readUTF()), in.readLong(), in);
            if (in.available() > 0) {
                throw new IOException("a frame has " + in.available() + " bytes too many");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(DataOutputStream out, Message message) throws IOException {
        out.writeUTF(message.exchange());
        write(out, message.routingKey());
        write(out, message.header().encoded());
        write(out, message.body());
    }

    static Message readMessage(DataInputStream in) throws IOException {
        return new Message(in.readUTF(), readBytes(in), BasicFormat.INSTANCE.header(readBytes(in)), readBytes(in));
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    static void write(DataOutputStream out, Delivery delivery) throws IOException {
        out.writeLong(delivery.position());
        out.writeInt(delivery.attempt());
        out.writeBoolean(delivery.redelivered());
        out.writeInt(delivery.deliveryCount());
        write(out, delivery.message());
    }

    static Delivery readDelivery(DataInputStream in) throws IOException {
        long position = in.readLong();
        int attempt = in.readInt();
        boolean redelivered = in.readBoolean();
        int deliveryCount = in.readInt();
        return new Delivery(readMessage(in), position, attempt, redelivered, deliveryCount);
    }

    /** Of deliveries that are settled, what the queue knows them by. */
    static void writeSettled(DataOutputStream out, List<Delivery> deliveries) throws IOException {
        out.writeInt(deliveries.size());
        for (Delivery delivery : deliveries) {
            out.writeLong(delivery.position());
            out.writeInt(delivery.attempt());
        }
    }

    static List<Delivery> readSettled(DataInputStream in) throws IOException {
        List<Delivery> deliveries = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            Message unknown =
                    new Message("", new byte[0], BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[0]);
            deliveries.add(new Delivery(unknown, in.readLong(), in.readInt(), false, 0));
        }
        return deliveries;
    }
}
