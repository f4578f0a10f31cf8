package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.ConnectionMemory;
import io.jumpmq.security.Authenticator;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConnectionOutput;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One AMQP 0-9-1 connection: bytes and ticks go in, frames and requests come out. Not thread-safe; it belongs to its loop
 * with all its channels. What it expects and knows is its state: a {@link Handshake}, an {@link OpenConnection}, closing, closed.
 *
 * <p>While an answer from another loop is awaited, the connection is suspended: it decodes nothing more, so that a
 * client's commands take effect in the order sent.
 */
final class ConnectionMachine implements Connection {
    /** How much room a method frame of ours may take; longer ones make the buffer grow. */
    private static final int METHOD_ROOM = 512;

    /** While so much waits to be read by the client, nothing more is read from it, and no more deliveries are written. */
    private static final int MAX_UNWRITTEN = 1 << 20;

    private final ConnectionContext context;
    private final InboundFrames frames = new InboundFrames();
    private final HeldMemory memory;
    private final Heartbeat heartbeat;
    private final long connectedAtMillis;
    private ConnectionState state = new Handshake.AwaitingStartOk(this);

    /** How many answers are awaited before more is decoded. */
    private int awaited;

    private boolean writesLater;

    /** The method that a channel is carrying out. */
    private int methodId;

    /** A connection whose client has said that it speaks AMQP 0-9-1, and nothing else yet. */
    ConnectionMachine(ConnectionContext context) {
        this.context = context;
        this.memory = new HeldMemory(context.broker().memory().connections());
        this.heartbeat = new Heartbeat(context.loop().nowMillis());
        this.connectedAtMillis = context.loop().wallMillis();
    }

    /** Offers what the server has. */
    void begin() {
        send(0, new Method.ConnectionStart(0, 9, context.serverProperties(), Authenticator.MECHANISMS, "en_US"));
    }

    // Bytes in.

    /** Takes whole frames out of the buffer until there is none, or the connection is suspended or closed. */
    @Override
    public void onBytes(ByteBuf in) {
        heartbeat.read(context.loop().nowMillis());
        try {
            decode(in);
        } catch (OutOfMemoryError e) {
            outOfMemory(e);
        }
        memory.unread(in.readableBytes());
        tellMemory();
    }

    private void decode(ByteBuf in) {
        while (!isSuspended() && !isOver()) {
            int number = 0;
            int start = in.readerIndex();
            methodId = 0;
            try {
                if (!frames.next(in)) {
                    return;
                }
                number = frames.channel();
                methodId = frames.methodId();
                if (number == 0) {
                    onConnectionFrame();
                } else {
                    state.onChannelFrame(frames);
                }
            } catch (AmqpException e) {
                fail(number, e);
                if (in.readerIndex() == start) {
                    in.skipBytes(in.readableBytes()); // No frame begins here, and nobody can tell where one does.
                }
            } catch (RuntimeException | Error e) {
                defect(e);
            }
        }
    }

    private void onConnectionFrame() {
        frames.requireKnown();
        if (frames.isMethod()) {
            onConnectionMethod(frames.method());
        } else if (!frames.isHeartbeat()) {
            throw frames.unexpected();
        }
    }

    private void onConnectionMethod(Method method) {
        if (method instanceof Method.ConnectionClose) {
            context.listener().closing("by its client");
            leave(() -> {
                send(0, new Method.ConnectionCloseOk());
                close();
            });
        } else if (method instanceof Method.ConnectionCloseOk && isClosing()) {
            close();
        } else {
            state.onMethod(method);
        }
    }

    /** Whether decoding waits: for an answer, or for the client to read those that there are. */
    @Override
    public boolean isSuspended() {
        return awaited > 0 || isFull();
    }

    private boolean isFull() {
        return output().unwrittenBytes() > MAX_UNWRITTEN;
    }

    void suspend() {
        awaited++;
    }

    void resume() {
        if (--awaited == 0) {
            output().resume();
        }
    }

    // From one state to the next.

    void become(ConnectionState next) {
        state = next;
    }

    boolean isIn(ConnectionState which) {
        return state == which;
    }

    /** Whether nothing is read or written any more. */
    private boolean isOver() {
        return state instanceof ConnectionState.Ending || state instanceof ConnectionState.Closed;
    }

    private boolean isClosing() {
        return state instanceof ConnectionState.Closing;
    }

    /** What was agreed on with the client. */
    void agree(int frameMaxBytes, long heartbeatMillis) {
        frames.frameMax(frameMaxBytes);
        heartbeat.agree(heartbeatMillis);
    }

    /** Ends what the state has begun, and expects nothing but the client's goodbye from then on. */
    private void leave(Runnable then) {
        ConnectionState left = state;
        Countdown both = new Countdown(2, then);
        left.closeChannels(both);
        state = new ConnectionState.Closing(this, context.loop().nowMillis());
        left.release(both);
    }

    private void leave(ReplyCode reply, String text, int failedMethod) {
        state.closeChannels(() -> {});
        send(0, new Method.ConnectionClose(reply.code(), text, failedMethod >>> 16, failedMethod & 0xffff));
        leave(() -> {});
    }

    void close() {
        if (!isOver()) {
            state = new ConnectionState.Ending(state);
        }
        output().close();
    }

    /** The server stops, or an operator wants this connection to end. */
    @Override
    public void shutDown(String reason) {
        context.listener().closing(reason);
        if (state instanceof OpenConnection) {
            leave(ReplyCode.CONNECTION_FORCED, ReplyCode.CONNECTION_FORCED.text(reason), 0);
        } else {
            close();
        }
    }

    /** The socket is gone. */
    @Override
    public void onClosed() {
        ConnectionState left = state;
        state = new ConnectionState.Closed();
        left.closeChannels(() -> {});
        memory.release();
        left.release(() -> {});
    }

    // Mistakes and defects.

    /** Answers a mistake on the smallest scope. */
    void fail(int number, AmqpException failure) {
        if (isOver() || isClosing()) {
            return;
        }
        int failedMethod = methodId;
        boolean ofChannel = number != 0 && !failure.reply().closesConnection();
        if (ofChannel && state.failChannel(number, failure, failedMethod)) {
            return;
        }
        context.listener().failed(failure.replyText());
        if (state.owesGoodbye()) {
            leave(failure.reply(), failure.replyText(), failedMethod);
        } else {
            close();
        }
    }

    /** Notes which method is being carried out, to be named when it fails. */
    void during(int id) {
        methodId = id;
    }

    /** There is no memory for what this connection wants: it ends, so that the others can go on. */
    void outOfMemory(OutOfMemoryError failure) {
        state.closeChannels(() -> {}); // First of all: what it holds may be what lacks.
        memory.release();
        context.listener().failed("there is no memory for what it sends or is sent: " + failure.getMessage());
        try {
            methodId = 0;
            fail(0, new AmqpException(ReplyCode.RESOURCE_ERROR, "out of memory"));
        } catch (OutOfMemoryError again) {
            close(); // Not even for a goodbye.
        }
    }

    /** Something went wrong here that nobody expected: it ends this connection, and is told to who can log it. */
    @Override
    public void defect(Throwable defect) {
        if (defect instanceof OutOfMemoryError failure) {
            outOfMemory(failure);
            return;
        }
        fail(0, new AmqpException(ReplyCode.INTERNAL_ERROR, "INTERNAL_ERROR"));
        context.loop().survived(defect);
    }

    // What the connection holds in memory, and how that slows it down.

    HeldMemory memory() {
        return memory;
    }

    /** The largest body that can be taken: as configured, unless the memory is too small for it. */
    long largestBody() {
        return Math.min(context.settings().maxMessageBytes(), memory.maxBytes());
    }

    /**
     * How long the socket must not be read now, in milliseconds: this connection publishes, and the broker cannot take more,
     * or it has published into a throttled queue. To be asked after each read, and again after the pause; 0: there is none.
     */
    @Override
    public long pauseMillis() {
        long millis = state.pauseMillis();
        if (millis >= PublisherFlow.CONGESTED_MILLIS) {
            memory.excuse();
        } else if (!memory.mayTake(0)) {
            millis = PublisherFlow.CONGESTED_MILLIS;
        }
        if (millis >= PublisherFlow.CONGESTED_MILLIS) {
            heartbeat.read(context.loop().nowMillis());
        }
        return millis;
    }

    /** The socket takes more again; decoding may go on, too. */
    @Override
    public void onWritable() {
        tellMemory(); // Of what has left, before more is written: that is how a client is seen to get on.
        writeWaiting();
        tellMemory();
    }

    private void writeWaiting() {
        try {
            state.writeWaiting();
        } catch (OutOfMemoryError e) {
            outOfMemory(e);
        }
    }

    /** Whether a delivery of this size may be written now. If not, {@link ChannelMachine#onWritable} is called later. */
    boolean mayDeliver(int bytes) {
        if (isFull()) {
            return false; // It will be writable.
        }
        boolean may = memory.mayTake(bytes);
        if (!may && !writesLater) {
            writesLater = true;
            context.loop().schedule(this::writeLater, PublisherFlow.CONGESTED_MILLIS);
        }
        return may;
    }

    private void writeLater() {
        writesLater = false;
        writeWaiting();
        tellMemory();
    }

    /** To be called when what the connection holds may have changed; too much of it ends the connection. */
    void tellMemory() {
        if (memory.tell(output().unwrittenBytes())) {
            endForMemory(memory.beyond());
        }
    }

    private void endForMemory(String why) {
        if (isOver() || isClosing()) {
            return;
        }
        boolean reads = !isFull();
        methodId = 0;
        fail(0, new AmqpException(ReplyCode.RESOURCE_ERROR, memory + ", " + why));
        if (!reads) {
            close(); // It would not read a goodbye either.
        }
        memory.release();
    }

    // Time.

    @Override
    public void onTick(long nowMillis) {
        if (isOver()) {
            return;
        }
        tellMemory();
        if (memory.stalls()) {
            endForMemory(
                    "and has not got on for " + ConnectionMemory.PATIENCE_SECONDS + " s while others wait for memory");
        }
        state.onTick(nowMillis);
        if (!isOver() && !(state instanceof Handshake)) {
            beat(nowMillis);
        }
    }

    private void beat(long nowMillis) {
        heartbeat.tick(nowMillis, !isSuspended());
        if (heartbeat.isMissed(nowMillis)) {
            context.listener().failed("missed heartbeats from client, timeout: " + heartbeatSeconds() + "s");
            close();
        } else if (heartbeat.isDue(nowMillis)) {
            FrameWriter.heartbeat(reserve(FrameReader.OVERHEAD));
        }
    }

    int heartbeatSeconds() {
        return (int) (heartbeat.intervalMillis() / 1000);
    }

    long connectedAtMillis() {
        return connectedAtMillis;
    }

    // Frames out.

    ConnectionContext context() {
        return context;
    }

    private ConnectionOutput output() {
        return context.output();
    }

    ByteBuf reserve(int bytes) {
        heartbeat.wrote(context.loop().nowMillis());
        return output().reserve(bytes);
    }

    void send(int channel, Method method) {
        if (!isOver()) {
            FrameWriter.method(reserve(METHOD_ROOM), channel, method);
        }
    }

    @Override
    public @Nullable ConnectionInfo describe(ConnectionInfo.Socket socket) {
        return state.describe(socket);
    }

    @Override
    public String toString() {
        return "connection " + context.id().number();
    }
}
