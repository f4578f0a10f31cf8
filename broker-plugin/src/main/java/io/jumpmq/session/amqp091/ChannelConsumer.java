package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.Subscriber;
import io.jumpmq.broker.queue.Subscription;
import io.jumpmq.session.ConsumerInfo;
import io.jumpmq.value.FieldTable;

/** A consumer as its channel sees it. */
final class ChannelConsumer implements Subscriber {
    /** Written bytes are told to the queue once they are this much, not for each message. */
    private static final int RETURN_AT_BYTES = QueuePort.WINDOW_BYTES / 4;

    private final QueueRecord queueRecord;
    private final QueuePort queue;
    private final Loop loop;
    private final Subscription terms;
    private final byte[] tag;
    private final FieldTable arguments;

    /** What its queue knows it by. */
    private final long number;

    private final Receiver<ConsumeOutcome> outcomes;
    private final Receiver<Delivery> deliveries;
    private final Receiver<Cancellation> cancellations;
    private final Receiver<ChannelConsumer> creditWanted;
    private final Receiver<Integer> returns;

    /** Given to the queue, and neither used by a delivery nor returned. */
    private int credit;

    /** The exchange of the last delivery, which is mostly that of the next, too. */
    private String exchange = "";

    private byte[] exchangeBytes = {};

    /** Whether what the queue delivers has used up credit: it has been told to need it, and has said that it does. */
    private boolean needsCredit;

    /** Whether it took too long to acknowledge and was cancelled for that: what is on its way to it goes back. */
    private boolean expelled;

    /** Handed to the socket and not told to the queue yet. */
    private int writtenBytes;

    /**
     * Subscribes.
     *
     * @param outcomes told what came of that
     */
    ChannelConsumer(
            ChannelConsuming consuming,
            ChannelMachine channel,
            QueueRecord queueRecord,
            Subscription terms,
            FieldTable arguments,
            Receiver<ConsumeOutcome> outcomes) {
        this.queueRecord = queueRecord;
        this.queue = queueRecord.port();
        this.loop = channel.loop();
        this.terms = terms;
        this.tag = terms.tag().getBytes(UTF_8);
        this.arguments = arguments;
        this.needsCredit = terms.needsCredit();
        this.outcomes = outcomes;
        this.deliveries = channel.guarded(delivery -> consuming.onDelivery(this, delivery));
        this.cancellations = channel.guarded(why -> consuming.onCancelled(this, why));
        this.creditWanted = channel.guarded(consuming::onCreditWanted);
        this.returns = channel.guarded(count -> consuming.onCreditReturned(this, count));
        this.number = queue.subscribe(loop, terms, this);
    }

    QueuePort queue() {
        return queue;
    }

    QueueRecord queueRecord() {
        return queueRecord;
    }

    long number() {
        return number;
    }

    String tag() {
        return terms.tag();
    }

    byte[] tagBytes() {
        return tag;
    }

    boolean noAck() {
        return terms.noAck();
    }

    boolean isExpelled() {
        return expelled;
    }

    void expel() {
        expelled = true;
    }

    boolean needsCredit() {
        return needsCredit;
    }

    /** Has the queue need credit, or no longer. What it delivered before that is still on its way. */
    void limit(boolean limited) {
        queue.requireCredit(loop, number, limited);
    }

    /** Gives the queue credit for one message more, to be used now. */
    void giveCredit() {
        credit++;
        queue.credit(loop, number, 1, true);
    }

    int credit() {
        return credit;
    }

    void useCredit(int count) {
        credit -= count;
    }

    /** For operators. */
    ConsumerInfo describe() {
        return new ConsumerInfo(
                queueRecord,
                terms.tag(),
                terms.noAck(),
                terms.exclusive(),
                terms.prefetch(),
                queue.serves(number),
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
            queue.written(loop, number, writtenBytes);
            writtenBytes = 0;
        }
    }

    // What the queue says.

    @Override
    public void subscribed(ConsumeOutcome outcome) {
        outcomes.receive(outcome);
    }

    @Override
    public void delivered(Delivery delivery) {
        deliveries.receive(delivery);
    }

    @Override
    public void wantsCredit() {
        creditWanted.receive(this);
    }

    @Override
    public void creditReturned(int count) {
        returns.receive(count);
    }

    @Override
    public void creditRequired(boolean required) {
        needsCredit = required;
    }

    @Override
    public void cancelled(Cancellation why) {
        cancellations.receive(why);
    }
}
