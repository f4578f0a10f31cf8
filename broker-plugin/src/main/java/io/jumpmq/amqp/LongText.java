package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;

/** Long strings as method arguments: four octets of length, then bytes. */
final class LongText {
    private LongText() {}

    static String read(ByteBuf in) {
        return new String(readBytes(in), UTF_8);
    }

    static byte[] readBytes(ByteBuf in) {
        long length = in.readUnsignedInt();
        if (length > in.readableBytes()) {
            throw FieldTable.malformed("a string of " + length + " bytes where " + in.readableBytes() + " are left");
        }
        byte[] bytes = new byte[(int) length];
        in.readBytes(bytes);
        return bytes;
    }

    static void write(ByteBuf out, String text) {
        write(out, text.getBytes(UTF_8));
    }

    static void write(ByteBuf out, byte[] bytes) {
        out.writeInt(bytes.length);
        out.writeBytes(bytes);
    }
}
