package io.jumpmq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A socket and the least of AMQP: for what a well-behaved client cannot be made to send. */
final class RawAmqp implements AutoCloseable {
    static final int METHOD = 1;
    static final int HEADER = 2;
    static final int BODY = 3;
    static final int HEARTBEAT = 8;

    static final int CONNECTION_START = method(10, 10);
    static final int CONNECTION_START_OK = method(10, 11);
    static final int CONNECTION_TUNE = method(10, 30);
    static final int CONNECTION_TUNE_OK = method(10, 31);
    static final int CONNECTION_OPEN = method(10, 40);
    static final int CONNECTION_OPEN_OK = method(10, 41);
    static final int CONNECTION_CLOSE = method(10, 50);
    static final int CONNECTION_CLOSE_OK = method(10, 51);
    static final int CHANNEL_OPEN = method(20, 10);
    static final int CHANNEL_OPEN_OK = method(20, 11);
    static final int CHANNEL_FLOW = method(20, 20);
    static final int CHANNEL_FLOW_OK = method(20, 21);
    static final int CHANNEL_CLOSE = method(20, 40);
    static final int CHANNEL_CLOSE_OK = method(20, 41);
    static final int QUEUE_DECLARE = method(50, 10);
    static final int QUEUE_DECLARE_OK = method(50, 11);
    static final int BASIC_CONSUME = method(60, 20);
    static final int BASIC_CONSUME_OK = method(60, 21);
    static final int BASIC_PUBLISH = method(60, 40);
    static final int BASIC_GET = method(60, 70);
    static final int BASIC_GET_EMPTY = method(60, 72);

    private static final int FRAME_END = 0xCE;
    private static final int PATIENCE_MILLIS = 5_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private RawAmqp(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** A socket on which nothing was said yet. */
    static RawAmqp connect() throws IOException {
        URI uri = URI.create(BrokerUnderTest.uri());
        return new RawAmqp(new Socket(uri.getHost(), uri.getPort()));
    }

    /** A socket to any broker. */
    static RawAmqp over(Socket socket) throws IOException {
        return new RawAmqp(socket);
    }

    /** An open connection of guest to "/". */
    static RawAmqp open() throws IOException {
        return open(2047, 131_072, 0);
    }

    /** An open connection of guest to "/", tuned. */
    static RawAmqp open(int channelMax, int frameMax, int heartbeat) throws IOException {
        return connect().opened(channelMax, frameMax, heartbeat);
    }

    /** Opens a connection on which nothing was said yet. */
    RawAmqp opened(int channelMax, int frameMax, int heartbeat) throws IOException {
        RawAmqp raw = started(this);
        raw.send(0, CONNECTION_TUNE_OK, a -> a.u16(channelMax).u32(frameMax).u16(heartbeat));
        raw.sendOpen("/");
        raw.expect(CONNECTION_OPEN_OK);
        return raw;
    }

    /** An open connection with channel 1. */
    static RawAmqp openChannel() throws IOException {
        RawAmqp raw = open();
        raw.send(1, CHANNEL_OPEN, a -> a.shortText(""));
        raw.expect(CHANNEL_OPEN_OK);
        return raw;
    }

    /** Logged in; the broker has proposed its limits. */
    static RawAmqp started() throws IOException {
        return started(connect());
    }

    private static RawAmqp started(RawAmqp raw) throws IOException {
        raw.sendHeader(0, 0, 9, 1);
        raw.expect(CONNECTION_START);
        raw.sendStartOk("PLAIN", "\0guest\0guest", RawAmqp::askForReasons);
        raw.expect(CONNECTION_TUNE);
        return raw;
    }

    void sendHeader(int... version) throws IOException {
        Octets header = new Octets().raw("AMQP".getBytes(UTF_8));
        for (int octet : version) {
            header.u8(octet);
        }
        send(header.toBytes());
    }

    void sendStartOk(String mechanism, String response, Consumer<Octets> clientProperties) throws IOException {
        send(0, CONNECTION_START_OK, a -> {
            clientProperties.accept(a);
            a.shortText(mechanism).longText(response).shortText("en_US");
        });
    }

    /** Client properties with the one capability that makes a broker explain why a login failed. */
    static void askForReasons(Octets arguments) {
        Octets capabilities =
                new Octets().shortText("authentication_failure_close").u8('t').u8(1);
        arguments.table(new Octets().shortText("capabilities").u8('F').table(capabilities));
    }

    void sendOpen(String virtualHost) throws IOException {
        send(0, CONNECTION_OPEN, a -> a.shortText(virtualHost).shortText("").u8(0));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void send(int channel, int method, Consumer<Octets> arguments) throws IOException {
        Octets payload = new Octets().u32(method);
        arguments.accept(payload);
        sendFrame(METHOD, channel, payload.toBytes());
    }

    void send(int channel, int method) throws IOException {
        send(channel, method, a -> {});
    }

    void sendPublish(int channel, String queue) throws IOException {
        send(
                channel,
                BASIC_PUBLISH,
                a -> a.u16(0).shortText("").shortText(queue).u8(0));
    }

    /** The content header of the next message of a queue, which is acknowledged and has no body; null when there is none. */
    byte @Nullable [] get(int channel, String queue) throws IOException {
        send(channel, BASIC_GET, a -> a.u16(0).shortText(queue).u8(1));
        Frame answer = read();
        Frame header = answer == null || answer.method() == BASIC_GET_EMPTY ? null : read();
        return header == null ? null : header.payload();
    }

    /** A content header without properties. */
    void sendContentHeader(int channel, int classId, long bodySize) throws IOException {
        sendFrame(
                HEADER,
                channel,
                new Octets().u16(classId).u16(0).u64(bodySize).u16(0).toBytes());
    }

    void sendFrame(int type, int channel, byte[] payload) throws IOException {
        send(frame(type, channel, payload));
    }

    static byte[] frame(int type, int channel, byte[] payload) {
        return new Octets()
                .u8(type)
                .u16(channel)
                .u32(payload.length)
                .raw(payload)
                .u8(FRAME_END)
                .toBytes();
    }

    /** A frame as it came. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record Frame(int type, int channel, byte[] payload) {
        int method() {
            return type == METHOD ? Octets.u32(payload, 0) : -1;
        }

        /** What a close says, and about which method. */
        String close() {
            int code = Octets.u16(payload, 4);
            int length = payload[6] & 0xFF;
            String text = new String(payload, 7, length, UTF_8);
            String scope = method() == CONNECTION_CLOSE ? "connection " : "channel " + channel + ": ";
            return scope + code + " " + text + " (" + Octets.u16(payload, 7 + length) + ", "
                    + Octets.u16(payload, 9 + length) + ")";
        }
    }

    /** The next frame; null when the broker has closed the socket. */
    @Nullable Frame read() throws IOException {
        try {
            int type = in.readUnsignedByte();
            int channel = in.readUnsignedShort();
            int size = in.readInt();
            if (size < 0 || size > 1 << 20) {
                throw new IOException("this is no frame: " + type + " " + channel + " " + size);
            }
            byte[] payload = new byte[size];
            in.readFully(payload);
            if (in.readUnsignedByte() != FRAME_END) {
                throw new IOException("a frame without its end");
            }
            return new Frame(type, channel, payload);
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    /** The next frame but heartbeats, which must be this method. */
    Frame expect(int method) throws IOException {
        Frame frame = read();
        while (frame != null && frame.type() == HEARTBEAT) {
            frame = read();
        }
        if (frame == null) {
            throw new AssertionError("the broker closed the socket");
        }
        if (frame.method() != method) {
            boolean close = frame.method() == CONNECTION_CLOSE || frame.method() == CHANNEL_CLOSE;
            throw new AssertionError(close ? frame.close() : "unexpected " + frame.type() + " " + frame.method());
        }
        return frame;
    }

    /** What the broker says when it closes the connection; the socket must be closed after our answer. */
    String connectionClose() throws IOException {
        String close = expect(CONNECTION_CLOSE).close();
        send(0, CONNECTION_CLOSE_OK);
        if (read() != null) {
            throw new AssertionError("the broker goes on after close-ok");
        }
        return close;
    }

    /** What the broker says when it closes a channel. */
    String channelClose() throws IOException {
        Frame frame = expect(CHANNEL_CLOSE);
        send(frame.channel(), CHANNEL_CLOSE_OK);
        return frame.close();
    }

    /** The broker closes the socket, whether or not it says why. */
    void expectEnd() throws IOException {
        Frame frame = read();
        while (frame != null) {
            if (frame.method() == CONNECTION_CLOSE) {
                send(0, CONNECTION_CLOSE_OK);
            }
            frame = read();
        }
    }

    byte[] readBytes(int count) throws IOException {
        return in.readNBytes(count);
    }

    /** Whether something can be read without waiting. */
    boolean hasSaidSomething() throws IOException {
        return in.available() > 0;
    }

    /** The broker closes its side in order: an end, no reset. */
    void expectOrderlyEnd() throws IOException {
        if (in.read() >= 0) {
            throw new AssertionError("the broker goes on");
        }
    }

    /** Bytes as they come, until the broker closes the socket. */
    byte[] readToEnd() throws IOException {
        Octets all = new Octets();
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                all.u8(octet);
            }
        } catch (SocketException e) {
            // Closed without lingering.
        }
        return all.toBytes();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A method's number as a frame carries it. */
    static int method(int classId, int methodId) {
        return classId << 16 | methodId;
    }

    /** Bytes in network order. */
    static final class Octets {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream data = new DataOutputStream(bytes);

        @FunctionalInterface
        private interface Write {
            void to(DataOutputStream data) throws IOException;
        }

        private Octets write(Write write) {
            try {
                write.to(data);
            } catch (IOException e) {
                throw new AssertionError("memory does not fail", e);
            }
            return this;
        }

        Octets u8(int value) {
            return write(d -> d.writeByte(value));
        }

        Octets u16(int value) {
            return write(d -> d.writeShort(value));
        }

        Octets u32(int value) {
            return write(d -> d.writeInt(value));
        }

        Octets u64(long value) {
            return write(d -> d.writeLong(value));
        }

        Octets raw(byte[] value) {
            return write(d -> d.write(value));
        }

        Octets shortText(String text) {
            byte[] utf8 = text.getBytes(UTF_8);
            return u8(utf8.length).raw(utf8);
        }

        Octets longText(String text) {
            byte[] utf8 = text.getBytes(UTF_8);
            return u32(utf8.length).raw(utf8);
        }

        Octets emptyTable() {
            return u32(0);
        }

        Octets table(Octets fields) {
            return u32(fields.bytes.size()).raw(fields.toBytes());
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }

        static int u16(byte[] from, int at) {
            return (from[at] & 0xFF) << 8 | (from[at + 1] & 0xFF);
        }

        static int u32(byte[] from, int at) {
            return u16(from, at) << 16 | u16(from, at + 2);
        }
    }
}
