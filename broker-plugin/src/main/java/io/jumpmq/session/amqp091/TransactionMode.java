package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
import java.util.List;

/** A channel that publishes and settles when it is told to commit. */
final class TransactionMode implements ChannelMode {
    private final ChannelMachine channel;
    private final OpenConnection connection;
    private final ChannelPublishing publishing;
    private final ChannelSettling settling;
    private List<Publish> publications = new ArrayList<>();
    private List<Settle> settlements = new ArrayList<>();
    private long uncommittedBytes;

    /**
     * A message to be published.
     *
     * @param queues where it went at that moment
     */
    private record Publish(ExchangeRecord exchange, Message message, boolean mandatory, List<String> queues) {}

    private record Settle(long tag, Unacked unacked, Settlement how) {}

    TransactionMode(
            ChannelMachine channel, OpenConnection connection, ChannelPublishing publishing, ChannelSettling settling) {
        this.channel = channel;
        this.connection = connection;
        this.publishing = publishing;
        this.settling = settling;
    }

    /** As in RabbitMQ, the queues are those of this moment, of which those that have such a name at the commit get it. */
    void publish(ExchangeRecord exchange, Message message, boolean mandatory, List<String> queues) {
        connection.hold(message.footprint());
        uncommittedBytes += message.footprint();
        publications.add(new Publish(exchange, message, mandatory, queues));
    }

    void settle(long tag, Unacked unacked, Settlement how) {
        settlements.add(new Settle(tag, unacked, how));
    }

    /** All steps, then commit-ok when every queue has taken its messages; what one refuses does not undo the others. */
    void commit() {
        List<Publish> published = publications;
        List<Settle> settled = settlements;
        forgetPublications();
        settlements = new ArrayList<>();
        connection.suspend();
        Commit commit = new Commit();
        published.forEach(one -> publishing.commit(one.exchange, one.message, one.mandatory, one.queues, commit));
        settled.forEach(one -> settling.settleNow(one.tag, one.unacked, one.how));
        settling.settled();
        commit.answered();
    }

    /** Messages are forgotten; what was settled is held as before. */
    void rollBack() {
        forgetPublications();
        settlements.forEach(one -> settling.putBack(one.tag, one.unacked));
        settlements = new ArrayList<>();
    }

    private void forgetPublications() {
        publications = new ArrayList<>();
        connection.hold(-uncommittedBytes);
        uncommittedBytes = 0;
    }

    @Override
    public void close() {
        rollBack();
    }

    /** How many messages wait for the commit. */
    int unpublished() {
        return publications.size();
    }

    /** How many deliveries do. */
    int unsettled() {
        return settlements.size();
    }

    /** A commit that waits for the queues. */
    final class Commit implements Publication.Settlement {
        /** How many answers are awaited: one is the channel's own. */
        private int open = 1;

        private boolean failed;

        /** One message more has gone to its queues. */
        void sent() {
            open++;
        }

        @Override
        public void settled(Publication publication, PublishOutcome outcome) {
            failed |= outcome != PublishOutcome.ACCEPTED;
            answered();
        }

        private void answered() {
            if (--open == 0) {
                if (failed) {
                    channel.fail(
                            new AmqpException(ReplyCode.PRECONDITION_FAILED, "partial tx completion"),
                            Method.TxCommit.ID);
                } else {
                    channel.send(new Method.TxCommitOk());
                }
                connection.resume();
            }
        }
    }
}
