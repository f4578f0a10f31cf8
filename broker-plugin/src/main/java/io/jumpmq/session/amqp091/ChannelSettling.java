package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.Fetched;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import org.jspecify.annotations.Nullable;

/** What a channel fetches, and what it says of what it was delivered. Belongs to its connection's loop. */
final class ChannelSettling {
    private final ChannelMachine channel;
    private final OpenConnection connection;
    private final ChannelPrefetch prefetch;
    private final ContentWriter writer;
    private final ChannelCounters counters;
    private final Loop loop;
    private final UnackedDeliveries<Unacked> unacked = new UnackedDeliveries<>();
    private final Returns returns = new Returns();
    private final AcknowledgementTimeouts timeouts;

    ChannelSettling(
            ChannelMachine channel,
            OpenConnection connection,
            ChannelPrefetch prefetch,
            ContentWriter writer,
            ChannelCounters counters) {
        this.channel = channel;
        this.connection = connection;
        this.prefetch = prefetch;
        this.writer = writer;
        this.counters = counters;
        this.loop = channel.loop();
        this.timeouts = new AcknowledgementTimeouts(channel, connection, unacked);
    }

    AcknowledgementTimeouts timeouts() {
        return timeouts;
    }

    /** How many deliveries wait for their acknowledgement. */
    int outstanding() {
        return unacked.size();
    }

    /** The tag that the next delivery will get. */
    long nextTag() {
        return unacked.nextTag();
    }

    /** The tag of a delivery that counts as acknowledged. */
    long skip() {
        return unacked.skip();
    }

    /** Keeps a delivery until it is acknowledged, by the tag that it gets; the consumer is null if it was fetched. */
    long hold(QueueRecord queue, Delivery delivery, @Nullable ChannelConsumer consumer) {
        long now = loop.nowMillis();
        timeouts.delivered(queue, now);
        return unacked.add(new Unacked(queue, delivery, consumer, now));
    }

    /** Keeps a delivery again that a transaction was to settle. */
    void putBack(long tag, Unacked delivery) {
        unacked.putBack(tag, delivery);
    }

    /** Tells all that are kept, the oldest first. */
    void forEach(UnackedDeliveries.Taker<Unacked> visitor) {
        unacked.forEach(visitor);
    }

    /** Gives up all that are kept. */
    void takeAll(UnackedDeliveries.Taker<Unacked> taker) {
        unacked.takeUpTo(unacked.nextTag() - 1, taker);
    }

    // Getting.

    void onGet(Method.BasicGet get) {
        String name = channel.queueName(get.queue());
        connection.authorization().requireQueue(Operation.READ, name);
        QueueRecord queue = connection
                .vhost()
                .requireQueue(name)
                .requireAccess(connection.context().id());
        queue.port().get(loop, get.noAck(), connection.awaiting(channel.number(), reply -> {
            connection.during(Method.BasicGet.ID);
            onFetched(queue, get.noAck(), reply.orThrow(queue));
        }));
    }

    private void onFetched(QueueRecord queue, boolean noAck, Fetched fetched) {
        Delivery delivery = fetched.delivery();
        boolean isQuorum = queue.settings().quorum();
        if (!channel.isOpen()) {
            if (delivery != null && !noAck) {
                queue.port().settle(loop, Settlement.REQUEUE, delivery);
            }
        } else if (delivery == null) {
            counters.gotNothing(isQuorum);
            channel.send(new Method.BasicGetEmpty());
        } else {
            if (connection.vhost().isTraced()) {
                connection.firehose(channel.number()).delivered(queue, delivery.message(), delivery.redelivered());
            }
            counters.got(isQuorum, noAck, delivery.redelivered());
            long tag = noAck ? skip() : hold(queue, delivery, null);
            writer.getOk(tag, delivery, fetched.left(), queue);
        }
    }

    // Settling.

    /** The client settles one delivery, or all up to it. */
    void settle(long tag, boolean multiple, Settlement how) {
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
        if (channel.mode() instanceof TransactionMode transaction) {
            transaction.settle(tag, delivery, how);
        } else {
            settleNow(tag, delivery, how);
        }
    }

    private static AmqpException unknownTag(long tag) {
        return new AmqpException(ReplyCode.PRECONDITION_FAILED, "unknown delivery tag " + Long.toUnsignedString(tag));
    }

    /** Settles one of those that are settled together; {@link #settled} has to follow. */
    void settleNow(long tag, Unacked held, Settlement how) {
        if (held.isTakenBack()) {
            return;
        }
        QueuePort queue = held.queue().port();
        switch (how) {
            case ACK -> {
                counters.acknowledged(held.queue().settings().quorum());
                queue.settle(loop, Settlement.ACK, held.delivery());
            }
            case REJECT -> returns.reject(queue, held.delivery());
            case REQUEUE -> returns.requeue(queue, held.delivery());
        }
        if (held.consumer() != null) {
            prefetch.settledDelivery();
        } else {
            prefetch.settledFetched(tag);
        }
    }

    void settled() {
        returns.send(loop);
        prefetch.giveCredit();
    }

    /** Has everything delivered again. */
    void recover(boolean requeue) {
        if (!requeue) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "requeue=false");
        }
        takeAll((tag, delivery) -> settleNow(tag, delivery, Settlement.REQUEUE));
        settled();
    }
}
