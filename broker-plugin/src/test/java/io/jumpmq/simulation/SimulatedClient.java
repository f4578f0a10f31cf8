package io.jumpmq.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.ConnectionListener;
import io.jumpmq.session.ConnectionOutput;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.session.ProtocolNegotiation;
import io.jumpmq.session.amqp091.Amqp091;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's connection to a {@link SimulatedNode}, without a socket. */
public final class SimulatedClient implements ConnectionOutput, ConnectionListener {
    private static final int FRAME_MAX = 131_072;
    private static final int HEADER_FIXED = 12;

    /** Told of what the broker says. */
    public interface Listener {
        /**
         * A method has come whole.
         *
         * @param content null when the method has none
         */
        void received(int channel, Method method, @Nullable Content content);
    }

    /** A message as it came. */
    public record Content(MessageProperties properties, String body) {}

    private final SimulatedNode node;
    private final Loop loop;
    private final Listener listener;
    private Connection machine;
    private final ByteBuf unread = Unpooled.buffer();
    private final ByteBuf out = Unpooled.buffer();
    private final FrameReader reader = new FrameReader(0);
    private boolean decoding;
    private boolean closed;

    // The content that is coming, one at a time: the broker never mixes those of two channels.
    private @Nullable Method method;
    private @Nullable MessageProperties properties;
    private long bodyLeft;
    private StringBuilder body = new StringBuilder();

    /** Begins to connect as guest, on a loop of the node. */
    public SimulatedClient(SimulatedNode node, long id, Loop loop, Listener listener) {
        this.node = node;
        this.loop = loop;
        this.listener = listener;
        ConnectionContext context = new ConnectionContext(
                new ConnectionId(node.broker().incarnation(), id),
                loop,
                node.broker(),
                node.authenticator(),
                loop.nowMillis(),
                InetAddress.getLoopbackAddress(),
                "peer " + id,
                ConnectionSettings.DEFAULT,
                FieldTable.EMPTY,
                this,
                this);
        this.machine = new ProtocolNegotiation(List.of(new Amqp091()), context, chosen -> machine = chosen);
        FrameWriter.protocolHeader(unread);
        send(0, new Method.ConnectionStartOk(FieldTable.EMPTY, "PLAIN", "\0guest\0guest".getBytes(UTF_8), "en_US"));
        send(0, new Method.ConnectionTuneOk(2047, FRAME_MAX, 0));
        send(0, new Method.ConnectionOpen(SimulatedNode.VHOST));
    }

    public void send(int channel, Method what) {
        FrameWriter.method(unread, channel, what);
        decodeSoon();
    }

    public void publish(int channel, String exchange, String key, MessageProperties with, String text) {
        FrameWriter.method(unread, channel, new Method.BasicPublish(exchange, key, false, false));
        FrameWriter.content(unread, channel, BasicProperties.encode(with), text.getBytes(UTF_8), FRAME_MAX);
        decodeSoon();
    }

    private void decodeSoon() {
        if (!decoding && !closed) {
            decoding = true;
            node.execute(loop, this::decode);
        }
    }

    private void decode() {
        decoding = false;
        if (!closed) {
            loop.run(() -> machine.onBytes(unread));
            unread.discardReadBytes();
        }
    }

    /** Whether a socket would not be read now. */
    public boolean mustWait() {
        return machine.pauseMillis() > 0;
    }

    /** Whether the broker has not understood all that it was told. */
    public boolean isWaiting() {
        return unread.isReadable();
    }

    /** Hands on what the broker has said. */
    public void listen() {
        while (out.isReadable() && reader.next(out)) {
            ByteBuf payload = out.slice(reader.payloadIndex(), reader.payloadLength());
            switch (reader.type()) {
                case FrameReader.METHOD -> {
                    Method read = Method.read(payload);
                    if (read instanceof Method.BasicDeliver || read instanceof Method.BasicGetOk) {
                        method = read;
                    } else {
                        listener.received(reader.channel(), read, null);
                    }
                }
                case FrameReader.HEADER -> {
                    bodyLeft = payload.getLong(4);
                    properties = BasicProperties.decode(
                            ByteBufUtil.getBytes(payload, HEADER_FIXED, payload.readableBytes() - HEADER_FIXED));
                    body = new StringBuilder();
                }
                default -> {
                    body.append(payload.toString(UTF_8));
                    bodyLeft -= payload.readableBytes();
                }
            }
            Method of = method;
            MessageProperties with = properties;
            if (of != null && with != null && bodyLeft == 0) {
                method = null;
                properties = null;
                listener.received(reader.channel(), of, new Content(with, body.toString()));
            }
        }
        if (!out.isReadable()) {
            out.clear();
        }
    }

    /** The connection breaks; what was said and not heard yet is lost. */
    public void hangUp() {
        if (!closed) {
            closed = true;
            node.execute(loop, () -> loop.run(machine::onClosed));
        }
    }

    @Override
    public ByteBuf reserve(int bytes) {
        return out.ensureWritable(bytes);
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public long unwrittenBytes() {
        return 0;
    }

    @Override
    public void resume() {
        decodeSoon();
    }

    @Override
    public void read(boolean on) {}

    @Override
    public void close() {
        if (!node.isBroken()) { // Else whoever waits for the disk is told so.
            throw new AssertionError("nothing here is a reason to close a connection");
        }
    }

    @Override
    public void named(String clientName) {}

    @Override
    public void opened(String user, String vhost) {}

    @Override
    public void failed(String reason) {
        if (!node.isBroken()) {
            throw new AssertionError(reason);
        }
    }

    @Override
    public void channelFailed(int channel, String reason) {}

    @Override
    public void closing(String why) {}

    @Override
    public void removed(String what) {}
}
