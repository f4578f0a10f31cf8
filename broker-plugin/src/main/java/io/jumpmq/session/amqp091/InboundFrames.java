package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.Method;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** What a client sends, frame by frame; one that makes no sense is refused. */
final class InboundFrames {
    /** Class, weight, body size and property flags. */
    private static final int MIN_HEADER_BYTES = 14;

    private final FrameReader reader = new FrameReader(ConnectionSettings.FRAME_MIN_BYTES);
    private ByteBuf in = Unpooled.EMPTY_BUFFER;

    /** The largest that a client may send from now on. */
    void frameMax(int bytes) {
        reader.frameMax(bytes);
    }

    /** Takes the next frame out of a buffer; false when there is no whole one. */
    boolean next(ByteBuf from) {
        in = from;
        return reader.next(from);
    }

    int channel() {
        return reader.channel();
    }

    int type() {
        return reader.type();
    }

    /** Where it is, until the next one is taken. */
    ByteBuf buffer() {
        return in;
    }

    /** Where its payload begins in the buffer. */
    int payloadIndex() {
        return reader.payloadIndex();
    }

    int payloadLength() {
        return reader.payloadLength();
    }

    /** Class and method of a method frame; 0 for any other. */
    int methodId() {
        return isMethod() && reader.payloadLength() >= Integer.BYTES ? in.getInt(reader.payloadIndex()) : 0;
    }

    boolean isMethod() {
        return reader.type() == FrameReader.METHOD;
    }

    boolean isHeartbeat() {
        return reader.type() == FrameReader.HEARTBEAT;
    }

    /** The method that it is. */
    Method method() {
        return Method.read(in.slice(reader.payloadIndex(), reader.payloadLength()));
    }

    /** It must be of a type that there is, and long enough for it. */
    void requireKnown() {
        int length = reader.payloadLength();
        boolean known = switch (reader.type()) {
            case FrameReader.METHOD -> length >= Integer.BYTES;
            case FrameReader.HEADER -> length >= MIN_HEADER_BYTES;
            case FrameReader.BODY -> true;
            case FrameReader.HEARTBEAT -> length == 0;
            default -> false;
        };
        if (!known) {
            throw new AmqpException(ReplyCode.FRAME_ERROR, reader.snippet(in) + ": unknown_frame");
        }
    }

    /** It is not its turn. */
    AmqpException unexpected() {
        return new AmqpException(ReplyCode.UNEXPECTED_FRAME, reader.snippet(in));
    }
}
