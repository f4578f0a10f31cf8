package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQCommand;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.ValueReader;
import com.rabbitmq.client.impl.ValueWriter;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What our codec writes RabbitMQ's Java client reads, and the other way round: two codecs that share no line. */
class ClientCodecTest {
    private static final long SEED = 20_240_817;
    private static final int FRAME_MAX = 131_072;

    /** Fields that the client calls otherwise. */
    private static final Map<String, String> CLIENT_NAMES =
            Map.of("failedClassId", "classId", "failedMethodId", "methodId");

    static Stream<Class<?>> methods() {
        return Arrays.stream(Method.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aMethodMeansTheSameToBoth(Class<?> type) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 200; round++) {
            Method ours = any(type, random);
            int channel = random.nextInt(65_536);
            ByteBuf written = Unpooled.buffer();
            FrameWriter.method(written, channel, ours);
            Frame frame = clientFrame(written);
            com.rabbitmq.client.impl.Method theirs = AMQImpl.readMethodFrom(frame.getInputStream());

            assertThat(frame.toString()).contains("channel=" + channel + ",");
            assertThat(theirs.protocolClassId() << 16 | theirs.protocolMethodId())
                    .isEqualTo(ours.id());
            assertThat(theirs.protocolMethodName()).isEqualTo(ours.dottedName());
            for (RecordComponent component : type.getRecordComponents()) {
                assertThat(plain(clientField(theirs, component)))
                        .as("seed %d, round %d, %s of %s", SEED, round, component.getName(), ours)
                        .isEqualTo(plain(field(ours, component)));
            }

            ByteBuf answer = fromClient(theirs.toFrame(channel));
            FrameReader reader = new FrameReader(FRAME_MAX);
            assertThat(reader.next(answer)).isTrue();
            assertThat(answer.isReadable()).isFalse();
            Method back = Method.read(answer.slice(reader.payloadIndex(), reader.payloadLength()));
            for (RecordComponent component : type.getRecordComponents()) {
                assertThat(plain(field(back, component)))
                        .as("seed %d, round %d, %s of %s on its way back", SEED, round, component.getName(), ours)
                        .isEqualTo(plain(field(ours, component)));
            }
        }
    }

    @Test
    void everySubsetOfPropertiesMeansTheSameToBoth() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int subset = 0; subset < 1 << 14; subset++) {
            MessageProperties ours = properties(subset, random);
            long size = random.nextInt(2) == 0 ? 0 : random.nextInt(1 << 20);
            ByteBuf written = Unpooled.buffer();
            FrameWriter.content(written, 7, BasicProperties.encode(ours), new byte[(int) size], FRAME_MAX);
            Frame frame = clientFrame(written);
            AMQP.BasicProperties theirs = (AMQP.BasicProperties) AMQImpl.readContentHeaderFrom(frame.getInputStream());

            assertThat(theirs.getBodySize()).isEqualTo(size);
            for (RecordComponent component : MessageProperties.class.getRecordComponents()) {
                Object value = component.getAccessor().invoke(ours);
                Object expected = value instanceof Long seconds ? plain(Instant.ofEpochSecond(seconds)) : plain(value);
                assertThat(plain(clientField(theirs, component)))
                        .as("seed %d, subset %x, %s", SEED, subset, component.getName())
                        .isEqualTo(expected);
            }

            ByteBuf answer = fromClient(theirs.toFrame(7, size));
            FrameReader reader = new FrameReader(FRAME_MAX);
            assertThat(reader.next(answer)).isTrue();
            byte[] header = ByteBufUtil.getBytes(answer, reader.payloadIndex(), reader.payloadLength());
            assertThat(BasicProperties.decode(Arrays.copyOfRange(header, 12, header.length)))
                    .as("seed %d, subset %x", SEED, subset)
                    .isEqualTo(ours);
        }
    }

    @Test
    void aContentOfAnySizeIsPutTogetherByTheClient() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        int max = 4_096 - FrameReader.OVERHEAD;
        for (int size : new int[] {0, 1, max - 1, max, max + 1, 2 * max, 2 * max + 1, 100_000}) {
            byte[] body = new byte[size];
            random.nextBytes(body);
            Method.BasicDeliver deliver = new Method.BasicDeliver("tag", 1, false, "exchange", "key");
            ByteBuf written = Unpooled.buffer();
            FrameWriter.method(written, 1, deliver);
            byte[] properties = BasicProperties.encode(properties(size, random));
            int before = written.readableBytes();
            FrameWriter.content(written, 1, properties, body, 4_096);
            assertThat(written.readableBytes() - before).isEqualTo(FrameWriter.contentLength(properties, body, 4_096));

            AMQCommand command = new AMQCommand();
            boolean whole = false;
            while (written.isReadable()) {
                assertThat(whole).as("whole before its last frame").isFalse();
                whole = command.handleFrame(clientFrame(written));
            }
            assertThat(whole).isTrue();
            assertThat(command.getContentBody()).isEqualTo(body);
        }
    }

    @Test
    void tablesOfEveryTypeMeanTheSameToBoth() throws IOException {
        for (long seed = SEED; seed < SEED + 5_000; seed++) {
            RandomTable table = new RandomTable(new SplittableRandom(seed));
            byte[] encoded = table.encoded();
            FieldTable ours = FieldTable.read(Unpooled.wrappedBuffer(encoded));
            assertThat(plain(ours)).as("ours, seed %d", seed).isEqualTo(table.value());
            Map<String, Object> theirs = clientTable(encoded);
            assertThat(plain(theirs)).as("theirs, seed %d", seed).isEqualTo(table.value());

            ByteArrayOutputStream writtenByClient = new ByteArrayOutputStream();
            new ValueWriter(new DataOutputStream(writtenByClient)).writeTable(theirs);
            assertThat(plain(FieldTable.read(Unpooled.wrappedBuffer(writtenByClient.toByteArray()))))
                    .as("theirs to ours, seed %d", seed)
                    .isEqualTo(table.value());

            ByteBuf kept = Unpooled.buffer();
            ours.write(kept);
            assertThat(ByteBufUtil.getBytes(kept))
                    .as("kept as it came, seed %d", seed)
                    .isEqualTo(encoded);
            ByteBuf written = Unpooled.buffer();
            FieldTable.of(ours.toMap()).write(written);
            assertThat(plain(clientTable(ByteBufUtil.getBytes(written))))
                    .as("ours to theirs, seed %d", seed)
                    .isEqualTo(table.value());
        }
    }

    private static Map<String, Object> clientTable(byte[] encoded) throws IOException {
        return new ValueReader(new DataInputStream(new ByteArrayInputStream(encoded))).readTable();
    }

    /** The next frame as the client reads it. */
    private static Frame clientFrame(ByteBuf written) throws IOException {
        byte[] bytes = ByteBufUtil.getBytes(written);
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        Frame frame = Frame.readFrom(new DataInputStream(in), () -> FRAME_MAX);
        written.skipBytes(bytes.length - in.available());
        return frame;
    }

    private static ByteBuf fromClient(Frame frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame.writeTo(new DataOutputStream(out));
        return Unpooled.wrappedBuffer(out.toByteArray());
    }

    private static @Nullable Object field(Method method, RecordComponent component) throws Exception {
        return component.getAccessor().invoke(method);
    }

    private static @Nullable Object clientField(Object theirs, RecordComponent component) throws Exception {
        String name = CLIENT_NAMES.getOrDefault(component.getName(), component.getName());
        String getter = "get" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        Object value = theirs.getClass().getMethod(getter).invoke(theirs);
        // The client reads four octets as a signed number.
        return component.getType() == long.class && value instanceof Integer number
                ? Long.valueOf(Integer.toUnsignedLong(number))
                : value;
    }

    /** A value as neither codec has it, so that both can be compared. */
    @SuppressWarnings("JavaUtilDate") // That is what the client has.
    static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
            return ((Number) value).longValue();
        } else if (value instanceof LongString text) {
            return RandomTable.text(text.bytes());
        } else if (value instanceof com.rabbitmq.client.LongString text) {
            return RandomTable.text(text.getBytes());
        } else if (value instanceof String text) {
            return RandomTable.text(text.getBytes(UTF_8));
        } else if (value instanceof byte[] bytes) {
            return RandomTable.text(bytes);
        } else if (value instanceof Date date) {
            return Instant.ofEpochSecond(Math.floorDiv(date.getTime(), 1_000));
        } else if (value instanceof FieldTable table) {
            return plain(table.toMap());
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> entries = new LinkedHashMap<>();
            map.forEach((name, inner) -> entries.put((String) name, plain(inner)));
            return entries;
        } else if (value instanceof List<?> list) {
            return list.stream().map(ClientCodecTest::plain).toList();
        }
        return value;
    }

    static Method any(Class<?> type, SplittableRandom random) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = any(components[i], random);
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return (Method) constructor.newInstance(values);
    }

    private static Object any(RecordComponent component, SplittableRandom random) {
        Class<?> type = component.getType();
        if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == int.class) {
            return random.nextInt(component.getName().startsWith("version") ? 256 : 65_536);
        } else if (type == long.class) {
            return component.getName().equals("deliveryTag") ? random.nextLong() : random.nextLong(1L << 32);
        } else if (type == String.class) {
            return anyText(random);
        } else if (type == byte[].class) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            return bytes;
        }
        return FieldTable.read(Unpooled.wrappedBuffer(new RandomTable(random).encoded()));
    }

    /** From empty to the longest that a short string holds, in characters of one to four octets. */
    private static String anyText(SplittableRandom random) {
        String[] characters = {"a", "é", "€", "😀"};
        StringBuilder text = new StringBuilder();
        int octets = random.nextInt(256);
        while (true) {
            String character = characters[random.nextInt(4)];
            octets -= character.getBytes(UTF_8).length;
            if (octets < 0) {
                return text.toString();
            }
            text.append(character);
        }
    }

    private static MessageProperties properties(int subset, SplittableRandom random) {
        return new MessageProperties(
                has(subset, 0) ? anyText(random) : null,
                has(subset, 1) ? anyText(random) : null,
                has(subset, 2) ? FieldTable.read(Unpooled.wrappedBuffer(new RandomTable(random).encoded())) : null,
                has(subset, 3) ? random.nextInt(256) : null,
                has(subset, 4) ? random.nextInt(256) : null,
                has(subset, 5) ? anyText(random) : null,
                has(subset, 6) ? anyText(random) : null,
                has(subset, 7) ? anyText(random) : null,
                has(subset, 8) ? anyText(random) : null,
                has(subset, 9) ? random.nextLong(1L << 40) : null,
                has(subset, 10) ? anyText(random) : null,
                has(subset, 11) ? anyText(random) : null,
                has(subset, 12) ? anyText(random) : null,
                has(subset, 13) ? anyText(random) : null);
    }

    private static boolean has(int subset, int property) {
        return (subset >> property & 1) != 0;
    }
}
