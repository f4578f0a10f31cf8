package io.jumpmq.ring.hash;

import java.util.Objects;

/**
 * Erlang's {@code erlang:phash2/1} for binaries and floats, and its values for the few atoms that can be a header's
 * value: 27 bits. It rests on the 96-bit mix of B. Jenkins, "Hash Functions", Dr. Dobb's Journal, 1997.
 */
final class Phash2 {
    /** phash2 of the atom {@code undefined}, which RabbitMQ hashes where there is no header. */
    static final long ATOM_UNDEFINED = 45914356;

    static final long ATOM_TRUE = 506293;
    static final long ATOM_FALSE = 7111573;

    /** phash2 of {@code []}. */
    static final long EMPTY_LIST = 113427502;

    private static final int GOLDEN_RATIO = 0x9e3779b9;
    /** 13 and 12 times the golden ratio, mod 2³². */
    private static final int BINARY_START = 0x08d12e65;

    private static final int FLOAT_START = 0x6a99b4ac;
    private static final int BLOCK = 12;
    private static final int MASK = (1 << 27) - 1;

    private Phash2() {}

    static long ofBinary(byte[] key, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, key.length);
        if (length == 0) {
            return BINARY_START & MASK;
        }
        int a = GOLDEN_RATIO;
        int b = GOLDEN_RATIO;
        int c = BINARY_START;
        int at = offset;
        int left = length;
        for (; left >= BLOCK; left -= BLOCK, at += BLOCK) {
            // Jenkins' mix of (a, b, c) after a block was added, written out: a method can return only one of the
            // three.
            a += word(key, at, 4);
            b += word(key, at + 4, 4);
            c += word(key, at + 8, 4);
            a = a - b - c ^ c >>> 13;
            b = b - c - a ^ a << 8;
            c = c - a - b ^ b >>> 13;
            a = a - b - c ^ c >>> 12;
            b = b - c - a ^ a << 16;
            c = c - a - b ^ b >>> 5;
            a = a - b - c ^ c >>> 3;
            b = b - c - a ^ a << 10;
            c = c - a - b ^ b >>> 15;
        }
        // The last block: the low byte of its third word is the length's place.
        a += word(key, at, left);
        b += word(key, at + 4, left - 4);
        c += length + (word(key, at + 8, left - 8) << 8);
        return lastMix(a, b, c) & MASK;
    }

    static long ofDouble(double key) {
        long bits = Double.doubleToRawLongBits(key == 0.0 ? 0.0 : key); // -0.0 and 0.0 are one term.
        return lastMix(FLOAT_START + (int) (bits >>> 32), FLOAT_START + (int) bits, 0) & MASK;
    }

    /** The third word of Jenkins' mix: all that is left to ask for when nothing follows. */
    private static int lastMix(int a, int b, int c) {
        a = a - b - c ^ c >>> 13;
        b = b - c - a ^ a << 8;
        c = c - a - b ^ b >>> 13;
        a = a - b - c ^ c >>> 12;
        b = b - c - a ^ a << 16;
        c = c - a - b ^ b >>> 5;
        a = a - b - c ^ c >>> 3;
        b = b - c - a ^ a << 10;
        return c - a - b ^ b >>> 15;
    }

    /** Up to four bytes, little-endian; none when {@code available} is not positive. */
    private static int word(byte[] key, int at, int available) {
        int word = 0;
        for (int i = Math.min(available, 4) - 1; i >= 0; i--) {
            word = (word << 8) | (key[at + i] & 0xff);
        }
        return word;
    }
}
