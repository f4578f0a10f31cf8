package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.QueueActor;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.ConsumerEndpoint;
import io.jumpmq.broker.queue.QueueConsumer;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.session.ConsumerInfo;
import io.jumpmq.value.FieldTable;

/**
 * A consumer as its channel sees it. What the queue says on its loop is sent to the channel's, where the rest of this
 * object lives.
 */
final class ChannelConsumer implements ConsumerEndpoint {
    /** Written bytes are told to the queue once they are this much, not for each message. */
    private static final int RETURN_AT_BYTES = QueueConsumer.WINDOW_BYTES / 4;

    private final ChannelMachine channel;
    private final QueueActor queue;
    private final QueueRecord queueRecord;
    private final byte[] tag;
    private final FieldTable arguments;
    private final QueueConsumer consumer;
    private final Receiver<QueueEntry> deliveries;
    private final Receiver<QueueConsumer> cancellations;
    private final Receiver<QueueConsumer> wishes;
    private final Receiver<Integer> returns;
    private final Receiver<Boolean> limits = asks -> needsGrants = asks;

    /** The exchange of the last delivery, which is mostly that of the next, too. */
    private String exchange = "";

    private byte[] exchangeBytes = {};

    /** Whether the queue asks for a grant before each delivery: it has been told to, and has said that it does. */
    private boolean needsGrants;

    /** Whether it took too long to acknowledge and was cancelled for that: what is on its way to it goes back. */
    private boolean expelled;

    /** Handed to the socket and not told to the queue yet. */
    private int writtenBytes;

    ChannelConsumer(
            ChannelMachine channel,
            QueueRecord queueRecord,
            String tag,
            boolean noAck,
            boolean exclusive,
            int prefetch,
            boolean limited,
            int priority,
            FieldTable arguments) {
        this.channel = channel;
        this.queue = QueueActor.of(queueRecord);
        this.queueRecord = queueRecord;
        this.tag = tag.getBytes(UTF_8);
        this.arguments = arguments;
        this.needsGrants = limited;
        this.consumer = new QueueConsumer(this, tag, noAck, exclusive, prefetch, limited, priority);
        this.deliveries = channel.guarded(entry -> channel.onDelivery(this, entry));
        this.cancellations = channel.guarded(cancelled -> channel.onCancelled(this));
        this.wishes = channel.guarded(wishing -> channel.onGrantWanted(this));
        this.returns = channel.guarded(channel::onGrantsReturned);
    }

    QueueActor queue() {
        return queue;
    }

    QueueRecord queueRecord() {
        return queueRecord;
    }

    QueueConsumer consumer() {
        return consumer;
    }

    String tag() {
        return consumer.tag();
    }

    byte[] tagBytes() {
        return tag;
    }

    boolean noAck() {
        return consumer.noAck();
    }

    boolean isExpelled() {
        return expelled;
    }

    void expel() {
        expelled = true;
    }

    boolean needsGrants() {
        return needsGrants;
    }

    /** Has the queue ask for grants, or no longer. What it delivered before that is still on its way. */
    void limit(boolean limited) {
        queue.tell(channel.loop(), core -> {
            queue.home().send(channel.loop(), limits, limited); // Before what it delivers by the new rule.
            core.limit(consumer, limited, queue.nowMillis());
        });
    }

    /** Lets the queue deliver one message more. */
    void grant() {
        queue.tell(channel.loop(), core -> core.grant(consumer, 1, queue.nowMillis()));
    }

    /** For operators. */
    ConsumerInfo describe() {
        return new ConsumerInfo(
                queueRecord,
                consumer.tag(),
                consumer.noAck(),
                consumer.exclusive(),
                consumer.prefetch(),
                queue.serves(consumer),
                arguments);
    }

    /** An exchange's name as it goes out. */
    byte[] encoded(String name) {
        if (!name.equals(exchange)) {
            exchange = name;
            exchangeBytes = name.getBytes(UTF_8);
        }
        return exchangeBytes;
    }

    /** Notes that a delivery went to the socket. */
    void wrote(int bytes) {
        writtenBytes += bytes;
    }

    /** Tells the queue what went, if it is worth a word. */
    void returnWindow() {
        if (writtenBytes >= RETURN_AT_BYTES) {
            int bytes = writtenBytes;
            writtenBytes = 0;
            queue.tell(channel.loop(), core -> core.written(consumer, bytes, queue.nowMillis()));
        }
    }

    // On the queue's loop.

    @Override
    public void deliver(QueueConsumer to, QueueEntry entry) {
        queue.home().send(channel.loop(), deliveries, entry);
    }

    @Override
    public void cancelled(QueueConsumer whose) {
        queue.home().send(channel.loop(), cancellations, whose);
    }

    @Override
    public void wantsGrant(QueueConsumer who) {
        queue.home().send(channel.loop(), wishes, who);
    }

    @Override
    public void grantsReturned(QueueConsumer whose, int count) {
        queue.home().send(channel.loop(), returns, count);
    }
}
