package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.metrics.ChannelCounters;

/** A channel that confirms what it publishes: in a batch, when the turn ends. */
final class ConfirmMode implements ChannelMode, ConfirmWindow.Output {
    private final ChannelMachine channel;
    private final OpenConnection connection;
    private final ChannelCounters counters;
    private final ConfirmWindow window = new ConfirmWindow();
    private boolean isDue;

    ConfirmMode(ChannelMachine channel, OpenConnection connection, ChannelCounters counters) {
        this.channel = channel;
        this.connection = connection;
        this.counters = counters;
    }

    /** The number of the next message. */
    long open() {
        return window.open();
    }

    void settle(long sequenceNumber, PublishOutcome outcome) {
        boolean accepted = outcome == PublishOutcome.ACCEPTED;
        window.settle(sequenceNumber, accepted);
        counters.confirmed(accepted ? 1 : 0);
        if (!isDue) {
            isDue = true;
            connection.atTurnEnd(this::flush);
        }
    }

    private void flush() {
        isDue = false;
        if (channel.isOpen()) {
            window.flush(this);
        }
    }

    /** What is settled is told before the channel's last word. */
    @Override
    public void close() {
        flush();
    }

    /** How many messages wait for their confirm. */
    int unconfirmed() {
        return window.size();
    }

    @Override
    public void ack(long sequenceNumber, boolean multiple) {
        channel.send(new Method.BasicAck(sequenceNumber, multiple));
    }

    @Override
    public void nack(long sequenceNumber) {
        channel.send(new Method.BasicNack(sequenceNumber, false, false));
    }
}
