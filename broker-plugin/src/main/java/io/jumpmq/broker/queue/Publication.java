package io.jumpmq.broker.queue;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.loop.Sized;
import io.jumpmq.broker.message.Message;

/**
 * A message on its way to one or several queues whose publisher waits for their answers. Made, counted and settled on
 * the publisher's loop; the queues answer from theirs.
 */
public final class Publication implements Sized {
    /** Told on the publisher's loop when the last queue has answered. */
    public interface Settlement {
        /** What became of it in all queues: the worst of their answers. */
        void settled(Publication publication, PublishOutcome outcome);
    }

    private static final Receiver<Publication> ACCEPTED = publication -> publication.answered(PublishOutcome.ACCEPTED);
    private static final Receiver<Publication> REFUSED = publication -> publication.answered(PublishOutcome.REFUSED);
    private static final Receiver<Publication> UNREACHABLE =
            publication -> publication.answered(PublishOutcome.UNREACHABLE);

    private final Message message;
    private final long sequenceNumber;
    private final Loop publisherLoop;
    private final Settlement settlement;
    private int open;
    private PublishOutcome worst = PublishOutcome.ACCEPTED;

    /**
     * A publication to {@code queues} queues.
     *
     * @param sequenceNumber the publisher's own mark; nothing here looks at it
     */
    public Publication(Message message, long sequenceNumber, int queues, Loop publisherLoop, Settlement settlement) {
        this.message = message;
        this.sequenceNumber = sequenceNumber;
        this.open = queues;
        this.publisherLoop = publisherLoop;
        this.settlement = settlement;
    }

    public Message message() {
        return message;
    }

    @Override
    public int footprint() {
        return message.footprint();
    }

    public long sequenceNumber() {
        return sequenceNumber;
    }

    /** One queue answers, from this loop. Each does so once. */
    public void answer(Loop from, PublishOutcome outcome) {
        Receiver<Publication> answer = switch (outcome) {
            case ACCEPTED -> ACCEPTED;
            case REFUSED -> REFUSED;
            case UNREACHABLE -> UNREACHABLE;
        };
        from.send(publisherLoop, answer, this);
    }

    private void answered(PublishOutcome outcome) {
        if (outcome.compareTo(worst) > 0) {
            worst = outcome;
        }
        if (--open == 0) {
            settlement.settled(this, worst);
        }
    }
}
