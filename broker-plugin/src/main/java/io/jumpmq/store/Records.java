package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.ChangeCodec;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Records of a segment: a length of four bytes, a CRC-32C of four, the payload, and zeros up to a multiple of eight bytes.
 * The checksum covers the segment's number and the record's offset, too: what is left of an older file, or lies at another
 * place, is not taken for a record. Numbers are big-endian.
 */
final class Records {
    /** Length and checksum. */
    static final int ENVELOPE = 8;

    static final int ALIGNMENT = 8;

    /** The end of the segment before, at the start of each: {@code long number, long end}. */
    static final byte START = 1;

    /** {@code byte flags, long queue, long position, long expiresAt, int fate, exchange, key, header, body}. */
    static final byte MESSAGE = 2;

    /** {@code long queue, int count, long position…}. */
    static final byte DELETED = 3;

    /** {@code long queue, long first, long last}. */
    static final byte RANGE_DELETED = 4;

    /** {@code long queue}. */
    static final byte QUEUE_DELETED = 5;

    /** {@code long queue, long position, int fate}, see {@link Fate}. */
    static final byte RETURNED = 6;

    /** What had been flushed when this was written: {@code long segment, long offset}. */
    static final byte FLUSHED = 7;

    /** Up to where a queue had delivered, when the broker stopped: {@code long queue, long position}. */
    static final byte SEEN = 8;

    /** The broker stopped in order: nothing. */
    static final byte STOPPED = 9;

    /** In the catalog's files: a change, as {@link ChangeCodec} writes it. */
    static final byte CHANGE = 10;

    /**
     * A message that cannot be read: {@code byte flags, long queue, long position, long segment, long offset, int body size,
     * bytes}, with the place where it was found, and what was found there.
     */
    static final byte DAMAGED = 11;

    /** In the catalog's journal: changes of a decision that goes on in the next record: {@code (int length, change)…}. */
    static final byte DECIDING = 12;

    /** The same, and all there is of the decision; or the rest of it. */
    static final byte DECIDED = 13;

    /** The decision before this record could not be applied, and was not made. */
    static final byte RETRACTED = 14;

    static final byte PERSISTENT = 1;

    /** Where a message's format begins in its flags. */
    private static final int FORMAT_SHIFT = 1;

    /** A message's payload without its four variable parts. */
    private static final int MESSAGE_FIXED = 1 + 1 + 8 + 8 + 8 + 4 + 1 + 1 + 4;

    /** A damaged message's payload without what is left of it. */
    static final int DAMAGED_FIXED = 1 + 1 + 4 * Long.BYTES + Integer.BYTES;

    /** In one record. */
    static final int MAX_DELETIONS = 4096;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer place = ByteBuffer.allocate(2 * Long.BYTES);

    static int padded(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    static int messageSize(Message message, int exchangeBytes) {
        return padded(ENVELOPE
                + MESSAGE_FIXED
                + exchangeBytes
                + message.routingKey().length
                + message.header().encoded().length
                + message.body().length);
    }

    static void putMessage(
            ByteBuffer out,
            boolean persistent,
            long queue,
            long position,
            long expiresAtMillis,
            int deliveryCount,
            byte[] exchange,
            Message message) {
        byte[] header = message.header().encoded();
        out.put(MESSAGE)
                .put((byte) (message.header().format().number() << FORMAT_SHIFT | (persistent ? PERSISTENT : 0)))
                .putLong(queue)
                .putLong(position)
                .putLong(expiresAtMillis)
                .putInt(deliveryCount)
                .put((byte) exchange.length)
                .put(exchange)
                .put((byte) message.routingKey().length)
                .put(message.routingKey())
                .putInt(header.length)
                .put(header)
                .put(message.body());
    }

    /** Fills in the envelope of the payload between {@code start + ENVELOPE} and the buffer's position, and pads. */
    void seal(ByteBuffer out, int start, long segment, long offset) {
        int end = out.position();
        out.putInt(start, end - start - ENVELOPE);
        out.putInt(start + Integer.BYTES, checksum(out, start + ENVELOPE, end, segment, offset));
        while ((out.position() - start) % ALIGNMENT != 0) {
            out.put((byte) 0);
        }
    }

    private int checksum(ByteBuffer in, int from, int to, long segment, long offset) {
        place.clear().putLong(segment).putLong(offset).flip();
        crc.reset();
        crc.update(place);
        int position = in.position();
        int limit = in.limit();
        in.limit(to).position(from);
        crc.update(in);
        in.limit(limit).position(position);
        return (int) crc.getValue();
    }

    /**
     * The payload's length of the record at {@code at}; -1 when there is none, -2 when it is not whole in the buffer.
     *
     * @param room bytes from {@code at} to the end of what may be records
     */
    int payloadLength(ByteBuffer in, int at, long room, long segment, long offset) {
        if (in.limit() - at < ENVELOPE) {
            return room < ENVELOPE ? -1 : -2;
        }
        int length = in.getInt(at);
        if (length <= 0 || length > room - ENVELOPE) {
            return -1;
        }
        if (in.limit() - at - ENVELOPE < length) {
            return -2;
        }
        return in.getInt(at + Integer.BYTES) == checksum(in, at + ENVELOPE, at + ENVELOPE + length, segment, offset)
                ? length
                : -1;
    }

    /** The number of the format of a message's payload. */
    static int format(ByteBuffer in, int at) {
        return Byte.toUnsignedInt(in.get(at + 1)) >>> FORMAT_SHIFT;
    }

    /** The message of a payload of that type and format; its body's length is what is left. */
    static Message message(ByteBuffer payload, MessageFormat format) {
        ByteBuffer in = payload.duplicate();
        in.position(in.position() + 1 + 1 + 8 + 8 + 8 + 4);
        String exchange = new String(bytes(in, Byte.toUnsignedInt(in.get())), UTF_8);
        byte[] key = bytes(in, Byte.toUnsignedInt(in.get()));
        byte[] header = bytes(in, in.getInt());
        return new Message(exchange, key, format.header(header), bytes(in, in.remaining()));
    }

    /** Size of the body of a message's payload; null when the lengths within do not fit. */
    static @Nullable Integer bodyBytes(ByteBuffer in, int at, int length) {
        int end = at + length;
        int next = at + 1 + 1 + 8 + 8 + 8 + 4;
        if (next >= end) {
            return null;
        }
        next += 1 + Byte.toUnsignedInt(in.get(next));
        if (next >= end) {
            return null;
        }
        next += 1 + Byte.toUnsignedInt(in.get(next));
        if (next + Integer.BYTES > end) {
            return null;
        }
        int properties = in.getInt(next);
        next += Integer.BYTES + properties;
        return properties < 0 || next > end || next < at ? null : end - next;
    }

    /**
     * How long a payload of its type has to be at least; 1 for types that are not known.
     *
     * @param at where it begins
     */
    static int minLength(ByteBuffer in, int at) {
        return switch (in.get(at)) {
            case START, FLUSHED, SEEN -> 1 + 2 * Long.BYTES;
            case MESSAGE -> MESSAGE_FIXED;
            case DELETED -> {
                int fixed = 1 + Long.BYTES + Integer.BYTES;
                int count = in.limit() - at < fixed ? -1 : in.getInt(at + 1 + Long.BYTES);
                yield count < 0 || count > MAX_DELETIONS ? Integer.MAX_VALUE : fixed + count * Long.BYTES;
            }
            case RANGE_DELETED -> 1 + 3 * Long.BYTES;
            case QUEUE_DELETED -> 1 + Long.BYTES;
            case RETURNED -> 1 + 2 * Long.BYTES + Integer.BYTES;
            case DAMAGED -> DAMAGED_FIXED;
            default -> 1;
        };
    }

    /** The changes in a part of a decision; null when that makes no sense. */
    static @Nullable List<Change> changes(ByteBuffer in, int at, int length) {
        List<Change> changes = new ArrayList<>();
        int end = at + length;
        for (int next = at + 1; next < end; ) {
            int bytes = end - next < Integer.BYTES ? -1 : in.getInt(next);
            next += Integer.BYTES;
            Change change = bytes < 0 || bytes > end - next ? null : ChangeCodec.decode(in.slice(next, bytes));
            if (change == null) {
                return null;
            }
            changes.add(change);
            next += bytes;
        }
        return changes;
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
