package io.jumpmq.cli.perf;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;

/** A connection with one channel, blocking: a thread may write while another reads. */
final class Link implements AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final int CHANNEL = 1;

    private final SocketChannel socket;
    private final ByteBuf in = Unpooled.buffer(READ_BYTES * 2);
    private final FrameReader frames = new FrameReader(0);
    private int frameMax;

    private Link(SocketChannel socket) {
        this.socket = socket;
    }

    /**
     * Connects, logs in and opens a channel.
     *
     * @throws IOException when there is nobody, or the broker turns us away; the message says why
     */
    static Link open(Target target) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.connect(new InetSocketAddress(target.host(), target.port()));
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Link link = new Link(socket);
            link.shakeHands(target);
            return link;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void shakeHands(Target target) throws IOException {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.protocolHeader(out);
        write(out);
        await(Method.ConnectionStart.class);
        byte[] response = ("\0" + target.user() + "\0" + target.password()).getBytes(UTF_8);
        FieldTable capabilities = FieldTable.of(Map.of("authentication_failure_close", true, "basic.nack", true));
        send(
                0,
                new Method.ConnectionStartOk(
                        FieldTable.of(Map.of("product", "jumpmq perf", "capabilities", capabilities)),
                        "PLAIN",
                        response,
                        "en_US"));
        Method.ConnectionTune tune = await(Method.ConnectionTune.class);
        frameMax = (int) tune.frameMax();
        // No heartbeats: whoever measures does not want to measure them, and the sockets are busy.
        send(0, new Method.ConnectionTuneOk(tune.channelMax(), tune.frameMax(), 0));
        send(0, new Method.ConnectionOpen(target.vhost()));
        await(Method.ConnectionOpenOk.class);
        send(CHANNEL, new Method.ChannelOpen());
        await(Method.ChannelOpenOk.class);
    }

    int frameMax() {
        return frameMax;
    }

    /** Sends a method on the channel and waits for its answer. */
    <M extends Method> M call(Method method, Class<M> answer) throws IOException {
        send(CHANNEL, method);
        return await(answer);
    }

    void send(Method method) throws IOException {
        send(CHANNEL, method);
    }

    private void send(int channel, Method method) throws IOException {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.method(out, channel, method);
        write(out);
    }

    /** Writes all that is in the buffer, and empties it. */
    void write(ByteBuf out) throws IOException {
        ByteBuffer bytes = out.nioBuffer();
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
        out.clear();
    }

    private <M extends Method> M await(Class<M> type) throws IOException {
        while (true) {
            Method method = nextMethod();
            if (type.isInstance(method)) {
                return type.cast(method);
            }
            refuse(method);
        }
    }

    /** Throws when the broker closes the channel or the connection. */
    private static void refuse(Method method) throws IOException {
        if (method instanceof Method.ConnectionClose close) {
            throw new IOException("the broker says: " + close.replyText());
        } else if (method instanceof Method.ChannelClose close) {
            throw new IOException("the broker says: " + close.replyText());
        }
    }

    private Method nextMethod() throws IOException {
        while (true) {
            while (frames.next(in)) {
                if (frames.type() == FrameReader.METHOD) {
                    return Method.read(in.slice(frames.payloadIndex(), frames.payloadLength()));
                }
            }
            read();
        }
    }

    /** Told of the frames that {@link #receive} has read. */
    interface Receiver {
        void frame(FrameReader frame, ByteBuf in) throws IOException;

        /** All that came with one read has been told. */
        void pause() throws IOException;
    }

    /** Hands on what has come, waiting if nothing has; returns when the socket is closed. */
    void receive(Receiver receiver) throws IOException {
        try {
            while (true) {
                while (frames.next(in)) {
                    if (frames.channel() == 0 || isClose()) {
                        refuse(Method.read(in.slice(frames.payloadIndex(), frames.payloadLength())));
                    }
                    receiver.frame(frames, in);
                }
                receiver.pause();
                read();
            }
        } catch (java.nio.channels.ClosedChannelException e) {
            // Then we have closed it ourselves.
        }
    }

    private boolean isClose() {
        return frames.type() == FrameReader.METHOD
                && frames.payloadLength() >= Integer.BYTES
                && in.getInt(frames.payloadIndex()) == Method.ChannelClose.ID;
    }

    private void read() throws IOException {
        in.discardReadBytes();
        in.ensureWritable(READ_BYTES);
        ByteBuffer room = in.nioBuffer(in.writerIndex(), in.writableBytes());
        int count = socket.read(room);
        if (count < 0) {
            throw new EOFException("the broker has closed the connection");
        }
        in.writerIndex(in.writerIndex() + count);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
