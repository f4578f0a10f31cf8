package io.jumpmq.amqp;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;

/**
 * Finds whole frames in a buffer that fills up. A frame is type (1 octet), channel (2), size (4), payload, and the end
 * octet 206. Nothing is copied or allocated: the payload is told as a place in the buffer.
 */
public final class FrameReader {
    public static final int METHOD = 1;
    public static final int HEADER = 2;
    public static final int BODY = 3;
    public static final int HEARTBEAT = 8;

    /** Octets around a payload. */
    public static final int OVERHEAD = 8;

    static final int END = 206;
    static final int PREFIX = 7;

    private long payloadMax;
    private int type;
    private int channel;
    private int payloadIndex;
    private int payloadLength;

    /** A reader of frames of up to {@code frameMax} octets, overhead included; 0: any size. */
    public FrameReader(int frameMax) {
        frameMax(frameMax);
    }

    /** Changes the largest size, as tuning does. */
    public void frameMax(int frameMax) {
        payloadMax = frameMax == 0 ? Integer.MAX_VALUE : frameMax - OVERHEAD;
    }

    /**
     * Takes the next frame out of the buffer if it is whole; the buffer is left as it is if not.
     *
     * @throws AmqpException when what follows is no frame, or too large a one
     */
    public boolean next(ByteBuf in) {
        if (in.readableBytes() < PREFIX) {
            return false;
        }
        int start = in.readerIndex();
        long length = in.getUnsignedInt(start + 3);
        if (length > payloadMax + OVERHEAD) { // As in RabbitMQ: some clients count the payload alone.
            throw new AmqpException(
                    ReplyCode.FRAME_ERROR,
                    "type " + in.getUnsignedByte(start) + ", all octets = <<>>: {frame_too_large," + length + ","
                            + payloadMax + "}");
        }
        if (in.readableBytes() < PREFIX + length + 1) {
            return false;
        }
        type = in.getUnsignedByte(start);
        channel = in.getUnsignedShort(start + 1);
        payloadIndex = start + PREFIX;
        payloadLength = (int) length;
        int end = in.getUnsignedByte(payloadIndex + payloadLength);
        if (end != END) {
            throw new AmqpException(ReplyCode.FRAME_ERROR, snippet(in) + ": {invalid_frame_end_marker," + end + "}");
        }
        in.readerIndex(payloadIndex + payloadLength + 1);
        return true;
    }

    /** The frame's type and how it begins, in RabbitMQ's words, to be told to whom it came from. */
    public String snippet(ByteBuf in) {
        return "type " + type + ", " + OctetText.snippet(in, payloadIndex, payloadLength);
    }

    public int type() {
        return type;
    }

    public int channel() {
        return channel;
    }

    public int payloadIndex() {
        return payloadIndex;
    }

    public int payloadLength() {
        return payloadLength;
    }
}
