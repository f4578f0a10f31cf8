package io.jumpmq.ring;

import com.dynatrace.hash4j.hashing.Hashing;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A ring's state as bytes, and its digest. Version 1:
 *
 * <pre>
 * magic      4 bytes   'J' 'R' 'N' 'G'
 * version    1 byte    1
 * epoch      8 bytes   big-endian
 * algorithm  text      its name
 * owners     varint    how many destinations, then each as bytes, in the order of their lowest buckets
 * runs       varint    how many runs, then each as owner number and length (two varints), from bucket 0 on
 * check      8 bytes   big-endian, XXH3-64 of all before it
 * </pre>
 *
 * <p>A varint is an unsigned LEB128 of at most five bytes; text and bytes come behind their length. Equal states have
 * equal bytes: there is one way to write each, and decoding accepts no other.
 */
public final class RingSnapshot {
    private static final byte[] MAGIC = {'J', 'R', 'N', 'G'};
    private static final int VERSION = 1;
    private static final int ALGORITHM_OFFSET = MAGIC.length + 1 + Long.BYTES;

    private RingSnapshot() {}

    public static <D> byte[] encode(RingState<D> state, DestinationCodec<D> codec) {
        Writer writer = new Writer();
        writer.writeBytes(MAGIC);
        writer.write(VERSION);
        writer.writeLong(state.epoch());
        writeRouting(state, codec, writer);
        byte[] body = writer.toByteArray();
        writer.writeLong(hash(body, 0, body.length));
        return writer.toByteArray();
    }

    /**
     * The 64-bit digest of all that decides where keys go: the algorithm and the array, but not the epoch. Two states
     * route every key alike if their digests are equal; they do not if the digests differ (but for one chance in 2⁶⁴).
     */
    public static <D> long digest(RingState<D> state, DestinationCodec<D> codec) {
        Writer writer = new Writer();
        writeRouting(state, codec, writer);
        byte[] bytes = writer.toByteArray();
        return hash(bytes, 0, bytes.length);
    }

    private static <D> void writeRouting(RingState<D> state, DestinationCodec<D> codec, Writer writer) {
        writer.writeBlock(state.algorithm().toString().getBytes(StandardCharsets.UTF_8));
        Map<D, Integer> owners = new LinkedHashMap<>();
        Writer runs = new Writer();
        int[] count = new int[1];
        state.forEachRun((destination, length) -> {
            int owner = owners.computeIfAbsent(destination, unused -> owners.size());
            runs.writeVarint(owner);
            runs.writeVarint(length);
            count[0]++;
        });
        writer.writeVarint(owners.size());
        owners.keySet().forEach(destination -> writer.writeBlock(codec.encode(destination)));
        writer.writeVarint(count[0]);
        writer.writeBytes(runs.toByteArray());
    }

    /**
     * The state that these bytes tell.
     *
     * @throws RingFormatException when the bytes are not what {@link #encode} writes
     */
    public static <D> RingState<D> decode(byte[] bytes, DestinationCodec<D> codec) {
        Reader reader = new Reader(bytes);
        if (!Arrays.equals(reader.take(MAGIC.length), MAGIC)) {
            throw new RingFormatException(0, "it does not begin with 'JRNG'");
        }
        int version = Byte.toUnsignedInt(reader.take(1)[0]);
        if (version != VERSION) {
            throw new RingFormatException(MAGIC.length, "version " + version + ", but this is a reader of " + VERSION);
        }
        int checkOffset = bytes.length - Long.BYTES;
        if (checkOffset < ALGORITHM_OFFSET || hash(bytes, 0, checkOffset) != Reader.longAt(bytes, checkOffset)) {
            throw new RingFormatException(Math.max(checkOffset, 0), "the checksum does not fit: damaged or cut short");
        }
        reader.limit = checkOffset;
        long epoch = Reader.longAt(bytes, reader.at);
        if (epoch < 0) {
            throw new RingFormatException(reader.at, "a negative epoch, " + epoch + ",");
        }
        if (epoch > Ring.MAX_EPOCH) {
            throw new RingFormatException(reader.at, "an epoch beyond the limit, " + epoch + ",");
        }
        reader.at += Long.BYTES;
        HashAlgorithm algorithm = readAlgorithm(reader);
        Object[] owners = readOwners(reader, codec);
        Buckets<D> buckets = readRuns(reader, owners);
        if (reader.at != checkOffset) {
            throw new RingFormatException(reader.at, (checkOffset - reader.at) + " bytes too many");
        }
        return new RingState<>(algorithm, epoch, buckets);
    }

    private static HashAlgorithm readAlgorithm(Reader reader) {
        int offset = reader.at;
        try {
            return HashAlgorithm.named(new String(reader.takeBlock(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new RingFormatException(offset, String.valueOf(e.getMessage()));
        }
    }

    private static <D> Object[] readOwners(Reader reader, DestinationCodec<D> codec) {
        int countOffset = reader.at;
        int count = reader.takeVarint();
        if (count > reader.limit - reader.at) {
            throw new RingFormatException(countOffset, count + " owners in " + (reader.limit - reader.at) + " bytes");
        }
        Map<D, Integer> owners = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            int offset = reader.at;
            try {
                if (owners.put(codec.decode(reader.takeBlock()), i) != null) {
                    throw new RingFormatException(offset, "an owner that was named before");
                }
            } catch (IllegalArgumentException e) {
                throw new RingFormatException(offset, String.valueOf(e.getMessage()));
            }
        }
        return owners.keySet().toArray();
    }

    @SuppressWarnings("unchecked") // The owners come from a codec for D.
    private static <D> Buckets<D> readRuns(Reader reader, Object[] owners) {
        Buckets.Edit<D> edit = Buckets.<D>none().edit();
        int[] weights = new int[owners.length];
        int runs = reader.takeVarint();
        int named = 0;
        int previous = -1;
        for (int i = 0; i < runs; i++) {
            int offset = reader.at;
            int owner = reader.takeVarint();
            int length = reader.takeVarint();
            if (owner >= owners.length || owner > named || owner == previous) {
                throw new RingFormatException(offset, "a run of owner " + owner + " where another has to come");
            }
            if (length == 0) {
                throw new RingFormatException(offset, "a run of no buckets");
            }
            if (length > Ring.MAX_WEIGHT - weights[owner] || length > Ring.MAX_BUCKETS - edit.size()) {
                throw new RingFormatException(offset, "a run of " + length + " buckets, more than the limits allow");
            }
            edit.append((D) owners[owner], length);
            weights[owner] += length;
            named = Math.max(named, owner + 1);
            previous = owner;
        }
        if (named != owners.length) {
            throw new RingFormatException(reader.at, (owners.length - named) + " owners without buckets");
        }
        return edit.done();
    }

    private static long hash(byte[] bytes, int offset, int length) {
        return Hashing.xxh3_64().hashBytesToLong(bytes, offset, length);
    }

    private static final class Writer extends ByteArrayOutputStream {
        void writeLong(long value) {
            for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
                write((int) (value >>> shift));
            }
        }

        void writeVarint(int value) {
            int rest = value;
            while (rest >= 0x80) {
                write((rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            write(rest);
        }

        void writeBlock(byte[] bytes) {
            writeVarint(bytes.length);
            writeBytes(bytes);
        }
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;
        private int limit;

        Reader(byte[] bytes) {
            this.bytes = bytes;
            this.limit = bytes.length;
        }

        byte[] take(int length) {
            if (length > limit - at) {
                throw new RingFormatException(at, length + " bytes wanted where " + (limit - at) + " are left");
            }
            at += length;
            return Arrays.copyOfRange(bytes, at - length, at);
        }

        byte[] takeBlock() {
            return take(takeVarint());
        }

        int takeVarint() {
            int offset = at;
            long value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                byte next = take(1)[0];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    if (value > Integer.MAX_VALUE || (next == 0 && shift > 0)) {
                        break;
                    }
                    return (int) value;
                }
            }
            throw new RingFormatException(offset, "a number that is too large or written too long");
        }

        static long longAt(byte[] bytes, int offset) {
            long value = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                value = (value << Byte.SIZE) | (bytes[offset + i] & 0xff);
            }
            return value;
        }
    }
}
