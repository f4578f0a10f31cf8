package io.jumpmq.value;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Short strings: one octet of length, then up to 255 bytes, UTF-8. */
public final class ShortString {
    public static final int MAX_BYTES = 255;

    private static final String MORE = "...";

    /** What a decoder puts where it does not understand. */
    private static final char REPLACEMENT = '\uFFFD';

    private ShortString() {}

    /**
     * Reads one.
     *
     * @throws AmqpException when it is not UTF-8
     */
    public static String read(ByteBuf in) {
        int length = in.readUnsignedByte();
        int start = in.readerIndex();
        String text = in.readCharSequence(length, UTF_8).toString();
        if (text.indexOf(REPLACEMENT) >= 0) {
            requireUtf8(in, start, length);
        }
        return text;
    }

    /**
     * Lets only UTF-8 pass: whatever else became text would not be the same, and could be longer, when it is written.
     *
     * @throws AmqpException when these octets are something else
     */
    private static void requireUtf8(ByteBuf in, int start, int length) {
        if (!ByteBufUtil.isText(in, start, length, UTF_8)) {
            throw new AmqpException(ReplyCode.FRAME_ERROR, "Malformed UTF-8 in shortstr");
        }
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

    /** Of what cannot be written, the longest beginning that can, with a sign that it goes on. */
    static String cut(String text) {
        int max = MAX_BYTES - MORE.length();
        int length = Math.min(text.length(), max);
        while (text.substring(0, length).getBytes(UTF_8).length > max) {
            length--;
        }
        return text.substring(0, length) + MORE;
    }
}
