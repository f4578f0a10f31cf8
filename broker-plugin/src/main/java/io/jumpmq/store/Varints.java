package io.jumpmq.store;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Whole numbers in as few bytes as they need: LEB128, seven bits a byte, the lowest first. */
final class Varints {
    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE = 0x80;
    private static final int MAX_SHIFT = 63;

    private Varints() {}

    static void put(ByteArrayOutputStream out, long number) {
        long rest = number;
        while ((rest & ~SEVEN_BITS) != 0) {
            out.write((int) ((rest & SEVEN_BITS) | MORE));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /**
     * Reads a number.
     *
     * @throws BufferUnderflowException when there is no end to it
     */
    static long get(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
            byte next = in.get();
            number |= (long) (next & SEVEN_BITS) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new BufferUnderflowException();
    }
}
