package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Puts a content together: after a method that announces one come a header frame and as many body frames as it takes.
 * Equal properties, as a publisher's mostly are, share one header.
 */
final class ContentAssembly {
    private enum Expects {
        METHOD,
        HEADER,
        BODY
    }

    private static final int CONTENT_CLASS = 60;
    private static final int HEADER_FIXED = 12;
    private static final byte[] NO_BODY = {};

    /** Told how much more memory an unfinished body takes, or less; may refuse more. */
    interface Holder {
        void hold(long bytes);
    }

    private final long maxBodyBytes;
    private final Holder holder;
    private Expects expects = Expects.METHOD;
    private MessageHeader header = BasicFormat.INSTANCE.header(MessageProperties.NONE);
    private byte[] body = NO_BODY;
    private int bodySize;
    private int received;
    private int heldBytes;

    ContentAssembly(long maxBodyBytes, Holder holder) {
        this.maxBodyBytes = maxBodyBytes;
        this.holder = holder;
    }

    /** A method has announced a content. */
    void begin() {
        expects = Expects.HEADER;
    }

    /** Whether a method frame is due. */
    boolean expectsMethod() {
        return expects == Expects.METHOD;
    }

    /**
     * Takes a frame that is no method frame; true when the content is whole.
     *
     * @throws AmqpException when another frame is due, or the content breaks a rule
     */
    boolean onFrame(int type, ByteBuf in, int index, int length) {
        return switch (expects) {
            case METHOD -> throw unexpected("expected method frame, got non method frame instead");
            case HEADER -> {
                if (type != FrameReader.HEADER) {
                    throw unexpected("expected content header for class 60, got non content header frame instead");
                }
                yield onHeader(in, index, length);
            }
            case BODY -> {
                if (type != FrameReader.BODY) {
                    throw unexpected("expected content body, got non content body frame instead");
                }
                yield onBody(in, index, length);
            }
        };
    }

    /** A method frame came where the rest of a content is due. */
    AmqpException unexpectedMethod() {
        return unexpected(
                expects == Expects.HEADER
                        ? "expected content header for class 60, got non content header frame instead"
                        : "expected content body, got non content body frame instead");
    }

    private boolean onHeader(ByteBuf in, int index, int length) {
        int contentClass = in.getUnsignedShort(index);
        if (contentClass != CONTENT_CLASS) {
            throw unexpected("expected content header for class 60, got one for class " + contentClass + " instead");
        }
        long size = in.getLong(index + 4);
        if (size < 0 || size > maxBodyBytes) {
            expects = Expects.METHOD;
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "message size " + Long.toUnsignedString(size) + " is larger than configured max size "
                            + maxBodyBytes);
        }
        takeProperties(in, index + HEADER_FIXED, length - HEADER_FIXED);
        bodySize = (int) size;
        received = 0;
        body = NO_BODY;
        expects = bodySize == 0 ? Expects.METHOD : Expects.BODY;
        return bodySize == 0;
    }

    private void takeProperties(ByteBuf in, int index, int length) {
        byte[] last = header.encoded();
        if (last.length == length && isEqual(last, in, index)) {
            return;
        }
        byte[] taken = new byte[length];
        in.getBytes(index, taken);
        BasicProperties.decode(taken); // Refuses what is malformed, before anybody relies on it.
        header = BasicFormat.INSTANCE.header(taken);
    }

    private static boolean isEqual(byte[] last, ByteBuf in, int index) {
        for (int i = 0; i < last.length; i++) {
            if (in.getByte(index + i) != last[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean onBody(ByteBuf in, int index, int length) {
        if (length > bodySize - received) {
            throw new AmqpException(
                    ReplyCode.FRAME_ERROR,
                    "a body of " + bodySize + " bytes is followed by " + (length - (bodySize - received)) + " more");
        }
        if (received + length > body.length) {
            grow(received + length);
        }
        in.getBytes(index, body, received, length);
        received += length;
        if (received < bodySize) {
            return false;
        }
        hold(0);
        expects = Expects.METHOD;
        return true;
    }

    /** A body's array grows with what arrives: its announced size is only a client's word. */
    private void grow(int needed) {
        int size = (int) Math.min(bodySize, Math.max(2L * body.length, needed));
        if (needed < bodySize) {
            hold(size);
        }
        body = Arrays.copyOf(body, size);
    }

    private void hold(int bytes) {
        holder.hold(bytes - heldBytes);
        heldBytes = bytes;
    }

    /** Forgets what has come of a content. */
    void abandon() {
        body = NO_BODY;
        hold(0);
    }

    MessageHeader header() {
        return header;
    }

    /** The body, which is the caller's from now on. */
    byte[] takeBody() {
        byte[] taken = body;
        body = NO_BODY;
        return taken;
    }

    private static AmqpException unexpected(String what) {
        return new AmqpException(ReplyCode.UNEXPECTED_FRAME, what);
    }
}
