package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.ReplyAddresses;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a connection: its methods and contents come in and go to that part of it which carries them out. Belongs to
 * its connection's loop.
 */
final class ChannelMachine {
    private enum State {
        OPEN,
        /** channel.close was sent; all but its answer is ignored. */
        CLOSING,
        CLOSED
    }

    private static final int NAME_ENTROPY_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final int number;
    private final OpenConnection connection;
    private final ChannelCounters counters;
    private final ContentAssembly content;
    private final DirectReplies replies;
    private final ChannelPrefetch prefetch = new ChannelPrefetch();
    private final ChannelTopology topology;
    private final ChannelPublishing publishing;
    private final ChannelSettling settling;
    private final ChannelConsuming consuming;

    private State state = State.OPEN;
    private ChannelMode mode = ChannelMode.Plain.PLAIN;

    ChannelMachine(int number, OpenConnection connection) {
        this.number = number;
        this.connection = connection;
        ChannelCounters ofLoop = connection.context().broker().counters(loop());
        this.counters = ChannelCounters.ofChannel(ofLoop);
        this.content = new ContentAssembly(connection.largestBody(), connection::hold);
        this.replies = new DirectReplies(connection.context().broker().replies());
        this.topology = new ChannelTopology(this, connection);
        ContentWriter writer = new ContentWriter(number, connection);
        this.publishing = new ChannelPublishing(this, connection, replies, writer, counters);
        this.settling = new ChannelSettling(this, connection, prefetch, writer, counters);
        this.consuming = new ChannelConsuming(this, connection, settling, replies, prefetch, writer, counters);
        ofLoop.channelOpened();
    }

    int number() {
        return number;
    }

    Loop loop() {
        return connection.context().loop();
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    ChannelMode mode() {
        return mode;
    }

    ChannelConsuming consuming() {
        return consuming;
    }

    ReplyAddresses replies() {
        return replies.addresses();
    }

    /** {@link ChannelTopology#queueName}. */
    String queueName(String name) {
        return topology.queueName(name);
    }

    <M> Receiver<M> guarded(Receiver<M> receiver) {
        return connection.guarded(number, receiver);
    }

    // Frames in.

    void onFrame(int type, ByteBuf in, int index, int length) {
        if (type == FrameReader.METHOD) {
            onMethodFrame(in, index, length);
            return;
        }
        if (isOpen()) {
            connection.during(content.expectsMethod() ? 0 : Method.BasicPublish.ID);
            if (content.onFrame(type, in, index, length)) {
                publishing.publish(content);
            }
        }
    }

    private void onMethodFrame(ByteBuf in, int index, int length) {
        if (state == State.CLOSING) {
            whileClosing(Method.read(in.slice(index, length)));
            return;
        }
        if (!content.expectsMethod()) {
            connection.during(Method.BasicPublish.ID);
            throw content.unexpectedMethod();
        }
        if (in.getInt(index) == Method.BasicPublish.ID) {
            publishing.onPublish(in.slice(index + Integer.BYTES, length - Integer.BYTES));
            content.begin();
            return;
        }
        onMethod(Method.read(in.slice(index, length)));
    }

    private void whileClosing(Method method) {
        if (method instanceof Method.ChannelCloseOk) {
            state = State.CLOSED;
            connection.remove(this);
        } else if (method instanceof Method.ChannelClose) {
            send(new Method.ChannelCloseOk());
        }
    }

    private void onMethod(Method method) {
        if (method instanceof Method.BasicAck ack) {
            settling.settle(ack.deliveryTag(), ack.multiple(), Settlement.ACK);
        } else if (method instanceof Method.BasicNack nack) {
            settling.settle(nack.deliveryTag(), nack.multiple(), returned(nack.requeue()));
        } else if (method instanceof Method.BasicReject reject) {
            settling.settle(reject.deliveryTag(), false, returned(reject.requeue()));
        } else if (method instanceof Method.BasicGet get) {
            settling.onGet(get);
        } else if (method instanceof Method.BasicConsume consume) {
            consuming.onConsume(consume);
        } else if (method instanceof Method.BasicCancel cancel) {
            consuming.onCancel(cancel);
        } else if (method instanceof Method.BasicQos qos) {
            consuming.onQos(qos);
        } else if (method instanceof Method.BasicRecover recover) {
            settling.recover(recover.requeue());
            send(new Method.BasicRecoverOk());
        } else if (method instanceof Method.BasicRecoverAsync recover) {
            settling.recover(recover.requeue());
        } else if (topology.onMethod(method)) {
            return;
        } else if (method instanceof Method.ConfirmSelect select) {
            onConfirmSelect(select);
        } else if (method instanceof Method.TxSelect) {
            onTxSelect();
        } else if (method instanceof Method.TxCommit) {
            requireTransaction().commit();
        } else if (method instanceof Method.TxRollback) {
            requireTransaction().rollBack();
            send(new Method.TxRollbackOk());
        } else if (method instanceof Method.ChannelFlow flow) {
            onFlow(flow);
        } else if (method instanceof Method.ChannelClose) {
            close(() -> {
                if (connection.isOpen()) {
                    connection.remove(this);
                    send(new Method.ChannelCloseOk());
                }
            });
        } else if (method instanceof Method.ChannelOpen) {
            throw new AmqpException(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen");
        } else if (method instanceof Method.AccessRequest) {
            send(new Method.AccessRequestOk(1));
        } else {
            throw new AmqpException(ReplyCode.COMMAND_INVALID, "unimplemented method");
        }
    }

    private static Settlement returned(boolean requeue) {
        return requeue ? Settlement.REQUEUE : Settlement.REJECT;
    }

    private void onFlow(Method.ChannelFlow flow) {
        if (!flow.active()) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "active=false");
        }
        send(new Method.ChannelFlowOk(true));
    }

    private void onConfirmSelect(Method.ConfirmSelect select) {
        if (mode instanceof TransactionMode) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "cannot switch from tx to confirm mode");
        } else if (mode == ChannelMode.Plain.PLAIN) {
            mode = new ConfirmMode(this, connection, counters);
        }
        if (!select.nowait()) {
            send(new Method.ConfirmSelectOk());
        }
    }

    private void onTxSelect() {
        if (mode instanceof ConfirmMode) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "cannot switch from confirm to tx mode");
        } else if (mode == ChannelMode.Plain.PLAIN) {
            mode = new TransactionMode(this, connection, publishing, settling);
        }
        send(new Method.TxSelectOk());
    }

    private TransactionMode requireTransaction() {
        if (mode instanceof TransactionMode transaction) {
            return transaction;
        }
        throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "channel is not transactional");
    }

    static String generated(String prefix) {
        byte[] bytes = new byte[NAME_ENTROPY_BYTES];
        RANDOM.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    // What its connection tells it.

    void onTick(long nowMillis) {
        if (isOpen()) {
            settling.timeouts().onTick(nowMillis);
        }
    }

    /** The client has read, and more may be written. */
    void onWritable() {
        consuming.writeWaiting();
        consuming.returnWindows();
    }

    // The end.

    /** A mistake ends this channel; the connection and its other channels go on. */
    void fail(AmqpException failure, int methodId) {
        if (!isOpen()) {
            return;
        }
        if (failure.reply().closesConnection()) {
            connection.fail(number, failure);
            return;
        }
        close(() -> {});
        state = State.CLOSING;
        send(new Method.ChannelClose(failure.reply().code(), failure.replyText(), methodId >>> 16, methodId & 0xffff));
    }

    /**
     * Gives back all that it holds: consumers leave, and what was not acknowledged returns to its queue. Goes on when it is
     * there, so that whoever is told that a channel is closed finds its messages.
     */
    void close(Runnable then) {
        if (!isOpen()) {
            then.run();
            return;
        }
        mode.close();
        replies.close();
        content.abandon();
        state = State.CLOSED;
        connection.context().broker().counters(loop()).channelClosed();
        consuming.close(then);
    }

    /** For operators. */
    ChannelInfo describe() {
        return new ChannelInfo(
                number,
                mode instanceof ConfirmMode,
                mode instanceof TransactionMode,
                consuming.consumerPrefetch(),
                prefetch.limit(),
                settling.outstanding(),
                mode instanceof ConfirmMode confirms ? confirms.unconfirmed() : 0,
                mode instanceof TransactionMode transaction ? transaction.unpublished() : 0,
                mode instanceof TransactionMode transaction ? transaction.unsettled() : 0,
                counters,
                consuming.describe());
    }

    // Frames out.

    void answer(@Nullable Method method) {
        if (method != null && isOpen()) {
            send(method);
        }
    }

    void send(Method method) {
        connection.send(number, method);
    }
}
