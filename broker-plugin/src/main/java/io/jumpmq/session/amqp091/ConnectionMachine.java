package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.ConnectionMemory;
import io.jumpmq.broker.Firehose;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.security.UserLimits;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConnectionOutput;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One AMQP 0-9-1 connection: bytes and ticks go in, frames and requests come out. Not thread-safe; it belongs to its loop
 * with all its channels.
 *
 * <p>While an answer from another loop is awaited, the connection is suspended: it decodes nothing more, so that a
 * client's commands take effect in the order sent.
 */
public final class ConnectionMachine implements Connection {
    private enum State {
        AWAITING_START_OK,
        AWAITING_TUNE_OK,
        AWAITING_OPEN,
        OPEN,
        /** connection.close was sent; its answer is awaited, all else ignored. */
        CLOSING,
        CLOSED
    }

    /** Class, weight, body size and property flags. */
    private static final int LEAST_HEADER_BYTES = 14;

    /** How much room a method frame of ours may take; longer ones make the buffer grow. */
    private static final int METHOD_ROOM = 512;

    /** How long who has failed too often waits for the next refusal; RabbitMQ lets everybody wait so long. */
    static final long THROTTLED_MILLIS = 3_000;

    private static final long CONGESTED_MILLIS = 20;

    /** Ticks that come this late after the one before came late because of us. */
    private static final long MOST_TICK_MILLIS = 2_000;

    /** After a read of up to 128 kB: what limits a publisher to some 60 MB/s while it gives way. */
    private static final long GIVE_WAY_MILLIS = 2;

    /** While so much waits to be read by the client, nothing more is read from it, and no more deliveries are written. */
    private static final int MOST_UNWRITTEN = 1 << 20;

    /** For so long after it gave way a connection's state is "flow". */
    private static final long FLOW_MILLIS = 1_000;

    private final ConnectionContext context;
    private final FrameReader frames = new FrameReader(ConnectionSettings.FRAME_MIN_BYTES);
    private final Map<Integer, ChannelMachine> channels = new LinkedHashMap<>();
    private final ConnectionMemory.Share memory;

    private State state = State.AWAITING_START_OK;

    /** How many answers are awaited before more is decoded. */
    private int awaited;

    private @Nullable User user;
    private String mechanism = "";
    private FieldTable clientProperties = FieldTable.EMPTY;
    private @Nullable VirtualHost vhost;
    private boolean released;
    private boolean wantsRefusals;
    private boolean wantsCancels;
    private boolean wantsBlocked;
    private boolean publishes;
    private long closingMillis;
    private boolean blocked;
    private boolean givesWay;

    /** What the channels hold of contents: unfinished ones, those of transactions, those that wait to be written. */
    private long contentBytes;

    /** Of frames that are not whole. */
    private int unreadBytes;

    private boolean writesLater;
    private long gaveWayMillis;
    private int frameMax = ConnectionSettings.FRAME_MIN_BYTES;
    private int channelMax;
    private long heartbeatMillis;
    private long lastReadMillis;
    private long lastTickMillis;
    private long lastWrittenMillis;
    private final long connectedAtMillis;

    /** The method that a channel is carrying out. */
    private int methodId;

    /** The channel that spoke last: publishers seldom change it. */
    private @Nullable ChannelMachine lastChannel;

    /** A connection whose client has said that it speaks AMQP 0-9-1, and nothing else yet. */
    ConnectionMachine(ConnectionContext context) {
        this.context = context;
        this.memory = context.broker().memory().connections().open();
        this.connectedAtMillis = context.loop().wallMillis();
        this.lastReadMillis = context.loop().nowMillis();
        this.lastTickMillis = lastReadMillis;
        this.lastWrittenMillis = lastReadMillis;
    }

    /** Offers what the server has. */
    void begin() {
        send(0, new Method.ConnectionStart(0, 9, context.serverProperties(), Authenticator.MECHANISMS, "en_US"));
    }

    /** Takes whole frames out of the buffer until there is none, or the connection is suspended or closed. */
    @Override
    public void onBytes(ByteBuf in) {
        lastReadMillis = context.loop().nowMillis();
        try {
            decode(in);
        } catch (OutOfMemoryError e) {
            outOfMemory(e);
        }
        unreadBytes = in.readableBytes();
        tellMemory();
    }

    /** There is no memory for what this connection wants: it ends, so that the others can go on. */
    void outOfMemory(OutOfMemoryError failure) {
        closeAll(); // First of all: what it holds may be what lacks.
        memory.hold(0);
        context.listener().failed("there is no memory for what it sends or is sent: " + failure.getMessage());
        try {
            methodId = 0;
            fail(0, new AmqpException(ReplyCode.RESOURCE_ERROR, "out of memory"));
        } catch (OutOfMemoryError again) {
            close(); // Not even for a goodbye.
        }
    }

    private void decode(ByteBuf in) {
        while (!isSuspended() && state != State.CLOSED) {
            int number = 0;
            int start = in.readerIndex();
            methodId = 0;
            try {
                if (!frames.next(in)) {
                    return;
                }
                number = frames.channel();
                methodId = methodId(in);
                if (number == 0) {
                    onConnectionFrame(in);
                } else if (state == State.OPEN) {
                    onChannelFrame(number, in);
                } else if (state != State.CLOSING) {
                    throw unexpectedFrame(in);
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

    /** A receiver of what other loops say. A mistake that is found then ends what one in a frame would. */
    <M> Receiver<M> guarded(int channel, Receiver<M> receiver) {
        return message -> {
            methodId = 0;
            try {
                receiver.receive(message);
            } catch (AmqpException e) {
                fail(channel, e);
            } catch (RuntimeException | Error e) {
                defect(e);
            }
        };
    }

    /** As {@link #guarded}, for an answer: nothing more is decoded until it is there and was seen to, whatever came of that. */
    <M> Receiver<M> awaiting(int channel, Receiver<M> answer) {
        suspend();
        Receiver<M> guarded = guarded(channel, answer);
        return message -> {
            guarded.receive(message);
            resume();
        };
    }

    /** Does something when the turn ends. */
    void atTurnEnd(Runnable action) {
        context.loop().atTurnEnd(() -> {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                defect(e);
            }
        });
    }

    /** Class and method of a method frame; 0 for any other. */
    private int methodId(ByteBuf in) {
        return frames.type() == FrameReader.METHOD && frames.payloadLength() >= Integer.BYTES
                ? in.getInt(frames.payloadIndex())
                : 0;
    }

    private void onChannelFrame(int number, ByteBuf in) {
        requireKnown(in);
        if (frames.type() == FrameReader.HEARTBEAT) {
            throw unexpectedFrame(in);
        }
        ChannelMachine channel = lastChannel;
        if (channel == null || channel.number() != number) {
            channel = channel(number, in);
        }
        if (channel != null) {
            channel.onFrame(frames.type(), in, frames.payloadIndex(), frames.payloadLength());
        }
    }

    /** Whether decoding waits: for an answer, or for the client to read those that there are. */
    @Override
    public boolean isSuspended() {
        return awaited > 0 || isFull();
    }

    private boolean isFull() {
        return output().unwrittenBytes() > MOST_UNWRITTEN;
    }

    void suspend() {
        awaited++;
    }

    void resume() {
        if (--awaited == 0) {
            context.output().resume();
        }
    }

    private void onConnectionFrame(ByteBuf in) {
        requireKnown(in);
        if (frames.type() == FrameReader.METHOD) {
            onConnectionMethod(Method.read(payload(in)));
        } else if (frames.type() != FrameReader.HEARTBEAT) {
            throw unexpectedFrame(in);
        }
    }

    /** A frame must be of a type that there is, and long enough for it. */
    private void requireKnown(ByteBuf in) {
        int length = frames.payloadLength();
        boolean known = switch (frames.type()) {
            case FrameReader.METHOD -> length >= Integer.BYTES;
            case FrameReader.HEADER -> length >= LEAST_HEADER_BYTES;
            case FrameReader.BODY -> true;
            case FrameReader.HEARTBEAT -> length == 0;
            default -> false;
        };
        if (!known) {
            throw new AmqpException(ReplyCode.FRAME_ERROR, frames.snippet(in) + ": unknown_frame");
        }
    }

    private AmqpException unexpectedFrame(ByteBuf in) {
        return new AmqpException(ReplyCode.UNEXPECTED_FRAME, frames.snippet(in));
    }

    private ByteBuf payload(ByteBuf in) {
        return in.slice(frames.payloadIndex(), frames.payloadLength());
    }

    private void onConnectionMethod(Method method) {
        if (method instanceof Method.ConnectionClose) {
            context.listener().closing("by its client");
            closeAll();
            release(() -> {
                send(0, new Method.ConnectionCloseOk());
                close();
            });
            return;
        } else if (method instanceof Method.ConnectionCloseOk && state == State.CLOSING) {
            close();
            return;
        }
        switch (state) {
            case AWAITING_START_OK -> onStartOk(expected(Method.ConnectionStartOk.class, method));
            case AWAITING_TUNE_OK -> onTuneOk(expected(Method.ConnectionTuneOk.class, method));
            case AWAITING_OPEN -> onOpen(expected(Method.ConnectionOpen.class, method));
            case OPEN -> onOpenConnectionMethod(method);
            default -> {} // Closing: whatever was on its way.
        }
    }

    private static <M extends Method> M expected(Class<M> type, Method method) {
        if (!type.isInstance(method)) {
            throw new AmqpException(
                    ReplyCode.COMMAND_INVALID, "unexpected method in connection state: " + method.dottedName());
        }
        return type.cast(method);
    }

    private void onStartOk(Method.ConnectionStartOk startOk) {
        FieldTable properties = startOk.clientProperties();
        clientProperties = properties;
        String clientName = ConnectionInfo.clientName(properties);
        if (clientName != null) {
            context.listener().named(clientName);
        }
        mechanism = startOk.mechanism();
        if (properties.get("capabilities") instanceof FieldTable capabilities) {
            wantsRefusals = Boolean.TRUE.equals(capabilities.get("authentication_failure_close"));
            wantsCancels = Boolean.TRUE.equals(capabilities.get("consumer_cancel_notify"));
            wantsBlocked = Boolean.TRUE.equals(capabilities.get("connection.blocked"));
        }
        if (!Authenticator.knows(startOk.mechanism())) {
            refuse("unknown mechanism " + startOk.mechanism(), startOk.mechanism());
            return;
        }
        Authenticator.Outcome outcome =
                context.authenticator().authenticate(startOk.mechanism(), startOk.response(), context.peer());
        NodeCounters events = context.broker().events();
        events.count(NodeCounters.Event.AMQP_LOGIN);
        if (outcome.user() == null) {
            events.count(NodeCounters.Event.AMQP_LOGIN_REFUSED);
            if (outcome.throttled()) {
                refuseLater(outcome.reason(), startOk.mechanism());
            } else {
                refuse(outcome.reason(), startOk.mechanism());
            }
            return;
        }
        user = outcome.user();
        ConnectionSettings settings = context.settings();
        send(
                0,
                new Method.ConnectionTune(
                        settings.channelMax(), settings.frameMaxBytes(), settings.heartbeatSeconds()));
        state = State.AWAITING_TUNE_OK;
    }

    /** Has a guesser wait: the next guess comes no sooner. */
    private void refuseLater(String reason, String refused) {
        suspend();
        context.loop()
                .schedule(
                        () -> {
                            if (state == State.AWAITING_START_OK) {
                                refuse(reason, refused);
                            }
                            resume();
                        },
                        THROTTLED_MILLIS);
    }

    /** The log tells why; the client learns only that. */
    private void refuse(String reason, String mechanism) {
        context.listener().failed("login refused: " + reason);
        if (wantsRefusals) {
            String text = ReplyCode.ACCESS_REFUSED.text("Login was refused using authentication mechanism " + mechanism
                    + ". For details see the broker logfile.");
            send(0, new Method.ConnectionClose(ReplyCode.ACCESS_REFUSED.code(), text, 0, 0));
        }
        close();
    }

    private void onTuneOk(Method.ConnectionTuneOk tuneOk) {
        ConnectionSettings settings = context.settings();
        frameMax = (int) negotiated("frame_max", tuneOk.frameMax(), settings.frameMaxBytes());
        if (frameMax != 0 && frameMax < ConnectionSettings.FRAME_MIN_BYTES) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "negotiated frame_max = " + frameMax + " is lower than the minimum allowed value ("
                            + ConnectionSettings.FRAME_MIN_BYTES + ")");
        }
        channelMax = (int) negotiated("channel_max", tuneOk.channelMax(), settings.channelMax());
        heartbeatMillis = tuneOk.heartbeat() * 1000L;
        frames.frameMax(frameMax == 0 ? largestFrame() : frameMax);
        state = State.AWAITING_OPEN;
    }

    /** Where none is agreed on: a frame holds a whole message, or an argument table as large. */
    private int largestFrame() {
        return (int) Math.max(ConnectionSettings.DEFAULT.frameMaxBytes(), largestBody() + FrameReader.OVERHEAD);
    }

    /** The client's choice, which must not exceed ours; 0 is no limit. */
    private static long negotiated(String name, long chosen, long offered) {
        if (offered != 0 && (chosen == 0 || chosen > offered)) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "negotiated " + name + " = " + chosen + " is higher than the maximum allowed value (" + offered
                            + ")");
        }
        return chosen;
    }

    private void onOpen(Method.ConnectionOpen open) {
        User opener = user();
        VirtualHost found = context.broker().catalog().vhost(open.virtualHost());
        if (found == null) {
            throw new AmqpException(ReplyCode.NOT_ALLOWED, "vhost " + open.virtualHost() + " not found");
        }
        if (!opener.permissions().containsKey(found.name())) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "access to vhost '" + found.name() + "' refused for user '" + opener.name() + "'");
        }
        OptionalInt most = limits().maxConnections();
        if (!context.broker().userConnections().add(opener.name(), most)) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "connection refused for user '" + opener.name() + "': user connection limit (" + most.orElse(0)
                            + ") is reached");
        }
        OptionalInt reached = context.broker().connected(found);
        if (reached.isPresent()) {
            context.broker().userConnections().subtract(opener.name(), 1);
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "access to vhost '" + found.name() + "' refused for user '" + opener.name()
                            + "': connection limit (" + reached.getAsInt() + ") is reached");
        }
        vhost = found;
        state = State.OPEN;
        send(0, new Method.ConnectionOpenOk());
        context.listener().opened(opener.name(), found.name());
    }

    private void onOpenConnectionMethod(Method method) {
        if (method instanceof Method.ConnectionUpdateSecret) {
            send(0, new Method.ConnectionUpdateSecretOk());
        } else if (method instanceof Method.ConnectionBlocked || method instanceof Method.ConnectionUnblocked) {
            return; // A client has nothing to block here; RabbitMQ ignores it, too.
        } else {
            throw new AmqpException(ReplyCode.CHANNEL_ERROR, "unexpected method in connection state running");
        }
    }

    /** The channel of a frame; null when the frame opened or closed it. */
    private @Nullable ChannelMachine channel(int number, ByteBuf in) {
        ChannelMachine channel = channels.get(number);
        if (channel != null) {
            lastChannel = channel;
            return channel;
        }
        if (frames.type() != FrameReader.METHOD || !(Method.read(payload(in)) instanceof Method.ChannelOpen)) {
            throw new AmqpException(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'");
        }
        if (channelMax != 0 && channels.size() >= channelMax) {
            methodId = 0; // RabbitMQ does not name the method here.
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "number of channels opened (" + channels.size() + ") has reached the negotiated channel_max ("
                            + channelMax + ")");
        }
        OptionalInt most = limits().maxChannels();
        if (!context.broker().userChannels().add(user().name(), most)) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "number of channels opened for user '" + user().name()
                            + "' has reached the maximum allowed user limit of " + most.orElse(0));
        }
        channels.put(number, new ChannelMachine(number, this));
        send(number, new Method.ChannelOpenOk());
        return null;
    }

    void remove(ChannelMachine channel) {
        if (channels.remove(channel.number()) != null) {
            context.broker().userChannels().subtract(user().name(), 1);
        }
        if (lastChannel == channel) {
            lastChannel = null;
        }
    }

    /** Answers a mistake on the smallest scope. */
    void fail(int number, AmqpException failure) {
        if (state.compareTo(State.OPEN) > 0) {
            return;
        }
        int id = methodId;
        ChannelMachine channel = channels.get(number);
        if (number != 0 && channel != null && !failure.reply().closesConnection()) {
            context.listener().channelFailed(number, failure.replyText());
            channel.fail(failure, id);
            return;
        }
        context.listener().failed(failure.replyText());
        closeAll();
        if (state.compareTo(State.AWAITING_TUNE_OK) < 0) {
            close(); // A stranger is owed no answer.
            return;
        }
        send(0, new Method.ConnectionClose(failure.reply().code(), failure.replyText(), id >>> 16, id & 0xffff));
        closingMillis = context.loop().nowMillis();
        state = State.CLOSING;
        release(() -> {});
    }

    /** Notes which method is being carried out, to be named when it fails. */
    void during(int id) {
        methodId = id;
    }

    /** The server stops, or an operator wants this connection to end. */
    @Override
    public void shutDown(String reason) {
        context.listener().closing(reason);
        if (state == State.OPEN) {
            closeAll();
            send(
                    0,
                    new Method.ConnectionClose(
                            ReplyCode.CONNECTION_FORCED.code(), ReplyCode.CONNECTION_FORCED.text(reason), 0, 0));
            closingMillis = context.loop().nowMillis();
            state = State.CLOSING;
            release(() -> {});
        } else {
            close();
        }
    }

    /** The socket is gone. */
    @Override
    public void onClosed() {
        state = State.CLOSED;
        closeAll();
        memory.hold(0);
        release(() -> {});
    }

    /**
     * How long the socket must not be read now, in milliseconds: this connection publishes, and the broker cannot take more,
     * or it has published into a queue that is behind. The client is told when the former begins and ends. To be asked
     * after each read, and again after the pause; 0: there is none.
     */
    @Override
    public long pauseMillis() {
        long millis = publishingPauseMillis();
        if (millis >= CONGESTED_MILLIS) {
            memory.excuse();
        } else if (!memory.mayTake(0)) {
            millis = CONGESTED_MILLIS;
        }
        if (millis >= CONGESTED_MILLIS) {
            lastReadMillis = context.loop().nowMillis(); // What we do not read we cannot miss.
        }
        return millis;
    }

    private long publishingPauseMillis() {
        Congestion congestion =
                publishes && state == State.OPEN ? context.broker().congestion() : Congestion.NONE;
        boolean alarm = congestion.isAlarm();
        if (alarm != blocked) {
            blocked = alarm;
            if (wantsBlocked && state == State.OPEN) {
                send(0, alarm ? new Method.ConnectionBlocked(congestion.reason()) : new Method.ConnectionUnblocked());
            }
        }
        long givenWayMillis = givesWay ? GIVE_WAY_MILLIS : 0;
        if (givesWay) {
            givesWay = false;
            gaveWayMillis = context.loop().nowMillis();
        }
        return congestion == Congestion.NONE ? givenWayMillis : CONGESTED_MILLIS;
    }

    /** It has published into a queue that is behind. */
    void giveWay() {
        givesWay = true;
    }

    private ConnectionInfo.State flowState() {
        if (blocked) {
            return ConnectionInfo.State.BLOCKED;
        }
        return context.loop().nowMillis() - gaveWayMillis < FLOW_MILLIS
                ? ConnectionInfo.State.FLOW
                : ConnectionInfo.State.RUNNING;
    }

    void publishing() {
        publishes = true;
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
            for (ChannelMachine channel : channels.values()) {
                channel.writeWaiting();
                channel.returnWindows();
            }
        } catch (OutOfMemoryError e) {
            outOfMemory(e);
        }
    }

    // What the connection holds in memory.

    /**
     * The largest body that can be taken: as configured, unless the memory is too small for it.
     */
    long largestBody() {
        return Math.min(
                context.settings().maxMessageBytes(),
                context.broker().memory().connections().mostBytes());
    }

    /**
     * A channel holds so much more of contents that came, or less.
     *
     * @throws AmqpException CONTENT_TOO_LARGE when that is more than a connection may hold; then it does not
     */
    void hold(long bytes) {
        long most = context.broker().memory().connections().mostBytes();
        if (bytes > 0 && contentBytes + bytes > most) {
            throw new AmqpException(
                    ReplyCode.CONTENT_TOO_LARGE,
                    "half-sent and uncommitted messages of this connection would take " + (contentBytes + bytes)
                            + " bytes of memory, more than the " + most + " that one connection may hold");
        }
        contentBytes += bytes;
    }

    /** A channel holds so much more of contents that wait to be written, or less. */
    void keep(long bytes) {
        contentBytes += bytes;
    }

    /** Whether a delivery of this size may be written now. If not, {@link ChannelMachine#writeWaiting} is called later. */
    boolean mayDeliver(int bytes) {
        if (isFull()) {
            return false; // It will be writable.
        }
        boolean may = memory.mayTake(bytes);
        if (!may && !writesLater) {
            writesLater = true;
            context.loop().schedule(this::writeLater, CONGESTED_MILLIS);
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
        long before = memory.bytes();
        memory.hold(contentBytes + unreadBytes + output().unwrittenBytes());
        if (memory.bytes() > before && memory.isBeyond()) {
            endForMemory("and all connections together more than the %d that they may"
                    .formatted(context.broker().memory().connections().limitBytes()));
        }
    }

    private void endForMemory(String why) {
        if (state.compareTo(State.OPEN) > 0) {
            return;
        }
        String text = "this connection holds " + memory.bytes()
                + " bytes of memory in half-sent, uncommitted or unread messages, " + why;
        boolean reads = !isFull();
        methodId = 0;
        fail(0, new AmqpException(ReplyCode.RESOURCE_ERROR, text));
        if (!reads) {
            close(); // It would not read a goodbye either.
        }
        memory.hold(0);
    }

    /** To be called about every second. */
    @Override
    public void onTick(long nowMillis) {
        if (state == State.CLOSED) {
            return;
        }
        tellMemory();
        if (memory.stalls()) {
            endForMemory(
                    "and has not got on for " + ConnectionMemory.PATIENCE_SECONDS + " s while others wait for memory");
        }
        if (state.compareTo(State.OPEN) < 0) {
            if (nowMillis - context.bornMillis() > context.settings().handshakeMillis()) {
                context.listener()
                        .failed("the handshake took longer than "
                                + context.settings().handshakeMillis() + " ms");
                close();
            }
            return;
        }
        if (state == State.CLOSING
                && nowMillis - closingMillis > context.settings().handshakeMillis()) {
            close(); // It owes us an answer, and had time enough to give it.
            return;
        }
        if (state == State.OPEN) {
            List.copyOf(channels.values()).forEach(channel -> channel.onTick(nowMillis));
        }
        forgivePause(nowMillis);
        if (heartbeatMillis > 0) {
            if (nowMillis - lastReadMillis > 2 * heartbeatMillis) {
                context.listener().failed("missed heartbeats from client, timeout: " + heartbeatMillis / 1000 + "s");
                close();
            } else if (nowMillis - lastWrittenMillis >= heartbeatMillis / 2) {
                FrameWriter.heartbeat(reserve(FrameReader.OVERHEAD));
            }
        }
    }

    /** A client is not silent while it is not read: because an answer is awaited, or because this loop came to nothing. */
    private void forgivePause(long nowMillis) {
        long lateMillis = Math.max(0, nowMillis - lastTickMillis - MOST_TICK_MILLIS);
        lastReadMillis = isSuspended() ? nowMillis : Math.min(nowMillis, lastReadMillis + lateMillis);
        lastTickMillis = nowMillis;
    }

    private void closeAll() {
        for (ChannelMachine channel : new ArrayList<>(channels.values())) {
            channel.close();
            context.broker().userChannels().subtract(user().name(), 1);
        }
        channels.clear();
        lastChannel = null;
    }

    /** Gives up what belongs to this connection alone, then goes on. */
    private void release(Runnable then) {
        VirtualHost home = vhost;
        if (home == null || released) {
            then.run();
            return;
        }
        released = true;
        context.broker().disconnected(home);
        context.broker().userConnections().subtract(user().name(), 1);
        context.broker()
                .submit(
                        context.loop(),
                        new Command.ReleaseConnection(context.id()),
                        user().name(),
                        false,
                        awaiting(0, outcome -> then.run()));
    }

    private void close() {
        state = State.CLOSED;
        output().close();
    }

    // What channels ask of their connection.

    ConnectionContext context() {
        return context;
    }

    ConnectionOutput output() {
        return context.output();
    }

    VirtualHost vhost() {
        VirtualHost home = vhost;
        if (home == null) {
            throw new IllegalStateException("no channel opens before its connection");
        }
        return home;
    }

    User user() {
        User known = user;
        if (known == null) {
            throw new IllegalStateException("nobody gets here without a login");
        }
        return known;
    }

    /**
     * Lets the user do this to what has this name, by the permissions of this moment.
     *
     * @throws AmqpException ACCESS_REFUSED when it is not permitted
     */
    void require(Permission.Operation operation, String kind, String name) {
        User now = context.broker().catalog().user(user().name());
        Permission permission = now == null ? null : now.permissions().get(vhost().name());
        if (permission == null || !permission.allows(operation, name)) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED,
                    "access to " + kind + " '" + name + "' in vhost '" + vhost().name() + "' refused for user '"
                            + user().name() + "'");
        }
    }

    /** What binds the user at this moment. */
    private UserLimits limits() {
        User now = context.broker().catalog().user(user().name());
        return now == null ? UserLimits.NONE : now.limits();
    }

    /** Who tells what one of its channels publishes and is delivered, where that is traced. */
    Firehose firehose(int channel) {
        return new Firehose(context.broker(), context.loop(), vhost(), context.name(), channel, user().name());
    }

    /** The user of this moment if topics bind them on this exchange, else null. */
    @Nullable User boundByTopics(ExchangeRecord exchange) {
        User now = exchange.isTopic() ? context.broker().catalog().user(user().name()) : null;
        return now == null || now.topicPermission(vhost().name(), exchange.name()) == null ? null : now;
    }

    boolean wantsCancels() {
        return wantsCancels;
    }

    int frameMax() {
        return frameMax;
    }

    ByteBuf reserve(int bytes) {
        lastWrittenMillis = context.loop().nowMillis();
        return output().reserve(bytes);
    }

    void send(int channel, Method method) {
        if (state != State.CLOSED) {
            FrameWriter.method(reserve(METHOD_ROOM), channel, method);
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** For operators; null when it is not open. */
    @Override
    public @Nullable ConnectionInfo describe(ConnectionInfo.Socket socket) {
        if (state != State.OPEN) {
            return null;
        }
        return new ConnectionInfo(
                context.id(),
                user().name(),
                vhost().name(),
                mechanism,
                clientProperties,
                frameMax,
                channelMax,
                (int) (heartbeatMillis / 1000),
                connectedAtMillis,
                flowState(),
                socket,
                channels.values().stream().map(ChannelMachine::describe).toList());
    }

    @Override
    public String toString() {
        return "connection " + context.id() + (user == null ? "" : " of " + user.name());
    }
}
