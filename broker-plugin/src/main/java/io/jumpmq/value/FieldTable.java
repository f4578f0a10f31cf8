package io.jumpmq.value;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A field table, kept as the bytes it came in, so that it goes out unchanged; decoded when somebody asks. Immutable.
 *
 * <p>Value types are those that RabbitMQ and its clients use (the specification and they differ: see the errata page of
 * RabbitMQ's site): t Boolean, b Byte, B Short, s Short, u Integer, I Integer, i Long, l Long, f Float, d Double, D
 * BigDecimal, S LongString, A List, T Instant (seconds), F FieldTable, V null, x byte[].
 */
public final class FieldTable {
    public static final FieldTable EMPTY = new FieldTable(new byte[0], Map.of());

    /** Deeper nesting is no data but an attack on the stack. */
    private static final int MAX_DEPTH = 32;

    private static final int CHANGES_ROOM = 256;

    /** A decimal's places behind the point take one octet. */
    private static final int MAX_SCALE = 255;

    private final byte[] bytes;
    private @Nullable Map<String, @Nullable Object> decoded;

    private FieldTable(byte[] bytes, @Nullable Map<String, @Nullable Object> decoded) {
        this.bytes = bytes;
        this.decoded = decoded;
    }

    /**
     * Reads a table with its length.
     *
     * @throws AmqpException when it is malformed
     */
    public static FieldTable read(ByteBuf in) {
        long length = in.readUnsignedInt();
        if (length == 0) {
            return EMPTY;
        }
        if (length > in.readableBytes()) {
            throw malformed("a table of " + length + " bytes where " + in.readableBytes() + " are left");
        }
        byte[] bytes = new byte[(int) length];
        in.readBytes(bytes);
        return new FieldTable(bytes, decode(Unpooled.wrappedBuffer(bytes), MAX_DEPTH));
    }

    /** A table of these entries; values of the types above, and String, integers at their width. */
    public static FieldTable of(Map<String, ?> entries) {
        if (entries.isEmpty()) {
            return EMPTY;
        }
        ByteBuf out = Unpooled.buffer();
        entries.forEach((name, value) -> {
            ShortString.write(out, name);
            writeValue(out, value);
        });
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return new FieldTable(bytes, decode(Unpooled.wrappedBuffer(bytes), MAX_DEPTH));
    }

    /** The table with its length. */
    public byte[] encoded() {
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /** Writes the table with its length. */
    public void write(ByteBuf out) {
        out.writeInt(bytes.length);
        out.writeBytes(bytes);
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** How many bytes it takes without its length. */
    public int size() {
        return bytes.length;
    }

    /** Whether there is a value of this name, be it void. */
    public boolean has(String name) {
        return toMap().containsKey(name);
    }

    /** The value of a name; null when there is none, or when it is void. The first of several wins. */
    public @Nullable Object get(String name) {
        return toMap().get(name);
    }

    /** The value of a name when it is a string. */
    public @Nullable String text(String name) {
        return get(name) instanceof LongString string ? string.toString() : null;
    }

    /** The same with one more entry, at its end. */
    public FieldTable with(String name, Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(toMap());
        more.put(name, value);
        return of(more);
    }

    /** A table without this name. */
    public FieldTable without(String name) {
        return with(Collections.singletonMap(name, null));
    }

    /**
     * A table with other values for some names; null takes a name out. All other entries leave with the octets they came in:
     * several types of integers become one when they are decoded, and not every time can be.
     */
    public FieldTable with(Map<String, ? extends @Nullable Object> changes) {
        ByteBuf out = Unpooled.buffer(bytes.length + CHANGES_ROOM);
        forEachEntry((name, value, from, valueFrom, to) -> {
            if (!changes.containsKey(name)) {
                out.writeBytes(bytes, from, to - from);
            }
        });
        changes.forEach((name, value) -> {
            if (value != null) {
                ShortString.write(out, name);
                writeValue(out, value);
            }
        });
        return out.isReadable() ? new FieldTable(ByteBufUtil.getBytes(out), null) : EMPTY;
    }

    /**
     * An item of an array and the octets it came in, which it leaves with when it is put into another table.
     *
     * @param octets type and value
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Item(byte[] octets, @Nullable Object value) {}

    /** The items of the array of this name; none when there is no array. */
    public List<Item> items(String name) {
        List<Item> items = new ArrayList<>();
        forEachEntry((entry, value, from, valueFrom, to) -> {
            if (entry.equals(name) && value instanceof List<?> && items.isEmpty()) {
                int start = valueFrom + 1 + Integer.BYTES;
                ByteBuf in = Unpooled.wrappedBuffer(bytes, start, to - start);
                while (in.isReadable()) {
                    int itemFrom = start + in.readerIndex();
                    Object item = readValue(in, MAX_DEPTH - 1);
                    items.add(new Item(Arrays.copyOfRange(bytes, itemFrom, start + in.readerIndex()), item));
                }
            }
        });
        return items;
    }

    /** Is told each entry and where it is: name and value, and the value alone with its type. */
    private interface EntryReader {
        void entry(String name, @Nullable Object value, int from, int valueFrom, int to);
    }

    private void forEachEntry(EntryReader reader) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        while (in.isReadable()) {
            int from = in.readerIndex();
            String name = ShortString.read(in);
            int valueFrom = in.readerIndex();
            Object value = readValue(in, MAX_DEPTH);
            reader.entry(name, value, from, valueFrom, in.readerIndex());
        }
    }

    /** All entries in their order. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = decoded;
        if (map == null) {
            map = decode(Unpooled.wrappedBuffer(bytes), MAX_DEPTH);
            decoded = map;
        }
        return map;
    }

    /** Equal when the same names have equal values, whatever the order; integers by value, whatever their width. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldTable that
                && (Arrays.equals(bytes, that.bytes) || Objects.equals(normalized(this), normalized(that)));
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(normalized(this));
    }

    @Override
    public String toString() {
        return toMap().toString();
    }

    private static @Nullable Object normalized(@Nullable Object value) {
        if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
            return ((Number) value).longValue();
        } else if (value instanceof FieldTable table) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            table.toMap().forEach((name, inner) -> map.put(name, normalized(inner)));
            return map;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> all = new ArrayList<>();
            list.forEach(inner -> all.add(normalized(inner)));
            return all;
        } else if (value instanceof byte[] raw) {
            return new LongString(raw);
        }
        return value;
    }

    private static Map<String, @Nullable Object> decode(ByteBuf in, int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        try {
            while (in.isReadable()) {
                String name = ShortString.read(in);
                Object value = readValue(in, depth);
                map.putIfAbsent(name, value);
            }
        } catch (IndexOutOfBoundsException e) {
            throw malformed("a table ends within a field");
        }
        return map;
    }

    private static @Nullable Object readValue(ByteBuf in, int depth) {
        if (depth == 0) {
            throw malformed("tables and arrays nested deeper than " + MAX_DEPTH);
        }
        byte type = in.readByte();
        return switch (type) {
            case 't' -> in.readBoolean();
            case 'b' -> in.readByte();
            case 'B' -> in.readUnsignedByte();
            case 's' -> in.readShort();
            case 'u' -> in.readUnsignedShort();
            case 'I' -> in.readInt();
            case 'i' -> in.readUnsignedInt();
            case 'l', 'L' -> in.readLong();
            case 'f' -> in.readFloat();
            case 'd' -> in.readDouble();
            case 'D' -> {
                int scale = in.readUnsignedByte();
                yield new BigDecimal(BigInteger.valueOf(in.readInt()), scale);
            }
            case 'S' -> new LongString(block(in));
            case 'x' -> block(in);
            case 'T' -> Instant.ofEpochSecond(clamped(in.readLong()));
            case 'V' -> null;
            case 'F' -> {
                byte[] bytes = block(in);
                yield new FieldTable(bytes, decode(Unpooled.wrappedBuffer(bytes), depth - 1));
            }
            case 'A' -> {
                ByteBuf items = Unpooled.wrappedBuffer(block(in));
                List<@Nullable Object> list = new ArrayList<>();
                while (items.isReadable()) {
                    list.add(readValue(items, depth - 1));
                }
                yield list;
            }
            default -> throw malformed("a field of unknown type " + (type & 0xff));
        };
    }

    /** Beyond what Instant can hold there is no time that anybody meant. */
    private static long clamped(long seconds) {
        return Math.max(Instant.MIN.getEpochSecond(), Math.min(Instant.MAX.getEpochSecond(), seconds));
    }

    private static byte[] block(ByteBuf in) {
        long length = in.readUnsignedInt();
        if (length > in.readableBytes()) {
            throw malformed("a value of " + length + " bytes where " + in.readableBytes() + " are left");
        }
        byte[] bytes = new byte[(int) length];
        in.readBytes(bytes);
        return bytes;
    }

    private static void writeValue(ByteBuf out, @Nullable Object value) {
        if (value == null) {
            out.writeByte('V');
        } else if (value instanceof String text) {
            writeBlock(out, 'S', text.getBytes(UTF_8));
        } else if (value instanceof LongString text) {
            writeBlock(out, 'S', text.bytes());
        } else if (value instanceof byte[] raw) {
            writeBlock(out, 'x', raw);
        } else if (value instanceof Boolean truth) {
            out.writeByte('t').writeBoolean(truth);
        } else if (value instanceof Byte number) {
            out.writeByte('b').writeByte(number);
        } else if (value instanceof Short number) {
            out.writeByte('s').writeShort(number);
        } else if (value instanceof Integer number) {
            out.writeByte('I').writeInt(number);
        } else if (value instanceof Long number) {
            out.writeByte('l').writeLong(number);
        } else if (value instanceof Float number) {
            out.writeByte('f').writeFloat(number);
        } else if (value instanceof Double number) {
            out.writeByte('d').writeDouble(number);
        } else if (value instanceof BigDecimal number) {
            if (number.scale() < 0
                    || number.scale() > MAX_SCALE
                    || number.unscaledValue().bitLength() >= Integer.SIZE) {
                throw new IllegalArgumentException("a table cannot hold the decimal " + number);
            }
            out.writeByte('D')
                    .writeByte(number.scale())
                    .writeInt(number.unscaledValue().intValue());
        } else if (value instanceof Instant time) {
            out.writeByte('T').writeLong(time.getEpochSecond());
        } else if (value instanceof FieldTable table) {
            writeBlock(out, 'F', table.bytes);
        } else if (value instanceof Item item) {
            out.writeBytes(item.octets);
        } else if (value instanceof List<?> list) {
            ByteBuf items = Unpooled.buffer();
            list.forEach(item -> writeValue(items, item));
            byte[] bytes = new byte[items.readableBytes()];
            items.readBytes(bytes);
            writeBlock(out, 'A', bytes);
        } else {
            throw new IllegalArgumentException(
                    "a table cannot hold a " + value.getClass().getName());
        }
    }

    private static void writeBlock(ByteBuf out, char type, byte[] bytes) {
        out.writeByte(type).writeInt(bytes.length).writeBytes(bytes);
    }

    /** What a table, or another value like its, is refused with when it makes no sense. */
    public static AmqpException malformed(String what) {
        return new AmqpException(ReplyCode.SYNTAX_ERROR, what);
    }
}
