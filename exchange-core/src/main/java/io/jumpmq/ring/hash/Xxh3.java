package io.jumpmq.ring.hash;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** XXH3-64 with seed 0, as published with xxHash 0.8, by hash4j. */
final class Xxh3 {
    private static final Hasher64 HASHER = Hashing.xxh3_64();

    /** Long.MIN_VALUE has 19 digits and a sign. */
    private static final int MAX_DECIMAL_LENGTH = 20;

    private static final ThreadLocal<byte[]> DECIMAL = ThreadLocal.withInitial(() -> new byte[MAX_DECIMAL_LENGTH]);

    private Xxh3() {}

    static long hash(byte[] key, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, key.length);
        return HASHER.hashBytesToLong(key, offset, length);
    }

    static long hashText(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return HASHER.hashBytesToLong(bytes, 0, bytes.length);
    }

    /** The hash of the integer's decimal text. */
    static long hashDecimal(long key) {
        byte[] text = DECIMAL.get();
        int start = MAX_DECIMAL_LENGTH;
        long rest = key;
        do {
            text[--start] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        if (key < 0) {
            text[--start] = '-';
        }
        return HASHER.hashBytesToLong(text, start, MAX_DECIMAL_LENGTH - start);
    }
}
