package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.EncodedProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Publication;
import io.jumpmq.broker.QueueActor;
import io.jumpmq.broker.ReplyAddresses;
import io.jumpmq.broker.catalog.ConsumerPriority;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.QueueConsumer;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.security.User;
import io.jumpmq.session.ChannelInfo;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ReplyCode;
import io.jumpmq.value.ShortString;
import io.netty.buffer.ByteBuf;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a connection: its methods and contents come in, frames and requests to queues and catalog go out. Belongs
 * to its connection's loop.
 */
final class ChannelMachine {
    private enum State {
        OPEN,
        /** channel.close was sent; all but its answer is ignored. */
        CLOSING,
        CLOSED
    }

    private static final byte[] NO_KEY = {};
    private static final int RESERVED_SHORT = 2;
    private static final int MANDATORY = 1;
    private static final int IMMEDIATE = 2;
    private static final int FIXED_DELIVERY = 64;

    /** Room for the method frames that carry an exchange's name and a routing key. */
    private static final int NAME_AND_KEY = 640;

    private static final int NAME_ENTROPY_BYTES = 16;
    private static final long LOOK_MILLIS = 60_000;

    /** Ten years, in milliseconds. */
    private static final BigInteger MAX_EXPIRATION = BigInteger.valueOf(315_360_000_000L);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final int number;
    private final OpenConnection connection;
    private final ChannelTopology topology;
    private final ContentAssembly content;
    private final Map<String, ChannelConsumer> consumers = new LinkedHashMap<>();
    private final UnackedDeliveries<Unacked> unacked = new UnackedDeliveries<>();
    private final Returns returns = new Returns();
    private final ChannelCounters counters;
    private @Nullable ReplyConsumer replyConsumer;

    /** Deliveries for which the client has to read others first. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /** When to look for deliveries that wait too long for their acknowledgement. */
    private long nextLookMillis = Long.MAX_VALUE;

    private State state = State.OPEN;

    // The publish that waits for its content.
    private byte[] exchangeName = NO_KEY;
    private byte[] routingKey = NO_KEY;
    private int publishFlags;

    // Where the last message went, good while nothing has changed.
    private @Nullable ExchangeRecord exchange;
    private @Nullable User boundByTopics;
    private QueueActor[] route = {};
    private byte @Nullable [] routeKey;
    private long routeVersion = -1;
    private final VirtualHost.Routing routing = new VirtualHost.Routing();

    private @Nullable ConfirmWindow confirms;
    private boolean confirmsDue;
    private boolean windowsDue;
    private boolean transactional;
    private List<Runnable> publications = new ArrayList<>();
    private List<Settled> settlements = new ArrayList<>();
    private long uncommittedBytes;
    private int openCommits;

    private boolean refusedInCommit;

    private int consumerPrefetch;
    private final ChannelPrefetch prefetch = new ChannelPrefetch();

    /**
     * A delivery that waits for its acknowledgement.
     *
     * @param entry null: the queue has taken it back, and what the client still says about it means nothing
     * @param consumer null: it was fetched
     */
    private record Unacked(
            QueueActor queue,
            @Nullable QueueEntry entry,
            @Nullable ChannelConsumer consumer,
            long deliveredMillis) {}

    private record Waiting(ChannelConsumer consumer, QueueEntry entry) {
        /** What it holds that its queue does not count any more. */
        int heldBytes() {
            return consumer.noAck() ? entry.message().footprint() : 0;
        }
    }

    /** What a transaction is going to do with a delivery. */
    private record Settled(long tag, Unacked delivery, Settlement how) {}

    ChannelMachine(int number, OpenConnection connection) {
        this.number = number;
        this.connection = connection;
        this.topology = new ChannelTopology(this, connection);
        this.content = new ContentAssembly(connection.largestBody(), connection::hold);
        ChannelCounters ofLoop = connection.context().broker().counters(loop());
        this.counters = ChannelCounters.ofChannel(ofLoop);
        ofLoop.channelOpened();
    }

    int number() {
        return number;
    }

    Loop loop() {
        return connection.context().loop();
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
        if (state == State.OPEN) {
            connection.during(content.expectsMethod() ? 0 : Method.BasicPublish.ID);
            if (content.onFrame(type, in, index, length)) {
                publish();
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
            onPublish(in.slice(index + Integer.BYTES, length - Integer.BYTES));
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
            settle(ack.deliveryTag(), ack.multiple(), Settlement.ACK);
        } else if (method instanceof Method.BasicNack nack) {
            settle(nack.deliveryTag(), nack.multiple(), nack.requeue() ? Settlement.REQUEUE : Settlement.REJECT);
        } else if (method instanceof Method.BasicReject reject) {
            settle(reject.deliveryTag(), false, reject.requeue() ? Settlement.REQUEUE : Settlement.REJECT);
        } else if (method instanceof Method.BasicGet get) {
            onGet(get);
        } else if (method instanceof Method.BasicConsume consume) {
            onConsume(consume);
        } else if (method instanceof Method.BasicCancel cancel) {
            onCancel(cancel);
        } else if (method instanceof Method.BasicQos qos) {
            onQos(qos);
        } else if (method instanceof Method.BasicRecover recover) {
            recover(recover.requeue());
            send(new Method.BasicRecoverOk());
        } else if (method instanceof Method.BasicRecoverAsync recover) {
            recover(recover.requeue());
        } else if (topology.onMethod(method)) {
            return;
        } else if (method instanceof Method.ConfirmSelect select) {
            onConfirmSelect(select);
        } else if (method instanceof Method.TxSelect) {
            onTxSelect();
        } else if (method instanceof Method.TxCommit) {
            onTxCommit();
        } else if (method instanceof Method.TxRollback) {
            requireTransaction();
            rollBack();
            send(new Method.TxRollbackOk());
        } else if (method instanceof Method.ChannelFlow flow) {
            onFlow(flow);
        } else if (method instanceof Method.ChannelClose) {
            close();
            connection.remove(this);
            send(new Method.ChannelCloseOk());
        } else if (method instanceof Method.ChannelOpen) {
            throw new AmqpException(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen");
        } else if (method instanceof Method.AccessRequest) {
            send(new Method.AccessRequestOk(1));
        } else {
            throw new AmqpException(ReplyCode.COMMAND_INVALID, "unimplemented method");
        }
    }

    private void onFlow(Method.ChannelFlow flow) {
        if (!flow.active()) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "active=false");
        }
        send(new Method.ChannelFlowOk(true));
    }

    // Publishing.

    private void onPublish(ByteBuf in) {
        ByteBuf arguments = in.slice();
        try {
            in.skipBytes(RESERVED_SHORT);
            byte[] name = takeShort(in, exchangeName);
            if (name != exchangeName) {
                exchangeName = name;
                exchange = null;
            }
            routingKey = takeShort(in, routingKey);
            publishFlags = in.readUnsignedByte();
            if (in.isReadable()) {
                throw Method.cannotDecode(arguments);
            }
        } catch (IndexOutOfBoundsException e) {
            throw Method.cannotDecode(arguments);
        }
        content.begin();
    }

    /** A short string; the array that was there last if it is the same again. */
    private static byte[] takeShort(ByteBuf in, byte[] last) {
        int length = in.readUnsignedByte();
        int start = in.readerIndex();
        in.skipBytes(length);
        if (length == last.length) {
            int i = 0;
            while (i < length && in.getByte(start + i) == last[i]) {
                i++;
            }
            if (i == length) {
                return last;
            }
        }
        byte[] bytes = new byte[length];
        in.getBytes(start, bytes);
        return bytes;
    }

    private void publish() {
        connection.publishing();
        ExchangeRecord to = target();
        Message message = new Message(to.name(), routingKey, admitted(content.header()), content.takeBody());
        User bound = boundByTopics;
        if (bound != null) {
            requireTopics(bound, to, message);
        }
        if ((publishFlags & IMMEDIATE) != 0) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "immediate=true");
        }
        boolean mandatory = (publishFlags & MANDATORY) != 0;
        counters.published(confirms != null, message.body().length);
        QueueActor[] targets = route(to, message);
        if (connection.vhost().isTraced()) {
            connection.firehose(number).published(message, names(targets));
        }
        if (transactional) {
            publishLater(to, message, mandatory, targets);
            return;
        }
        send(to, message, mandatory, targets);
    }

    /** As in RabbitMQ, the queues are those of this moment, of which those that have such a name at the commit get it. */
    private void publishLater(ExchangeRecord to, Message message, boolean mandatory, QueueActor[] targets) {
        connection.hold(message.footprint());
        uncommittedBytes += message.footprint();
        if (to.name().equals(VirtualHost.DEFAULT_EXCHANGE)) {
            publications.add(() -> send(to, message, mandatory, route(to, message))); // It knows queues by their names.
            return;
        }
        List<String> names = names(targets);
        publications.add(() -> send(to, message, mandatory, named(names)));
    }

    private static List<String> names(QueueActor[] queues) {
        return Arrays.stream(queues).map(QueueActor::name).toList();
    }

    private QueueActor[] named(List<String> queues) {
        return queues.stream()
                .map(connection.vhost()::queue)
                .filter(Objects::nonNull)
                .map(QueueActor::of)
                .toArray(QueueActor[]::new);
    }

    private static void requireTopics(User user, ExchangeRecord exchange, Message message) {
        exchange.requireTopic(user, Operation.WRITE, message.routingKeyText());
        for (byte[] copy : VirtualHost.copies(message)) {
            exchange.requireTopic(user, Operation.WRITE, new String(copy, UTF_8));
        }
    }

    private ExchangeRecord target() {
        ExchangeRecord known = exchange;
        long version = connection.context().broker().catalog().routingVersion();
        if (known != null && version == routeVersion) {
            return known;
        }
        String name = new String(exchangeName, UTF_8);
        ExchangeRecord found = connection.vhost().requireExchange(name);
        if (found.internal()) {
            throw new AmqpException(ReplyCode.ACCESS_REFUSED, "cannot publish to internal " + found);
        }
        topology.requireExchange(Operation.WRITE, name);
        boundByTopics = connection.boundByTopics(found);
        exchange = found;
        routeVersion = version;
        routeKey = null;
        return found;
    }

    /** Properties as they go on: direct replies get an address. */
    private MessageHeader admitted(MessageHeader header) {
        int flags = BasicProperties.flags(header.encoded());
        if ((flags & (BasicProperties.USER_ID | BasicProperties.EXPIRATION | BasicProperties.REPLY_TO)) == 0) {
            return header;
        }
        MessageProperties decoded = header.properties();
        User user = connection.user();
        if (decoded.userId() != null
                && !decoded.userId().equals(user.name())
                && !user.tags().contains(User.IMPERSONATOR)) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "user_id property set to '" + decoded.userId() + "' but authenticated user was '" + user.name()
                            + "'");
        }
        String expiration = decoded.expiration();
        String wrong = expiration == null ? null : whyNoMillis(expiration);
        if (wrong != null) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "invalid expiration '" + expiration + "': " + wrong);
        }
        if (!ReplyAddresses.PSEUDO_QUEUE.equals(decoded.replyTo())) {
            return header;
        }
        ReplyConsumer consumer = replyConsumer;
        if (consumer == null) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "fast reply consumer does not exist");
        }
        return BasicFormat.INSTANCE.header(EncodedProperties.withReplyTo(header.encoded(), consumer.address()));
    }

    /** What is wrong with an expiration, in RabbitMQ's words; null when nothing is. */
    private static @Nullable String whyNoMillis(String text) {
        int digits = text.startsWith("-") ? 1 : 0;
        int end = digits;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        if (end == digits) {
            return "no_integer";
        } else if (end < text.length()) {
            return "{leftover_string,\"" + text.substring(end) + "\"}";
        }
        BigInteger value = new BigInteger(text);
        if (value.signum() < 0) {
            return "{value_negative," + value + "}";
        }
        return value.compareTo(MAX_EXPIRATION) > 0 ? "{value_too_large," + value + "}" : null;
    }

    private void send(ExchangeRecord to, Message message, boolean mandatory, QueueActor[] targets) {
        ConfirmWindow window = confirms;
        to.counters().routed(targets.length);
        if (targets.length == 0) {
            if (to.name().isEmpty()) {
                replies().deliver(loop(), message);
            }
            counters.unroutable(mandatory);
            if (mandatory) {
                sendReturn(message);
            }
            if (window != null) {
                window.settle(window.open(), true);
                counters.confirmed(1);
                confirmSoon();
            }
            return;
        }
        counters.routed();
        for (QueueActor target : targets) {
            if (target.isBehind()) {
                connection.giveWay();
            }
        }
        if (window == null && openCommits == 0) {
            for (QueueActor target : targets) {
                loop().send(target.home(), target.publish(), message);
            }
            return;
        }
        Publication publication = window != null
                ? new Publication(message, window.open(), targets.length, loop(), this::onSettled)
                : new Publication(message, 0, targets.length, loop(), this::onCommitted);
        openCommits += window == null ? 1 : 0;
        for (QueueActor target : targets) {
            loop().send(target.home(), target.publishTracked(), publication);
        }
    }

    private QueueActor[] route(ExchangeRecord to, Message message) {
        long version = connection.context().broker().catalog().routingVersion();
        if (routeKey == message.routingKey() && to == exchange && version == routeVersion) {
            if (!message.header().hasHeaders()) {
                return route;
            }
        }
        connection.vhost().route(to, message, routing);
        int count = routing.queues().size();
        QueueActor[] targets = new QueueActor[count];
        for (int i = 0; i < count; i++) {
            targets[i] = QueueActor.of(routing.queues().get(i));
        }
        routeKey = routing.mayRepeat() && to == exchange && version == routeVersion ? message.routingKey() : null;
        route = targets;
        return targets;
    }

    private void sendReturn(Message message) {
        // Written by hand, as its key need not be text.
        ByteBuf out = connection.reserve(NAME_AND_KEY);
        int start = FrameWriter.begin(out, FrameReader.METHOD, number);
        out.writeInt(Method.BasicReturn.ID);
        out.writeShort(ReplyCode.NO_ROUTE.code());
        ShortString.write(out, ReplyCode.NO_ROUTE.name());
        ShortString.write(out, message.exchange());
        writeShort(out, message.routingKey());
        FrameWriter.end(out, start);
        sendContent(message.header().encoded(), message.body());
    }

    private void onSettled(Publication publication, boolean accepted) {
        ConfirmWindow window = confirms;
        if (window != null && state == State.OPEN) {
            window.settle(publication.sequenceNumber(), accepted);
            counters.confirmed(accepted ? 1 : 0);
            confirmSoon();
        }
    }

    private void confirmSoon() {
        if (!confirmsDue) {
            confirmsDue = true;
            connection.atTurnEnd(this::flushConfirms);
        }
    }

    private void flushConfirms() {
        confirmsDue = false;
        ConfirmWindow window = confirms;
        if (window == null || state != State.OPEN) {
            return;
        }
        window.flush(new ConfirmWindow.Output() {
            @Override
            public void ack(long sequenceNumber, boolean multiple) {
                send(new Method.BasicAck(sequenceNumber, multiple));
            }

            @Override
            public void nack(long sequenceNumber) {
                send(new Method.BasicNack(sequenceNumber, false, false));
            }
        });
    }

    private void onConfirmSelect(Method.ConfirmSelect select) {
        if (transactional) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "cannot switch from tx to confirm mode");
        }
        if (confirms == null) {
            confirms = new ConfirmWindow();
        }
        if (!select.nowait()) {
            send(new Method.ConfirmSelectOk());
        }
    }

    // Transactions.

    private void onTxSelect() {
        if (confirms != null) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "cannot switch from confirm to tx mode");
        }
        transactional = true;
        send(new Method.TxSelectOk());
    }

    private void requireTransaction() {
        if (!transactional) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "channel is not transactional");
        }
    }

    /** All steps, then commit-ok when every queue has taken its messages; what one refuses does not undo the others. */
    private void onTxCommit() {
        requireTransaction();
        List<Runnable> steps = publications;
        List<Settled> settled = settlements;
        forgetPublications();
        settlements = new ArrayList<>();
        connection.suspend();
        openCommits = 1;
        refusedInCommit = false;
        steps.forEach(Runnable::run);
        settled.forEach(one -> settleNow(one.tag, one.delivery, one.how));
        settled();
        onCommitted(null, true);
    }

    /** Messages are forgotten; what was settled is held as before. */
    private void rollBack() {
        forgetPublications();
        settlements.forEach(one -> unacked.putBack(one.tag, one.delivery));
        settlements = new ArrayList<>();
    }

    private void forgetPublications() {
        publications = new ArrayList<>();
        connection.hold(-uncommittedBytes);
        uncommittedBytes = 0;
    }

    private void onCommitted(@Nullable Publication publication, boolean accepted) {
        refusedInCommit |= !accepted;
        if (--openCommits == 0) {
            if (refusedInCommit) {
                fail(new AmqpException(ReplyCode.PRECONDITION_FAILED, "partial tx completion"), Method.TxCommit.ID);
            } else {
                send(new Method.TxCommitOk());
            }
            connection.resume();
        }
    }

    // Consuming.

    ReplyAddresses replies() {
        return connection.context().broker().replies();
    }

    private void onConsumeReplies(Method.BasicConsume consume) {
        requireNewTag(consume.consumerTag());
        if (replyConsumer != null) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "reply consumer already set");
        } else if (!consume.noAck()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "reply consumer cannot acknowledge");
        }
        String tag = consume.consumerTag().isEmpty() ? generated("amq.ctag-") : consume.consumerTag();
        replyConsumer = new ReplyConsumer(
                tag, tag.getBytes(UTF_8), replies().open(generated(""), loop(), guarded(this::onReply)));
        answer(consume.nowait() ? null : new Method.BasicConsumeOk(tag));
    }

    private void onReply(Message message) {
        ReplyConsumer consumer = replyConsumer;
        if (consumer == null || state != State.OPEN || !connection.isOpen()) {
            return;
        }
        if (!connection.mayDeliver(message.footprint())) {
            return; // Nobody else keeps it, and this client does not read.
        }
        Message ours = message.in(BasicFormat.INSTANCE);
        writeDelivery(
                consumer.tag(),
                unacked.skip(),
                false,
                NO_KEY,
                ours,
                ours.header().encoded());
    }

    private void closeReplies() {
        if (replyConsumer != null) {
            replies().close(replyConsumer.address());
            replyConsumer = null;
        }
    }

    private void requireNewTag(String tag) {
        if (consumers.containsKey(tag)
                || (replyConsumer != null && replyConsumer.name().equals(tag))) {
            throw new AmqpException(ReplyCode.NOT_ALLOWED, "attempt to reuse consumer tag '" + tag + "'");
        }
    }

    private void onConsume(Method.BasicConsume consume) {
        if (consume.queue().equals(ReplyAddresses.PSEUDO_QUEUE)) {
            onConsumeReplies(consume);
            return;
        }
        String queueName = topology.queueName(consume.queue());
        connection.require(Operation.READ, "queue", queueName);
        QueueRecord queue = connection
                .vhost()
                .requireQueue(queueName)
                .requireAccess(connection.context().id());
        requireNewTag(consume.consumerTag());
        if (prefetch.isLimited() && queue.settings().quorum()) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, queue + " does not support global qos");
        }
        String tag = consume.consumerTag().isEmpty() ? generated("amq.ctag-") : consume.consumerTag();
        ChannelConsumer consumer = new ChannelConsumer(
                this,
                queue,
                tag,
                consume.noAck(),
                consume.exclusive(),
                consumerPrefetch,
                prefetch.isLimited(),
                ConsumerPriority.of(consume.arguments(), queue),
                consume.arguments());
        consumers.put(tag, consumer);
        QueueActor actor = consumer.queue();
        Receiver<ConsumeResult> checked = connection.awaiting(number, this::onConsumeOutcome);
        // The answer is sent before the queue delivers: the client must know the tag first.
        Method answer = new Method.BasicConsumeOk(tag);
        actor.tell(loop(), core -> {
            ConsumeOutcome outcome = core.check(consumer.consumer());
            actor.home().send(loop(), checked, new ConsumeResult(consumer, outcome, consume.nowait() ? null : answer));
            if (outcome == ConsumeOutcome.ACCEPTED) {
                core.add(consumer.consumer(), actor.nowMillis());
            }
        });
    }

    private record ConsumeResult(
            ChannelConsumer consumer,
            ConsumeOutcome outcome,
            @Nullable Method answer) {}

    private void onConsumeOutcome(ConsumeResult result) {
        if (result.outcome == ConsumeOutcome.ACCEPTED) {
            if (result.answer != null && state == State.OPEN) {
                send(result.answer);
            }
        } else {
            consumers.remove(result.consumer.tag());
            QueueRecord queue = result.consumer.queueRecord();
            fail(
                    result.outcome == ConsumeOutcome.EXCLUSIVE_USE
                            ? new AmqpException(ReplyCode.ACCESS_REFUSED, queue + " in exclusive use")
                            : new AmqpException(ReplyCode.NOT_FOUND, "no " + queue),
                    Method.BasicConsume.ID);
        }
    }

    private void onCancel(Method.BasicCancel cancel) {
        ChannelConsumer consumer = consumers.remove(cancel.consumerTag());
        Method answer = cancel.nowait() ? null : new Method.BasicCancelOk(cancel.consumerTag());
        if (consumer == null) {
            if (replyConsumer != null && replyConsumer.name().equals(cancel.consumerTag())) {
                closeReplies();
            }
            answer(answer);
            return;
        }
        consumer.queue()
                .ask(
                        loop(),
                        core -> {
                            core.remove(consumer.consumer(), consumer.queue().nowMillis());
                            return consumer;
                        },
                        connection.awaiting(number, removed -> {
                            writeAllOf(removed);
                            answer(answer);
                        }));
    }

    void onDelivery(ChannelConsumer consumer, QueueEntry entry) {
        if (state != State.OPEN || !connection.isOpen() || consumer.isExpelled()) {
            if (!consumer.noAck()) {
                loop().send(consumer.queue().home(), consumer.queue().requeue(), entry);
            }
            return;
        }
        prefetch.delivered(consumer);
        boolean now = waiting.isEmpty() && connection.mayDeliver(entry.message().footprint());
        if (!now) {
            await(consumer, entry);
        } else {
            try {
                writeDelivery(consumer, entry);
            } catch (OutOfMemoryError e) {
                await(consumer, entry); // So that it goes back to its queue with the others.
                connection.outOfMemory(e);
            }
        }
        if (!windowsDue) {
            windowsDue = true;
            connection.atTurnEnd(this::onWritten);
        }
    }

    private void await(ChannelConsumer consumer, QueueEntry entry) {
        Waiting last = new Waiting(consumer, entry);
        waiting.add(last);
        connection.keep(last.heldBytes());
    }

    /** Goes on with the deliveries that wait, as far as the client has read others. */
    void writeWaiting() {
        while (!waiting.isEmpty()
                && connection.mayDeliver(waiting.element().entry.message().footprint())) {
            Waiting next = waiting.element();
            writeDelivery(next.consumer, next.entry); // If there is no memory for that, it still waits.
            connection.keep(-next.heldBytes());
            waiting.remove();
        }
    }

    /** A consumer leaves: what it was delivered goes before the word that it has left. */
    private void writeAllOf(ChannelConsumer consumer) {
        waiting.removeIf(next -> {
            boolean its = next.consumer == consumer;
            if (its) {
                connection.keep(-next.heldBytes());
                writeDelivery(consumer, next.entry);
            }
            return its;
        });
    }

    private void writeDelivery(ChannelConsumer consumer, QueueEntry entry) {
        Message message = entry.message();
        Message ours = message.in(BasicFormat.INSTANCE);
        if (connection.vhost().isTraced()) {
            connection.firehose(number).delivered(consumer.queueRecord(), message, entry.redelivered());
        }
        counters.delivered(consumer.queueRecord().settings().quorum(), consumer.noAck(), entry.redelivered());
        long tag = consumer.noAck() ? unacked.skip() : unacked.add(held(consumer.queue(), entry, consumer));
        writeDelivery(
                consumer.tagBytes(),
                tag,
                entry.redelivered(),
                consumer.encoded(message.exchange()),
                ours,
                propertiesOf(ours, entry, consumer.queueRecord()));
        consumer.wrote(message.footprint());
    }

    private void writeDelivery(
            byte[] consumerTag, long tag, boolean redelivered, byte[] exchange, Message message, byte[] properties) {
        byte[] key = message.routingKey();
        ByteBuf out = connection.reserve(FIXED_DELIVERY
                + consumerTag.length
                + exchange.length
                + key.length
                + FrameWriter.contentLength(properties, message.body(), connection.frameMax()));
        int start = FrameWriter.begin(out, FrameReader.METHOD, number);
        out.writeInt(Method.BasicDeliver.ID);
        writeShort(out, consumerTag);
        out.writeLong(tag);
        out.writeBoolean(redelivered);
        writeShort(out, exchange);
        writeShort(out, key);
        FrameWriter.end(out, start);
        FrameWriter.content(out, number, properties, message.body(), connection.frameMax());
    }

    private static void writeShort(ByteBuf out, byte[] bytes) {
        out.writeByte(bytes.length);
        out.writeBytes(bytes);
    }

    /** As published; BCC is for nobody's eyes, and a quorum queue tells how often a message came back. */
    private static byte[] propertiesOf(Message message, QueueEntry entry, QueueRecord queue) {
        MessageHeader header = message.header();
        boolean counts = queue.settings().quorum();
        if (!counts && !header.hasHeaders()) {
            return header.encoded();
        }
        FieldTable headers = header.headers();
        Map<String, @Nullable Object> changes = new HashMap<>();
        if (headers.toMap().containsKey("BCC")) {
            changes.put("BCC", null);
        }
        if (counts) {
            changes.put("x-delivery-count", (long) entry.deliveryCount());
        }
        return changes.isEmpty()
                ? header.encoded()
                : EncodedProperties.withHeaders(header.encoded(), headers.with(changes));
    }

    private void onWritten() {
        windowsDue = false;
        returnWindows();
        connection.tellMemory();
    }

    /** Tells the queues what was written, unless the socket is full: then {@link ConnectionMachine#onWritable} does. */
    void returnWindows() {
        if (connection.output().isWritable()) {
            consumers.values().forEach(ChannelConsumer::returnWindow);
        }
    }

    void onCancelled(ChannelConsumer consumer) {
        if (consumers.remove(consumer.tag(), consumer) && state == State.OPEN && connection.wantsCancels()) {
            writeAllOf(consumer);
            send(new Method.BasicCancel(consumer.tag(), true));
        }
    }

    private void onQos(Method.BasicQos qos) {
        if (qos.prefetchSize() != 0) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "prefetch_size!=0 (" + qos.prefetchSize() + ")");
        }
        if (!qos.global()) {
            consumerPrefetch = qos.prefetchCount();
        }
        limitChannel(qos.global() ? qos.prefetchCount() : 0); // As in RabbitMQ, the other kind of bound ends this one.
        send(new Method.BasicQosOk());
    }

    private void limitChannel(int limit) {
        boolean wasLimited = prefetch.isLimited();
        long unwritten = waiting.stream().filter(next -> !next.consumer.noAck()).count();
        prefetch.limit(limit, unacked.size() + (int) unwritten, unacked.nextTag());
        if (wasLimited != prefetch.isLimited()) {
            consumers.values().forEach(consumer -> consumer.limit(prefetch.isLimited()));
        }
    }

    void onGrantWanted(ChannelConsumer consumer) {
        prefetch.wanted(consumer);
    }

    void onGrantsReturned(int count) {
        prefetch.returned(count);
    }

    // Getting and settling.

    private void onGet(Method.BasicGet get) {
        String queueName = topology.queueName(get.queue());
        connection.require(Operation.READ, "queue", queueName);
        QueueRecord queue = connection
                .vhost()
                .requireQueue(queueName)
                .requireAccess(connection.context().id());
        QueueActor.of(queue)
                .get(loop(), get.noAck(), connection.awaiting(number, fetched -> onFetched(queue, fetched)));
    }

    private void onFetched(QueueRecord queue, QueueActor.Fetched fetched) {
        QueueEntry entry = fetched.entry();
        QueueActor actor = fetched.queue();
        if (state != State.OPEN) {
            if (entry != null && !fetched.noAck()) {
                loop().send(actor.home(), actor.requeue(), entry);
            }
        } else if (entry == null) {
            counters.gotNothing(queue.settings().quorum());
            send(new Method.BasicGetEmpty());
        } else {
            if (connection.vhost().isTraced()) {
                connection.firehose(number).delivered(queue, entry.message(), entry.redelivered());
            }
            counters.got(queue.settings().quorum(), fetched.noAck(), entry.redelivered());
            long tag = fetched.noAck() ? unacked.skip() : unacked.add(held(actor, entry, null));
            Message message = entry.message().in(BasicFormat.INSTANCE);
            ByteBuf out = connection.reserve(NAME_AND_KEY);
            int start = FrameWriter.begin(out, FrameReader.METHOD, number);
            out.writeInt(Method.BasicGetOk.ID);
            out.writeLong(tag);
            out.writeBoolean(entry.redelivered());
            ShortString.write(out, message.exchange());
            writeShort(out, message.routingKey());
            out.writeInt(fetched.left());
            FrameWriter.end(out, start);
            sendContent(propertiesOf(message, entry, queue), message.body());
        }
    }

    private enum Settlement {
        ACK,
        REJECT,
        REQUEUE
    }

    private void settle(long tag, boolean multiple, Settlement how) {
        if (multiple) {
            if (tag != 0 && !unacked.holds(tag)) {
                throw unknownTag(tag);
            }
            unacked.takeUpTo(tag == 0 ? unacked.nextTag() - 1 : tag, (at, delivery) -> settle(at, delivery, how));
        } else {
            Unacked delivery = unacked.take(tag);
            if (delivery == null) {
                throw unknownTag(tag);
            }
            settle(tag, delivery, how);
        }
        settled();
    }

    private void settle(long tag, Unacked delivery, Settlement how) {
        if (transactional) {
            settlements.add(new Settled(tag, delivery, how));
        } else {
            settleNow(tag, delivery, how);
        }
    }

    private static AmqpException unknownTag(long tag) {
        return new AmqpException(ReplyCode.PRECONDITION_FAILED, "unknown delivery tag " + Long.toUnsignedString(tag));
    }

    /** Settles one of those that are settled together; {@link #settled} has to follow. */
    private void settleNow(long tag, Unacked delivery, Settlement how) {
        QueueActor queue = delivery.queue;
        QueueEntry entry = delivery.entry;
        if (entry == null) {
            return;
        }
        switch (how) {
            case ACK -> {
                counters.acknowledged(queue.isQuorum());
                loop().send(queue.home(), queue.acknowledge(), entry);
            }
            case REJECT -> returns.reject(queue, entry);
            case REQUEUE -> returns.requeue(queue, entry);
        }
        if (delivery.consumer != null) {
            prefetch.settledDelivery();
        } else {
            prefetch.settledFetched(tag);
        }
    }

    private void settled() {
        returns.send(loop());
        prefetch.grantWishes();
    }

    private void recover(boolean requeue) {
        if (!requeue) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "requeue=false");
        }
        unacked.takeUpTo(unacked.nextTag() - 1, (tag, delivery) -> settleNow(tag, delivery, Settlement.REQUEUE));
        settled();
    }

    // Those who do not acknowledge.

    private Unacked held(QueueActor queue, QueueEntry entry, @Nullable ChannelConsumer consumer) {
        long now = loop().nowMillis();
        nextLookMillis = Math.min(nextLookMillis, Math.min(now + LOOK_MILLIS, due(now, queue)));
        return new Unacked(queue, entry, consumer, now);
    }

    private long due(long deliveredMillis, QueueActor queue) {
        long timeout = timeoutMillis(queue);
        return timeout == 0 ? Long.MAX_VALUE : deliveredMillis + timeout;
    }

    private long timeoutMillis(QueueActor queue) {
        return queue.consumerTimeoutMillis()
                .orElse(connection.context().settings().consumerTimeoutMillis());
    }

    /** Looks for deliveries whose acknowledgement is overdue; now and then for all, as a policy may have changed. */
    void onTick(long nowMillis) {
        if (state != State.OPEN || nowMillis < nextLookMillis) {
            return;
        }
        nextLookMillis = unacked.size() == 0 ? Long.MAX_VALUE : nowMillis + LOOK_MILLIS;
        Map<Long, Unacked> late = new LinkedHashMap<>();
        unacked.forEach((tag, delivery) -> {
            long due = delivery.entry == null ? Long.MAX_VALUE : due(delivery.deliveredMillis, delivery.queue);
            if (due <= nowMillis) {
                late.put(tag, delivery);
            }
            nextLookMillis = Math.min(nextLookMillis, Math.max(due, nowMillis + 1));
        });
        late.forEach(this::timeOut);
    }

    /** As RabbitMQ: the whole channel ends, but of a quorum queue's consumers that one alone. */
    private void timeOut(long tag, Unacked delivery) {
        ChannelConsumer consumer = delivery.consumer;
        if (state != State.OPEN || (consumer != null && consumer.isExpelled())) {
            return;
        }
        long timeout = timeoutMillis(delivery.queue);
        connection.context().broker().events().count(NodeCounters.Event.CONSUMER_TIMED_OUT);
        connection
                .context()
                .listener()
                .channelFailed(
                        number,
                        (consumer == null ? "a message fetched" : "consumer '" + consumer.tag() + "'") + " from "
                                + delivery.queue + " has not been acknowledged within " + timeout + " ms (delivery tag "
                                + tag + "); consumer_timeout, or the queue's x-consumer-timeout, allows more");
        if (consumer != null && delivery.queue.isQuorum() && connection.wantsCancels() && !transactional) {
            expel(consumer);
        } else {
            connection.during(0);
            connection.fail(
                    number,
                    new AmqpException(
                            ReplyCode.PRECONDITION_FAILED,
                            "delivery acknowledgement on channel " + number + " timed out. Timeout value used: "
                                    + timeout
                                    + " ms. This timeout value can be configured, see consumers doc guide to learn"
                                    + " more"));
        }
    }

    /** Cancels a consumer and gives back what it holds. */
    private void expel(ChannelConsumer consumer) {
        consumer.expel();
        if (consumers.remove(consumer.tag(), consumer)) {
            send(new Method.BasicCancel(consumer.tag(), true));
        }
        List<QueueEntry> entries = new ArrayList<>();
        List<Long> tags = new ArrayList<>();
        unacked.forEach((tag, delivery) -> {
            if (delivery.consumer == consumer && delivery.entry != null) {
                entries.add(delivery.entry);
                tags.add(tag);
            }
        });
        waiting.removeIf(next -> {
            boolean its = next.consumer == consumer;
            if (its) {
                entries.add(next.entry);
                prefetch.settledDelivery();
            }
            return its;
        });
        for (long tag : tags) {
            unacked.replace(tag, new Unacked(consumer.queue(), null, consumer, 0));
            prefetch.settledDelivery();
        }
        QueueActor queue = consumer.queue();
        queue.tell(loop(), core -> core.remove(List.of(consumer.consumer()), entries, queue.nowMillis()));
        prefetch.grantWishes();
    }

    static String generated(String prefix) {
        byte[] bytes = new byte[NAME_ENTROPY_BYTES];
        RANDOM.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    // The end.

    /** A mistake ends this channel; the connection and its other channels go on. */
    void fail(AmqpException failure, int methodId) {
        if (state != State.OPEN) {
            return;
        }
        if (failure.reply().closesConnection()) {
            connection.fail(number, failure);
            return;
        }
        close();
        state = State.CLOSING;
        send(new Method.ChannelClose(failure.reply().code(), failure.replyText(), methodId >>> 16, methodId & 0xffff));
    }

    /** Gives back all that it holds: consumers leave, and what was not acknowledged returns to its queue. */
    void close() {
        if (state != State.OPEN) {
            return;
        }
        flushConfirms();
        closeReplies();
        rollBack();
        content.abandon();
        state = State.CLOSED;
        connection.context().broker().counters(loop()).channelClosed();
        Map<QueueActor, List<QueueEntry>> entries = new LinkedHashMap<>();
        Map<QueueActor, List<QueueConsumer>> leaving = new LinkedHashMap<>();
        consumers
                .values()
                .forEach(consumer -> leaving.computeIfAbsent(consumer.queue(), unused -> new ArrayList<>())
                        .add(consumer.consumer()));
        unacked.takeUpTo(unacked.nextTag() - 1, (tag, delivery) -> {
            if (delivery.entry != null) {
                entries.computeIfAbsent(delivery.queue, unused -> new ArrayList<>())
                        .add(delivery.entry);
            }
        });
        waiting.forEach(next -> {
            connection.keep(-next.heldBytes());
            if (!next.consumer.noAck()) {
                entries.computeIfAbsent(next.consumer.queue(), unused -> new ArrayList<>())
                        .add(next.entry);
            }
        });
        waiting.clear();
        leaving.keySet().forEach(queue -> entries.computeIfAbsent(queue, unused -> new ArrayList<>()));
        entries.forEach((queue, returned) -> queue.tell(
                loop(), core -> core.remove(leaving.getOrDefault(queue, List.of()), returned, queue.nowMillis())));
        consumers.clear();
        prefetch.clear();
    }

    /** For operators. */
    ChannelInfo describe() {
        return new ChannelInfo(
                number,
                confirms != null,
                transactional,
                consumerPrefetch,
                prefetch.limit(),
                unacked.size(),
                confirms == null ? 0 : confirms.size(),
                publications.size(),
                settlements.size(),
                counters,
                consumers.values().stream().map(ChannelConsumer::describe).toList());
    }

    void answer(@Nullable Method method) {
        if (method != null && state == State.OPEN) {
            send(method);
        }
    }

    private void send(Method method) {
        connection.send(number, method);
    }

    private void sendContent(byte[] properties, byte[] body) {
        FrameWriter.content(
                connection.reserve(FrameWriter.contentLength(properties, body, connection.frameMax())),
                number,
                properties,
                body,
                connection.frameMax());
    }
}
