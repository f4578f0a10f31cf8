package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a client might send: a handshake, then methods and contents over few names, so that they meet; and then some of it
 * is damaged. Half of all conversations stay as they are up to a point, so that the damage reaches every state.
 */
final class RandomConversation {
    private static final String LONGEST = "n".repeat(255);
    private static final List<String> QUEUES =
            List.of("", "q1", "q2", "q3", "q1", "q2", "q3", "q1", "q2", "amq.rabbitmq.reply-to", LONGEST);
    private static final List<String> EXCHANGES =
            List.of("", "x1", "x2", "x1", "amq.topic", "amq.headers", "amq.direct", "amq.fanout", "gone");
    private static final List<String> TYPES = List.of("direct", "fanout", "topic", "headers", "x-consistent-hash");
    private static final List<String> KEYS = List.of("", "q1", "a.b", "#", "*.b", "1", "3", "q3");
    private static final List<FieldTable> TABLES = List.of(
            FieldTable.EMPTY,
            FieldTable.EMPTY,
            FieldTable.EMPTY,
            FieldTable.of(Map.of("x-message-ttl", 5_000)),
            FieldTable.of(Map.of("x-max-length", 2)),
            FieldTable.of(Map.of("x-max-length-bytes", 100L, "x-overflow", "reject-publish")),
            FieldTable.of(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "q1", "x-max-length", 1)),
            FieldTable.of(Map.of("x-dead-letter-exchange", "x1", "x-message-ttl", 0)),
            FieldTable.of(Map.of("x-max-priority", 5)),
            FieldTable.of(Map.of("x-queue-type", "quorum")),
            FieldTable.of(Map.of("x-single-active-consumer", true)),
            FieldTable.of(Map.of("x-expires", 1_000)),
            FieldTable.of(Map.of("x-priority", 3)),
            FieldTable.of(Map.of("alternate-exchange", "x2")),
            FieldTable.of(Map.of("hash-header", "h")),
            FieldTable.of(Map.of("hash-property", "message_id")),
            FieldTable.of(Map.of("x-match", "any", "h", 1)),
            FieldTable.of(Map.of("CC", List.of("q1", "q2"), "BCC", List.of("q3"), "h", "v")),
            FieldTable.of(Map.of("x-death", List.of(FieldTable.of(Map.of("queue", "q1", "count", 1L))))));

    private static final byte[] PROTOCOL_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

    /** Client methods by how often they should come; the rest of all methods comes now and then. */
    private static final List<Class<? extends Method>> FREQUENT = List.of(
            Method.QueueDeclare.class,
            Method.QueueDeclare.class,
            Method.ExchangeDeclare.class,
            Method.QueueBind.class,
            Method.ExchangeBind.class,
            Method.BasicConsume.class,
            Method.BasicConsume.class,
            Method.BasicGet.class,
            Method.BasicAck.class,
            Method.BasicNack.class,
            Method.BasicReject.class,
            Method.BasicCancel.class,
            Method.BasicQos.class,
            Method.BasicRecover.class,
            Method.QueuePurge.class,
            Method.QueueDelete.class,
            Method.ConfirmSelect.class,
            Method.TxSelect.class,
            Method.TxCommit.class,
            Method.TxRollback.class);

    private static final Class<?>[] ALL = Method.class.getPermittedSubclasses();

    private final SplittableRandom random;
    private final List<byte[]> frames = new ArrayList<>();

    RandomConversation(SplittableRandom random) {
        this.random = random;
        shakeHands();
        int handshake = frames.size();
        talk();
        // One in ten is damaged anywhere, the others behind the handshake.
        int from = random.nextInt(10) == 0 ? 0 : handshake + random.nextInt(frames.size() - handshake);
        int damages = random.nextInt(6);
        for (int i = 0; i < damages; i++) {
            damage(from);
        }
    }

    List<byte[]> frames() {
        return frames;
    }

    /** The same octets, cut as a network might. */
    static List<byte[]> pieces(List<byte[]> frames, SplittableRandom random) {
        ByteBuf all = Unpooled.wrappedBuffer(frames.toArray(new byte[0][]));
        int max = 1 + random.nextInt(1 << random.nextInt(1, 16));
        List<byte[]> pieces = new ArrayList<>();
        while (all.isReadable()) {
            byte[] piece = new byte[Math.min(all.readableBytes(), 1 + random.nextInt(max))];
            all.readBytes(piece);
            pieces.add(piece);
        }
        return pieces;
    }

    /** What a client says to a channel that the broker has closed. */
    static byte[] reopening(int channel) {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.method(out, channel, new Method.ChannelCloseOk());
        FrameWriter.method(out, channel, new Method.ChannelOpen());
        return ByteBufUtil.getBytes(out);
    }

    private void shakeHands() {
        frames.add(PROTOCOL_HEADER.clone());
        Map<String, Boolean> capabilities = Map.of(
                "authentication_failure_close", true, "consumer_cancel_notify", true, "connection.blocked", true);
        add(
                0,
                new Method.ConnectionStartOk(
                        FieldTable.of(Map.of("capabilities", FieldTable.of(capabilities))),
                        "PLAIN",
                        "\0guest\0guest".getBytes(UTF_8),
                        "en_US"));
        int frameMax = random.nextBoolean() ? 131_072 : 4_096;
        add(0, new Method.ConnectionTuneOk(random.nextBoolean() ? 2_047 : 4, frameMax, random.nextInt(60)));
        add(0, new Method.ConnectionOpen(SteppedBroker.VHOST));
        for (int channel = 1; channel <= 3; channel++) {
            add(channel, new Method.ChannelOpen());
        }
    }

    private void talk() {
        int count = 5 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            int channel = 1 + random.nextInt(3);
            int kind = random.nextInt(100);
            if (kind < 30) {
                publish(channel);
            } else if (kind < 90) {
                add(channel, any(pick(FREQUENT)));
            } else if (kind < 91) {
                add(channel, any(ALL[random.nextInt(ALL.length)]));
            } else if (kind < 93) {
                add(channel, any(Method.ChannelClose.class));
                add(channel, new Method.ChannelOpen());
            } else if (kind < 95) {
                ByteBuf out = Unpooled.buffer();
                FrameWriter.heartbeat(out);
                split(out);
            } else {
                deliver(channel);
            }
        }
        if (random.nextBoolean()) {
            add(0, any(Method.ConnectionClose.class));
        }
    }

    /** Enough to be sure of a delivery. */
    private void deliver(int channel) {
        add(channel, new Method.QueueDeclare("", false, false, true, false, false, pick(TABLES)));
        add(channel, new Method.BasicConsume("", "", false, random.nextBoolean(), false, false, FieldTable.EMPTY));
        publish(channel);
        add(channel, new Method.QueueBind("", "amq.fanout", "", false, FieldTable.EMPTY));
        publish(channel);
    }

    private void publish(int channel) {
        add(
                channel,
                new Method.BasicPublish(pick(EXCHANGES), pick(KEYS), random.nextBoolean(), random.nextInt(200) == 0));
        MessageProperties properties = new MessageProperties(
                null,
                null,
                random.nextBoolean() ? null : pick(TABLES),
                random.nextBoolean() ? null : 1 + random.nextInt(2),
                random.nextBoolean() ? null : random.nextInt(12),
                null,
                random.nextInt(8) == 0 ? "amq.rabbitmq.reply-to" : null,
                random.nextInt(8) == 0 ? String.valueOf(random.nextInt(5_000)) : null,
                random.nextBoolean() ? null : "m" + random.nextInt(10),
                null,
                null,
                random.nextInt(20) == 0 ? "guest" : null,
                null,
                null);
        ByteBuf out = Unpooled.buffer();
        FrameWriter.content(
                out,
                channel,
                BasicProperties.encode(properties),
                new byte[random.nextInt(1 << random.nextInt(1, 13))],
                4_096);
        split(out);
    }

    private void add(int channel, Method method) {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.method(out, channel, method);
        frames.add(ByteBufUtil.getBytes(out));
    }

    private void split(ByteBuf written) {
        FrameReader reader = new FrameReader(0);
        for (int start = 0; reader.next(written); start = written.readerIndex()) {
            frames.add(ByteBufUtil.getBytes(written, start, written.readerIndex() - start));
        }
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Method any(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components).map(this::any).toArray();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return (Method) constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object any(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == boolean.class) {
            // Mostly no, lest conversations end soon: passive misses, exclusive consumers and the like.
            return component.getName().equals("requeue") ? random.nextInt(20) > 0 : random.nextInt(5) == 0;
        } else if (type == int.class) {
            return random.nextInt(random.nextInt(4) == 0 ? 65_536 : 5);
        } else if (type == long.class) {
            return component.getName().equals("prefetchSize") ? 0L : random.nextLong(8);
        } else if (type == byte[].class) {
            return new byte[random.nextInt(10)];
        } else if (type == FieldTable.class) {
            return pick(TABLES);
        }
        return switch (component.getName()) {
            case "type" -> pick(TYPES);
            case "routingKey" -> pick(KEYS);
            case "consumerTag" -> random.nextInt(10) == 0 ? LONGEST : "t" + random.nextInt(30);
            case "queue" -> pick(QUEUES);
            default -> pick(EXCHANGES);
        };
    }

    private void damage(int from) {
        int at = from + random.nextInt(Math.max(1, frames.size() - from));
        if (at >= frames.size()) {
            return;
        }
        byte[] frame = frames.get(at).clone();
        int kind = random.nextInt(12);
        if (kind < 6 && frame.length > 8) {
            frame[7 + random.nextInt(frame.length - 8)] = octet();
        } else if (kind == 6) {
            frame[random.nextInt(frame.length)] = octet();
        } else if (kind == 7) {
            frames.remove(at);
            return;
        } else if (kind == 8) {
            frames.add(at, frame);
            return;
        } else if (kind == 9) {
            frame = frames.set(random.nextInt(from, frames.size()), frame);
        } else if (kind == 10) {
            frame = resized(frame);
        } else {
            byte[] payload = new byte[random.nextInt(40)];
            random.nextBytes(payload);
            ByteBuf out = Unpooled.buffer();
            int start = FrameWriter.begin(out, random.nextInt(10), random.nextInt(4));
            out.writeBytes(payload);
            FrameWriter.end(out, start);
            frame = ByteBufUtil.getBytes(out);
        }
        frames.set(at, frame);
    }

    /** A whole frame with more or less payload than its content says. */
    private byte[] resized(byte[] frame) {
        int length = Math.max(0, frame.length - 8 + random.nextInt(-10, 10));
        ByteBuf out = Unpooled.buffer();
        int start = FrameWriter.begin(out, frame[0], frame[1] << 8 | frame[2]);
        out.writeBytes(Arrays.copyOfRange(frame, 7, 7 + length));
        FrameWriter.end(out, start);
        return ByteBufUtil.getBytes(out);
    }

    private byte octet() {
        int[] interesting = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
        return (byte) (random.nextBoolean() ? interesting[random.nextInt(interesting.length)] : random.nextInt(256));
    }
}
