package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.EncodedProperties;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Authorization;
import io.jumpmq.broker.Publisher;
import io.jumpmq.broker.ReplyAddresses;
import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.MessageProperties;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a channel publishes, from basic.publish on. Belongs to its connection's loop. */
final class ChannelPublishing {
    private static final byte[] NO_NAME = {};
    private static final int RESERVED_SHORT = 2;
    private static final int MANDATORY = 1;
    private static final int IMMEDIATE = 2;

    /** Ten years, in milliseconds. */
    private static final BigInteger MAX_EXPIRATION = BigInteger.valueOf(315_360_000_000L);

    private final ChannelMachine channel;
    private final OpenConnection connection;
    private final DirectReplies replies;
    private final ContentWriter writer;
    private final ChannelCounters counters;
    private final Catalog catalog;
    private final Publisher publisher;
    private final Publication.Settlement confirmed = this::onConfirmed;
    private final Publication.Settlement mandatoryConfirmed = this::onMandatoryConfirmed;
    private final Publication.Settlement mandatorySettled = this::onMandatorySettled;
    private final Receiver<Message> returns;

    // The publish that waits for its content.
    private byte[] exchangeName = NO_NAME;
    private byte[] routingKey = NO_NAME;
    private int flags;

    /** Where the last one went, good for the same name while nothing has changed. */
    private @Nullable Target target;

    /**
     * An exchange to which the user may publish.
     *
     * @param topics null: with any routing key
     */
    @SuppressWarnings("ArrayRecordComponent") // Told from others by its identity.
    private record Target(
            byte[] name,
            long version,
            ExchangeRecord exchange,
            @Nullable Authorization topics) {}

    ChannelPublishing(
            ChannelMachine channel,
            OpenConnection connection,
            DirectReplies replies,
            ContentWriter writer,
            ChannelCounters counters) {
        this.channel = channel;
        this.connection = connection;
        this.replies = replies;
        this.writer = writer;
        this.counters = counters;
        this.returns = channel.guarded(
                message -> writer.giveBack(message, ReplyCode.NO_ROUTE.text("a queue cannot be reached")));
        this.catalog = connection.context().broker().catalog();
        this.publisher = new Publisher(catalog, connection.vhost(), channel.loop());
    }

    /** The arguments of basic.publish; {@link #publish} follows when the content is there. */
    void onPublish(ByteBuf in) {
        ByteBuf arguments = in.slice();
        try {
            in.skipBytes(RESERVED_SHORT);
            exchangeName = takeShort(in, exchangeName);
            routingKey = takeShort(in, routingKey);
            flags = in.readUnsignedByte();
            if (in.isReadable()) {
                throw Method.cannotDecode(arguments);
            }
        } catch (IndexOutOfBoundsException e) {
            throw Method.cannotDecode(arguments);
        }
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

    /** A whole content has come. */
    void publish(ContentAssembly content) {
        connection.publishing();
        Target to = target();
        Message message = new Message(to.exchange.name(), routingKey, admitted(content.header()), content.takeBody());
        if (to.topics != null) {
            to.topics.requireTopics(to.exchange, message);
        }
        if ((flags & IMMEDIATE) != 0) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "immediate=true");
        }
        boolean mandatory = (flags & MANDATORY) != 0;
        ChannelMode mode = channel.mode();
        counters.published(mode instanceof ConfirmMode, message.body().length);
        QueuePort[] queues = publisher.route(to.exchange, message);
        if (connection.vhost().isTraced()) {
            connection.firehose(channel.number()).published(message, Publisher.names(queues));
        }
        if (mode instanceof TransactionMode transaction) {
            transaction.publish(to.exchange, message, mandatory, Publisher.names(queues));
        } else if (!isRoutable(to.exchange, message, mandatory, queues)) {
            if (mode instanceof ConfirmMode confirms) {
                confirms.settle(confirms.open(), PublishOutcome.ACCEPTED);
            }
        } else if (mode instanceof ConfirmMode confirms) {
            publisher.send(message, queues, confirms.open(), mandatory ? mandatoryConfirmed : confirmed);
        } else if (mandatory) {
            publisher.send(message, queues, 0, mandatorySettled);
        } else {
            publisher.send(message, queues);
        }
    }

    /** Publishes a message of a transaction: to those queues that still, or again, have these names. */
    void commit(
            ExchangeRecord exchange,
            Message message,
            boolean mandatory,
            List<String> names,
            TransactionMode.Commit commit) {
        // The default exchange knows queues by their names, too: those that came since as well.
        QueuePort[] queues = exchange.name().equals(VirtualHost.DEFAULT_EXCHANGE)
                ? publisher.route(exchange, message)
                : named(names);
        if (isRoutable(exchange, message, mandatory, queues)) {
            commit.sent();
            publisher.send(message, queues, 0, commit);
        }
    }

    private QueuePort[] named(List<String> queues) {
        return queues.stream()
                .map(connection.vhost()::queue)
                .filter(Objects::nonNull)
                .map(QueueRecord::port)
                .toArray(QueuePort[]::new);
    }

    /** Counts a message, and sees to one that goes to no queue. */
    private boolean isRoutable(ExchangeRecord exchange, Message message, boolean mandatory, QueuePort[] queues) {
        if (Publisher.count(counters, exchange, queues, mandatory)) {
            if (Publisher.isThrottled(queues)) {
                connection.throttle();
            }
            return true;
        }
        if (exchange.name().equals(VirtualHost.DEFAULT_EXCHANGE)) {
            replies.addresses().deliver(channel.loop(), message);
        }
        if (mandatory) {
            writer.giveBack(message, ReplyCode.NO_ROUTE.name());
        }
        return false;
    }

    private Target target() {
        Target known = target;
        long version = catalog.routingVersion();
        if (known != null && known.name == exchangeName && known.version == version) {
            return known;
        }
        ExchangeRecord exchange = connection.vhost().requireExchange(new String(exchangeName, UTF_8));
        Authorization.requirePublishable(exchange);
        Authorization authorization = connection.authorization();
        authorization.requireExchange(Operation.WRITE, exchange.name());
        Target found = new Target(
                exchangeName, version, exchange, authorization.isBoundByTopics(exchange) ? authorization : null);
        target = found;
        return found;
    }

    /** Properties as they go on: direct replies get an address. */
    private MessageHeader admitted(MessageHeader header) {
        int present = BasicProperties.flags(header.encoded());
        if ((present & (BasicProperties.USER_ID | BasicProperties.EXPIRATION | BasicProperties.REPLY_TO)) == 0) {
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
        return ReplyAddresses.PSEUDO_QUEUE.equals(decoded.replyTo())
                ? BasicFormat.INSTANCE.header(EncodedProperties.withReplyTo(header.encoded(), replies.address()))
                : header;
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

    // What queues answer.

    private void onConfirmed(Publication publication, PublishOutcome outcome) {
        if (channel.isOpen() && channel.mode() instanceof ConfirmMode confirms) {
            confirms.settle(publication.sequenceNumber(), outcome);
        }
    }

    private void onMandatoryConfirmed(Publication publication, PublishOutcome outcome) {
        onMandatorySettled(publication, outcome);
        onConfirmed(publication, outcome);
    }

    /** A queue that cannot be reached is as good as none. */
    private void onMandatorySettled(Publication publication, PublishOutcome outcome) {
        if (outcome == PublishOutcome.UNREACHABLE && channel.isOpen()) {
            counters.unroutable(true);
            returns.receive(publication.message());
        }
    }
}
