package io.jumpmq.amqp;

import io.netty.buffer.ByteBuf;

/** Writes frames. */
public final class FrameWriter {
    private static final int CONTENT_CLASS = 60;
    private static final int HEADER_FIXED = 12;

    private FrameWriter() {}

    /** A method frame. */
    public static void method(ByteBuf out, int channel, Method method) {
        int start = begin(out, FrameReader.METHOD, channel);
        out.writeInt(method.id());
        method.writeArguments(out);
        end(out, start);
    }

    /** Opens a frame whose payload the caller writes next; {@link #end} closes it. */
    public static int begin(ByteBuf out, int type, int channel) {
        int start = out.writerIndex();
        out.writeByte(type);
        out.writeShort(channel);
        out.writeInt(0);
        return start;
    }

    /** Closes the frame that {@link #begin} opened at {@code start}. */
    public static void end(ByteBuf out, int start) {
        out.setInt(start + 3, out.writerIndex() - start - FrameReader.PREFIX);
        out.writeByte(FrameReader.END);
    }

    /** The header and body frames of a content; none for an empty body. {@code properties} as {@link BasicProperties} has them. */
    public static void content(ByteBuf out, int channel, byte[] properties, byte[] body, int frameMax) {
        out.writeByte(FrameReader.HEADER);
        out.writeShort(channel);
        out.writeInt(HEADER_FIXED + properties.length);
        out.writeShort(CONTENT_CLASS);
        out.writeShort(0);
        out.writeLong(body.length);
        out.writeBytes(properties);
        out.writeByte(FrameReader.END);
        int max = frameMax == 0 ? Integer.MAX_VALUE : frameMax - FrameReader.OVERHEAD;
        for (int from = 0; from < body.length; from += max) {
            int length = Math.min(max, body.length - from);
            out.writeByte(FrameReader.BODY);
            out.writeShort(channel);
            out.writeInt(length);
            out.writeBytes(body, from, length);
            out.writeByte(FrameReader.END);
            if (max == Integer.MAX_VALUE) {
                break;
            }
        }
    }

    /** How many octets {@link #content} writes. */
    public static int contentLength(byte[] properties, byte[] body, int frameMax) {
        int max = frameMax == 0 ? Integer.MAX_VALUE : frameMax - FrameReader.OVERHEAD;
        int frames = body.length == 0 ? 0 : (body.length - 1) / max + 1;
        return FrameReader.OVERHEAD * (frames + 1) + HEADER_FIXED + properties.length + body.length;
    }

    /** A heartbeat. */
    public static void heartbeat(ByteBuf out) {
        end(out, begin(out, FrameReader.HEARTBEAT, 0));
    }

    /** The eight octets with which a client begins, and with which a server refuses others. */
    public static void protocolHeader(ByteBuf out) {
        out.writeBytes(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
    }
}
