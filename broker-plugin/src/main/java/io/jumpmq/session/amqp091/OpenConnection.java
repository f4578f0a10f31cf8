package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Authorization;
import io.jumpmq.broker.Firehose;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.security.User;
import io.jumpmq.security.UserLimits;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConnectionOutput;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A connection whose user is known and in a virtual host: its channels, and what they ask of it. */
final class OpenConnection implements ConnectionState {
    private final ConnectionMachine machine;
    private final ConnectionContext context;
    private final Handshake.Client client;
    private final User user;
    private final Handshake.Tuning tuning;
    private final VirtualHost vhost;
    private final PublisherFlow flow = new PublisherFlow(this);
    private final Map<Integer, ChannelMachine> channels = new LinkedHashMap<>();

    /** The channel that spoke last: publishers seldom change it. */
    private @Nullable ChannelMachine lastChannel;

    OpenConnection(
            ConnectionMachine machine, Handshake.Client client, User user, Handshake.Tuning tuning, VirtualHost vhost) {
        this.machine = machine;
        this.context = machine.context();
        this.client = client;
        this.user = user;
        this.tuning = tuning;
        this.vhost = vhost;
    }

    @Override
    public void onMethod(Method method) {
        if (method instanceof Method.ConnectionUpdateSecret) {
            send(0, new Method.ConnectionUpdateSecretOk());
        } else if (method instanceof Method.ConnectionBlocked || method instanceof Method.ConnectionUnblocked) {
            return; // A client has nothing to block here; RabbitMQ ignores it, too.
        } else {
            throw new AmqpException(ReplyCode.CHANNEL_ERROR, "unexpected method in connection state running");
        }
    }

    @Override
    public void onChannelFrame(InboundFrames frame) {
        frame.requireKnown();
        if (frame.isHeartbeat()) {
            throw frame.unexpected();
        }
        ChannelMachine channel = lastChannel;
        if (channel == null || channel.number() != frame.channel()) {
            channel = channel(frame);
        }
        if (channel != null) {
            channel.onFrame(frame.type(), frame.buffer(), frame.payloadIndex(), frame.payloadLength());
        }
    }

    /** The channel of a frame; null when the frame opened it. */
    private @Nullable ChannelMachine channel(InboundFrames frame) {
        ChannelMachine channel = channels.get(frame.channel());
        if (channel != null) {
            lastChannel = channel;
            return channel;
        }
        if (!frame.isMethod() || !(frame.method() instanceof Method.ChannelOpen)) {
            throw new AmqpException(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'");
        }
        open(frame.channel());
        return null;
    }

    private void open(int number) {
        if (tuning.channelMax() != 0 && channels.size() >= tuning.channelMax()) {
            during(0); // RabbitMQ does not name the method here.
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "number of channels opened (" + channels.size() + ") has reached the negotiated channel_max ("
                            + tuning.channelMax() + ")");
        }
        User now = context.broker().catalog().user(user.name());
        OptionalInt max = (now == null ? UserLimits.NONE : now.limits()).maxChannels();
        if (!context.broker().userChannels().add(user.name(), max)) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED,
                    "number of channels opened for user '" + user.name()
                            + "' has reached the maximum allowed user limit of " + max.orElse(0));
        }
        channels.put(number, new ChannelMachine(number, this));
        send(number, new Method.ChannelOpenOk());
    }

    void remove(ChannelMachine channel) {
        if (channels.remove(channel.number()) != null) {
            context.broker().userChannels().subtract(user.name(), 1);
        }
        if (lastChannel == channel) {
            lastChannel = null;
        }
    }

    @Override
    public boolean failChannel(int number, AmqpException failure, int methodId) {
        ChannelMachine channel = channels.get(number);
        if (channel == null) {
            return false;
        }
        context.listener().channelFailed(number, failure.replyText());
        channel.fail(failure, methodId);
        return true;
    }

    @Override
    public long pauseMillis() {
        return flow.pauseMillis();
    }

    @Override
    public void writeWaiting() {
        for (ChannelMachine channel : channels.values()) {
            channel.onWritable();
        }
    }

    @Override
    public void onTick(long nowMillis) {
        List.copyOf(channels.values()).forEach(channel -> channel.onTick(nowMillis));
    }

    @Override
    public void closeChannels(Runnable then) {
        List<ChannelMachine> closing = new ArrayList<>(channels.values());
        channels.clear();
        lastChannel = null;
        Countdown left = new Countdown(closing.size(), then);
        for (ChannelMachine channel : closing) {
            channel.close(left);
            context.broker().userChannels().subtract(user.name(), 1);
        }
    }

    @Override
    public void release(Runnable then) {
        context.broker().disconnected(vhost);
        context.broker().userConnections().subtract(user.name(), 1);
        context.broker()
                .submit(
                        context.loop(),
                        new Command.ReleaseConnection(context.id()),
                        user.name(),
                        false,
                        awaiting(0, outcome -> then.run()));
    }

    @Override
    public ConnectionInfo describe(ConnectionInfo.Socket socket) {
        return new ConnectionInfo(
                context.id(),
                user.name(),
                vhost.name(),
                client.mechanism(),
                client.properties(),
                tuning.frameMax(),
                tuning.channelMax(),
                machine.heartbeatSeconds(),
                machine.connectedAtMillis(),
                flow.state(),
                socket,
                channels.values().stream().map(ChannelMachine::describe).toList());
    }

    // Who and where its channels are, and what they may do.

    boolean isOpen() {
        return machine.isIn(this);
    }

    VirtualHost vhost() {
        return vhost;
    }

    User user() {
        return user;
    }

    Handshake.Client client() {
        return client;
    }

    boolean wantsCancels() {
        return client.wants("consumer_cancel_notify");
    }

    int frameMax() {
        return tuning.frameMax();
    }

    /** What the user may do at this moment. */
    Authorization authorization() {
        return Authorization.now(context.broker().catalog(), vhost, user.name());
    }

    /** Who tells what one of its channels publishes and is delivered, where that is traced. */
    Firehose firehose(int channel) {
        return new Firehose(context.broker(), context.loop(), vhost, context.name(), channel, user.name());
    }

    void publishing() {
        flow.publishing();
    }

    /** It has published into a throttled queue. */
    void throttle() {
        flow.throttle();
    }

    // What the machine does for channels.

    ConnectionContext context() {
        return context;
    }

    ConnectionOutput output() {
        return context.output();
    }

    long nowMillis() {
        return context.loop().nowMillis();
    }

    ByteBuf reserve(int bytes) {
        return machine.reserve(bytes);
    }

    void send(int channel, Method method) {
        machine.send(channel, method);
    }

    void during(int methodId) {
        machine.during(methodId);
    }

    void fail(int channel, AmqpException failure) {
        machine.fail(channel, failure);
    }

    void outOfMemory(OutOfMemoryError failure) {
        machine.outOfMemory(failure);
    }

    void suspend() {
        machine.suspend();
    }

    void resume() {
        machine.resume();
    }

    /** A receiver of what other loops say. A mistake that is found then ends what one in a frame would. */
    <M> Receiver<M> guarded(int channel, Receiver<M> receiver) {
        return message -> {
            during(0);
            try {
                receiver.receive(message);
            } catch (AmqpException e) {
                fail(channel, e);
            } catch (RuntimeException | Error e) {
                machine.defect(e);
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
                machine.defect(e);
            }
        });
    }

    long largestBody() {
        return machine.largestBody();
    }

    void hold(long bytes) {
        machine.memory().hold(bytes);
    }

    void keep(long bytes) {
        machine.memory().keep(bytes);
    }

    boolean mayDeliver(int bytes) {
        return machine.mayDeliver(bytes);
    }

    void tellMemory() {
        machine.tellMemory();
    }
}
