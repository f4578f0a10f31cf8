package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;

/** Short strings: one octet of length, then up to 255 bytes, UTF-8. */
public final class ShortString {
    public static final int MAX_BYTES = 255;

    private ShortString() {}

    /** Reads one. */
    public static String read(ByteBuf in) {
        int length = in.readUnsignedByte();
        return in.readCharSequence(length, UTF_8).toString();
    }

    /** Reads one as it is. */
    public static byte[] readBytes(ByteBuf in) {
        byte[] bytes = new byte[in.readUnsignedByte()];
        in.readBytes(bytes);
        return bytes;
    }

    /**
     * Writes one.
     *
     * @throws IllegalArgumentException when it is too long
     */
    public static void write(ByteBuf out, String text) {
        write(out, text.getBytes(UTF_8));
    }

    /** Writes one that is encoded already. */
    public static void write(ByteBuf out, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a short string of " + bytes.length + " bytes; the limit is " + MAX_BYTES);
        }
        out.writeByte(bytes.length);
        out.writeBytes(bytes);
    }

    /** Whether it can be written. */
    public static boolean fits(String text) {
        return text.length() <= MAX_BYTES / 3 || text.getBytes(UTF_8).length <= MAX_BYTES;
    }

    /** The longest beginning that can be written. */
    static String cut(String text) {
        int length = Math.min(text.length(), MAX_BYTES);
        while (text.substring(0, length).getBytes(UTF_8).length > MAX_BYTES) {
            length--;
        }
        return text.substring(0, length);
    }
}
