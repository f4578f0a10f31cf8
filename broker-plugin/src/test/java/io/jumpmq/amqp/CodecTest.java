package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read again, and what is not well formed is refused as the protocol says, whatever it is. */
class CodecTest {
    static Stream<Class<?>> methods() {
        return Arrays.stream(Method.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aMethodIsReadAsItWasWritten(Class<?> type) throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 50; i++) {
            Method method = any(type, random);
            ByteBuf out = Unpooled.buffer();
            out.writeInt(method.id());
            method.writeArguments(out);
            byte[] bytes = new byte[out.readableBytes()];
            out.getBytes(0, bytes);
            Method read = Method.read(out);
            assertThat(read).usingRecursiveComparison().isEqualTo(method);
            for (int length = 0; length < bytes.length; length++) {
                ByteBuf cut = Unpooled.wrappedBuffer(bytes, 0, length);
                assertThatThrownBy(() -> Method.read(cut)).isInstanceOf(AmqpException.class);
            }
        }
    }

    private static Method any(Class<?> type, SplittableRandom random) throws Exception {
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
            return "é".repeat(random.nextInt(5)) + random.nextInt(1_000);
        } else if (type == byte[].class) {
            byte[] bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            return bytes;
        }
        return FieldTable.of(Map.of("n", random.nextInt(), "s", "text"));
    }

    @Test
    void everyTypeOfValueGoesThereAndBack() {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        entries.put("bool", true);
        entries.put("byte", (byte) -3);
        entries.put("short", (short) -300);
        entries.put("int", -70_000);
        entries.put("long", 1L << 50);
        entries.put("float", 1.5f);
        entries.put("double", -2.25);
        entries.put("decimal", new BigDecimal("12.34"));
        entries.put("time", Instant.ofEpochSecond(1_700_000_000));
        entries.put("void", null);
        entries.put("text", new LongString("Grüße".getBytes(UTF_8)));
        entries.put("table", FieldTable.of(Map.of("inner", 1)));
        entries.put("list", Arrays.asList(1, "a", null, List.of(true)));
        FieldTable table = FieldTable.of(entries);
        ByteBuf out = Unpooled.buffer();
        table.write(out);
        ByteBuf copy = out.copy();
        FieldTable read = FieldTable.read(out);
        assertThat(read).isEqualTo(table);
        assertThat(read.get("decimal")).isEqualTo(new BigDecimal("12.34"));
        assertThat(read.get("void")).isNull();
        assertThat(read.toMap().keySet()).containsExactlyElementsOf(entries.keySet());
        ByteBuf again = Unpooled.buffer();
        read.write(again);
        assertThat(again).isEqualTo(copy);
    }

    @Test
    void whatIsNotChangedLeavesOctetForOctet() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 2_000; i++) {
            FieldTable table = FieldTable.read(Unpooled.wrappedBuffer(new RandomTable(random).encoded()));
            FieldTable more = table.with(Map.of("added", 7));
            assertThat(more.toMap()).hasSize(table.toMap().size() + 1).containsEntry("added", 7);
            assertThat(Arrays.copyOf(content(more), table.size())).isEqualTo(content(table));
            assertThat(content(more.without("added"))).isEqualTo(content(table));
            FieldTable nested = FieldTable.of(Map.of("list", List.of(table)));
            assertThat(content(FieldTable.of(Map.of("list", nested.items("list")))))
                    .isEqualTo(content(nested));
        }
    }

    private static byte[] content(FieldTable table) {
        ByteBuf out = Unpooled.buffer();
        table.write(out);
        return ByteBufUtil.getBytes(out.skipBytes(Integer.BYTES));
    }

    @Test
    void itemsOfAnArrayAreFoundByItsName() {
        FieldTable table = FieldTable.of(Map.of("list", Arrays.asList((short) 1, null, "a"), "text", "b"));
        assertThat(table.items("list"))
                .extracting(FieldTable.Item::value)
                .containsExactly((short) 1, null, new LongString("a".getBytes(UTF_8)));
        assertThat(table.items("text")).isEmpty();
        assertThat(table.items("none")).isEmpty();
    }

    @Test
    void tablesAreEqualWhateverTheirOrderAndTheWidthOfIntegers() {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("a", 1);
        one.put("b", "x");
        Map<String, Object> other = new LinkedHashMap<>();
        other.put("b", "x");
        other.put("a", 1L);
        assertThat(FieldTable.of(one)).isEqualTo(FieldTable.of(other)).hasSameHashCodeAs(FieldTable.of(other));
        assertThat(FieldTable.of(one)).isNotEqualTo(FieldTable.of(Map.of("a", 2, "b", "x")));
    }

    @Test
    void nestingHasAnEnd() {
        FieldTable table = FieldTable.of(Map.of("x", 1));
        List<FieldTable> deep = new ArrayList<>();
        assertThatThrownBy(() -> {
                    FieldTable nested = table;
                    for (int i = 0; i < 100; i++) {
                        nested = FieldTable.of(Map.of("t", nested));
                        deep.add(nested);
                    }
                })
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("nested deeper than 32");
        assertThat(deep).hasSizeBetween(25, 32);
    }

    @Test
    void propertiesGoThereAndBack() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2_000; i++) {
            MessageProperties properties = new MessageProperties(
                    text(random),
                    text(random),
                    random.nextBoolean() ? FieldTable.of(Map.of("h", random.nextInt())) : null,
                    random.nextBoolean() ? random.nextInt(256) : null,
                    random.nextBoolean() ? random.nextInt(256) : null,
                    text(random),
                    text(random),
                    text(random),
                    text(random),
                    random.nextBoolean() ? random.nextLong() : null,
                    text(random),
                    text(random),
                    text(random),
                    text(random));
            assertThat(BasicProperties.decode(BasicProperties.encode(properties)))
                    .isEqualTo(properties);
        }
    }

    private static @Nullable String text(SplittableRandom random) {
        return random.nextBoolean() ? "t" + random.nextInt(100) : null;
    }

    @Test
    void framesAreFoundHoweverTheyAreCut() {
        ByteBuf whole = Unpooled.buffer();
        FrameWriter.method(whole, 3, new Method.QueueDeclareOk("q", 1, 2));
        FrameWriter.heartbeat(whole);
        FrameWriter.content(whole, 3, new byte[] {0, 0}, new byte[10_000], 4_096);
        assertThat(whole.readableBytes()).isGreaterThan(10_000);
        byte[] bytes = new byte[whole.readableBytes()];
        whole.getBytes(0, bytes);
        for (int step : new int[] {1, 7, 4_096, bytes.length}) {
            FrameReader reader = new FrameReader(4_096);
            ByteBuf in = Unpooled.buffer();
            List<Integer> types = new ArrayList<>();
            for (int from = 0; from < bytes.length; from += step) {
                in.writeBytes(bytes, from, Math.min(step, bytes.length - from));
                while (reader.next(in)) {
                    types.add(reader.type());
                }
            }
            assertThat(types).containsExactly(1, 8, 2, 3, 3, 3);
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void aFrameThatIsTooLargeOrEndsWronglyIsRefused() {
        ByteBuf large = Unpooled.buffer().writeByte(1).writeShort(0).writeInt(4_097);
        assertThatThrownBy(() -> new FrameReader(4_096).next(large))
                .isInstanceOfSatisfying(
                        AmqpException.class, e -> assertThat(e.reply()).isEqualTo(ReplyCode.FRAME_ERROR));
        ByteBuf endless = Unpooled.buffer();
        FrameWriter.heartbeat(endless);
        endless.setByte(7, 0);
        assertThatThrownBy(() -> new FrameReader(4_096).next(endless))
                .isInstanceOfSatisfying(
                        AmqpException.class, e -> assertThat(e.reply()).isEqualTo(ReplyCode.FRAME_ERROR));
    }

    @Test
    void replyTextsAreCutToWhatAShortStringHolds() {
        assertThat(ReplyCode.NOT_FOUND.text("no queue")).isEqualTo("NOT_FOUND - no queue");
        String cut = ReplyCode.NOT_FOUND.text("é".repeat(300));
        assertThat(cut.getBytes(UTF_8)).hasSizeBetween(253, 255);
    }

    @Test
    void nothingButProtocolErrorsComesOutOfGarbage() throws Exception {
        mutate(5, 300_000);
    }

    @Test
    @Tag("long")
    void nothingButProtocolErrorsComesOutOfMuchGarbage() throws Exception {
        mutate(6, 20_000_000);
    }

    /** Frames with some bytes changed, through the reader and whatever it finds through the decoders. */
    private static void mutate(long seed, int rounds) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        List<Class<?>> types = methods().toList();
        for (int round = 0; round < rounds; round++) {
            ByteBuf frame = Unpooled.buffer(256);
            if (random.nextInt(4) > 0) {
                FrameWriter.method(frame, 1, any(types.get(random.nextInt(types.size())), random));
            } else {
                FrameWriter.content(
                        frame,
                        1,
                        BasicProperties.encode(new MessageProperties(
                                text(random),
                                null,
                                FieldTable.of(Map.of("CC", List.of("a"))),
                                1,
                                null,
                                null,
                                null,
                                text(random),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null)),
                        new byte[5],
                        4_096);
            }
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                frame.setByte(random.nextInt(frame.readableBytes()), random.nextInt(256));
            }
            try {
                FrameReader reader = new FrameReader(131_072);
                while (reader.next(frame)) {
                    ByteBuf payload = frame.slice(reader.payloadIndex(), reader.payloadLength());
                    if (reader.type() == FrameReader.METHOD) {
                        Method.read(payload);
                    } else if (reader.type() == FrameReader.HEADER && payload.readableBytes() > 12) {
                        byte[] properties = new byte[payload.readableBytes() - 12];
                        payload.skipBytes(12).readBytes(properties);
                        BasicProperties.decode(properties);
                    }
                }
            } catch (AmqpException e) {
                assertThat(e.replyText().length()).isLessThanOrEqualTo(255);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
    }
}
