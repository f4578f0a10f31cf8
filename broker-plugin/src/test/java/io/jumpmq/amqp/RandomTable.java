package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A table of random names, types and values, nested, written octet by octet as the protocol says: by neither of the codecs
 * that shall understand it.
 */
final class RandomTable {
    private static final int MAX_DEPTH = 4;

    /** All that RabbitMQ's Java client knows. */
    private static final String TYPES = "tbBsuIilfdDSxTVFA";

    private final SplittableRandom random;
    private final ByteBuf out = Unpooled.buffer();
    private final Map<String, @Nullable Object> value;

    RandomTable(SplittableRandom random) {
        this.random = random;
        this.value = table(out, 0);
    }

    /** With its length. */
    byte[] encoded() {
        return ByteBufUtil.getBytes(out);
    }

    /** Integers as Long, strings and bytes as {@link #text}, times as Instant, tables as Map. */
    Map<String, @Nullable Object> value() {
        return value;
    }

    /** Octets as characters, one each. */
    static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private Map<String, @Nullable Object> table(ByteBuf to, int depth) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        ByteBuf content = Unpooled.buffer();
        int count = random.nextInt(depth == 0 ? 8 : 4);
        for (int i = 0; i < count; i++) {
            String name = (i == 0 && random.nextInt(8) == 0 ? "" : "n") + (i == 0 ? "" : "ä" + i);
            byte[] octets = name.getBytes(UTF_8);
            content.writeByte(octets.length).writeBytes(octets);
            entries.put(name, field(content, depth));
        }
        block(to, ByteBufUtil.getBytes(content));
        return entries;
    }

    private static void block(ByteBuf to, byte[] bytes) {
        to.writeInt(bytes.length).writeBytes(bytes);
    }

    private @Nullable Object field(ByteBuf to, int depth) {
        // Tables and arrays are the last two.
        char type = TYPES.charAt(random.nextInt(depth < MAX_DEPTH ? TYPES.length() : TYPES.length() - 2));
        to.writeByte(type);
        long bits = random.nextInt(4) == 0 ? (random.nextBoolean() ? -1 : Long.MIN_VALUE) : random.nextLong();
        switch (type) {
            case 't' -> {
                to.writeByte((int) bits & 1);
                return (bits & 1) != 0;
            }
            case 'b' -> {
                to.writeByte((int) bits);
                return (long) (byte) bits;
            }
            case 'B' -> {
                to.writeByte((int) bits);
                return bits & 0xff;
            }
            case 's' -> {
                to.writeShort((int) bits);
                return (long) (short) bits;
            }
            case 'u' -> {
                to.writeShort((int) bits);
                return bits & 0xffff;
            }
            case 'I' -> {
                to.writeInt((int) bits);
                return (long) (int) bits;
            }
            case 'i' -> {
                to.writeInt((int) bits);
                return bits & 0xffff_ffffL;
            }
            case 'l' -> {
                to.writeLong(bits);
                return bits;
            }
            case 'f' -> {
                float number = (float) (random.nextDouble() * 1e30);
                to.writeInt(Float.floatToIntBits(number));
                return number;
            }
            case 'd' -> {
                to.writeLong(Double.doubleToLongBits(random.nextDouble()));
                return Double.longBitsToDouble(to.getLong(to.writerIndex() - 8));
            }
            case 'D' -> {
                int scale = random.nextInt(256);
                int unscaled = (int) bits;
                to.writeByte(scale).writeInt(unscaled);
                return new BigDecimal(BigInteger.valueOf(unscaled), scale);
            }
            case 'S', 'x' -> {
                byte[] octets = new byte[random.nextInt(20)];
                random.nextBytes(octets);
                block(to, octets);
                return text(octets);
            }
            case 'T' -> {
                to.writeLong(bits >> 24);
                return Instant.ofEpochSecond(bits >> 24);
            }
            case 'V' -> {
                return null;
            }
            case 'F' -> {
                return table(to, depth + 1);
            }
            default -> {
                List<@Nullable Object> items = new ArrayList<>();
                ByteBuf content = Unpooled.buffer();
                int count = random.nextInt(4);
                for (int i = 0; i < count; i++) {
                    items.add(field(content, depth + 1));
                }
                block(to, ByteBufUtil.getBytes(content));
                return items;
            }
        }
    }
}
