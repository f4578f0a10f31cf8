package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.ConnectionListener;
import io.jumpmq.session.ConnectionOutput;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.session.ProtocolNegotiation;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One connection to a {@link SteppedBroker}: does with its machine what a socket's handler does, and keeps what comes out. */
final class SteppedClient implements ConnectionOutput, ConnectionListener {
    private static final FieldTable SERVER_PROPERTIES = FieldTable.of(Map.of("product", "JumpMQ"));

    private final SteppedBroker broker;
    private Connection machine;
    private final ByteBuf unread = Unpooled.buffer();
    private final ByteBuf out = Unpooled.buffer();
    private final List<String> log = new ArrayList<>();
    private long discardedBytes;
    private long pauseMillis;
    private boolean reads = true;
    private int maxBytes = Integer.MAX_VALUE;
    private boolean closing;
    private boolean closed;

    SteppedClient(SteppedBroker broker, long id, ConnectionSettings settings) {
        this.broker = broker;
        ConnectionContext context = new ConnectionContext(
                new ConnectionId(broker.broker().incarnation(), id),
                broker.loop(),
                broker.broker(),
                broker.authenticator(),
                broker.nowMillis(),
                InetAddress.getLoopbackAddress(),
                "client " + id,
                settings,
                SERVER_PROPERTIES,
                this,
                this);
        this.machine = new ProtocolNegotiation(List.of(new Amqp091()), context, chosen -> machine = chosen);
    }

    /** What guest sends to open a connection and its channel 1, without waiting for answers. */
    static ByteBuf opening() {
        return opening(0);
    }

    static ByteBuf opening(int heartbeatSeconds) {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.protocolHeader(out);
        FrameWriter.method(
                out,
                0,
                new Method.ConnectionStartOk(FieldTable.EMPTY, "PLAIN", "\0guest\0guest".getBytes(UTF_8), "en_US"));
        FrameWriter.method(out, 0, new Method.ConnectionTuneOk(10, 131_072, heartbeatSeconds));
        FrameWriter.method(out, 0, new Method.ConnectionOpen(SteppedBroker.VHOST));
        FrameWriter.method(out, 1, new Method.ChannelOpen());
        return out;
    }

    /** Bytes arrive. */
    void receive(byte[] bytes) {
        receiveUnsettled(bytes);
        broker.settle();
    }

    /** Bytes arrive, and something else happens before other loops hear of it. */
    void receiveUnsettled(byte[] bytes) {
        if (!closed) {
            unread.writeBytes(bytes);
            decode();
        }
    }

    private void decode() {
        if (!closed) {
            broker.loop().run(() -> machine.onBytes(unread));
            unread.discardReadBytes();
            broker.loop().run(() -> pauseMillis = machine.pauseMillis());
        }
    }

    /** From now on, there is no memory to write more than this at a time. */
    void memoryFor(int bytes) {
        maxBytes = bytes;
    }

    /** As a socket that waits: asks whether it may be read. */
    void ask() {
        broker.loop().run(() -> pauseMillis = machine.pauseMillis());
        broker.settle();
    }

    /** From now on, the client reads only when it is told to. */
    void readNothing() {
        reads = false;
        out.clear();
    }

    /** It reads all that was written to it; how many of that were messages. */
    int readAll() {
        FrameReader reader = new FrameReader(0);
        int messages = 0;
        while (reader.next(out)) {
            messages += reader.type() == FrameReader.HEADER ? 1 : 0;
        }
        broker.loop().run(machine::onWritable);
        resume();
        broker.settle();
        return messages;
    }

    /** The client's end of the socket is closed. */
    void hangUp() {
        hangUpUnsettled();
        broker.settle();
    }

    /** As {@link #receiveUnsettled}. */
    void hangUpUnsettled() {
        if (!closed) {
            closed = true;
            broker.forget(this);
            broker.loop().run(machine::onClosed);
        }
    }

    void tick() {
        broker.loop().run(() -> machine.onTick(broker.nowMillis()));
        if (pauseMillis > 0) {
            broker.loop().run(() -> pauseMillis = machine.pauseMillis());
        }
    }

    /** What was written and nobody has read yet. */
    ByteBuf written() {
        return out;
    }

    /** All that was ever written. */
    long writtenBytes() {
        return discardedBytes + out.writerIndex();
    }

    /** Whether the machine has closed its socket. */
    boolean isClosed() {
        return closed;
    }

    /** What arrived and was not understood yet: the beginning of a frame, unless the machine waits for something. */
    int unreadBytes() {
        return unread.readableBytes();
    }

    /** How long a socket would not be read after what arrived last. */
    long pauseMillis() {
        return pauseMillis;
    }

    Connection machine() {
        return machine;
    }

    /** What an operator would read. */
    List<String> log() {
        return log;
    }

    @Override
    public ByteBuf reserve(int bytes) {
        if (bytes > maxBytes) {
            throw new OutOfMemoryError("for " + bytes + " bytes");
        }
        if (!out.isReadable()) {
            discardedBytes += out.writerIndex();
            out.clear();
        }
        return out.ensureWritable(bytes);
    }

    @Override
    public boolean isWritable() {
        return reads || !out.isReadable();
    }

    @Override
    public long unwrittenBytes() {
        return reads ? 0 : out.readableBytes();
    }

    @Override
    public void resume() {
        broker.execute(this::decode);
    }

    @Override
    public void read(boolean on) {}

    @Override
    public void close() {
        if (!closing) {
            closing = true;
            broker.loop().atTurnEnd(() -> broker.execute(this::hangUp));
        }
    }

    @Override
    public void named(String clientName) {}

    @Override
    public void opened(String user, String vhost) {
        log.add("opened " + vhost + " by " + user);
    }

    @Override
    public void failed(String reason) {
        log.add(reason);
    }

    @Override
    public void channelFailed(int channel, String reason) {
        log.add("channel " + channel + ": " + reason);
    }

    @Override
    public void closing(String why) {}

    @Override
    public void removed(String what) {}
}
