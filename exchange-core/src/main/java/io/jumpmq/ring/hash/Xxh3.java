package io.jumpmq.ring.hash;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** XXH3-64 with seed 0, as published with xxHash 0.8, by hash4j. */
final class Xxh3 {
    private static final Hasher64 HASHER = Hashing.xxh3_64();

    static final long TRUE = hashText("true");
    static final long FALSE = hashText("false");

    /** What the longest decimal text takes: Long.MIN_VALUE has 19 digits and a sign. */
    private static final int SCRATCH_BYTES = 20;

    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

    private Xxh3() {}

    static long hash(byte[] key, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, key.length);
        return HASHER.hashBytesToLong(key, offset, length);
    }

    /** The hash of the integer's decimal text. */
    static long hashDecimal(long key) {
        byte[] text = SCRATCH.get();
        int start = SCRATCH_BYTES;
        long rest = key;
        do {
            text[--start] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        if (key < 0) {
            text[--start] = '-';
        }
        return HASHER.hashBytesToLong(text, start, SCRATCH_BYTES - start);
    }

    /** The hash of the eight bytes of the number's IEEE 754 form, big-endian; both zeroes are one number. */
    static long hashBits(double key) {
        byte[] bytes = SCRATCH.get();
        long bits = Double.doubleToLongBits(key == 0.0 ? 0.0 : key);
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            bytes[i] = (byte) bits;
            bits >>>= Byte.SIZE;
        }
        return HASHER.hashBytesToLong(bytes, 0, Long.BYTES);
    }

    private static long hashText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HASHER.hashBytesToLong(bytes, 0, bytes.length);
    }
}
