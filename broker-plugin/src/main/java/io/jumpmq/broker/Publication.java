package io.jumpmq.broker;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.loop.Sized;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.PublishTicket;

/**
 * A message on its way to one or several queues whose publisher waits for their answers. Made, counted and settled on
 * the publisher's loop; the queues answer from theirs.
 */
public final class Publication implements Sized {
    /** Told on the publisher's loop when the last queue has answered. */
    public interface Settlement {
        /** Whether every queue has taken the message. */
        void settled(Publication publication, boolean accepted);
    }

    private final Message message;
    private final long sequenceNumber;
    private final Loop publisherLoop;
    private final Settlement settlement;
    private int open;
    private boolean refused;

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

    /** What one queue, whose home is {@code home}, settles. */
    PublishTicket ticketFor(Loop home) {
        return new Ticket(this, home);
    }

    private static final Receiver<Publication> ACCEPTED = publication -> publication.answered(true);
    private static final Receiver<Publication> REFUSED = publication -> publication.answered(false);

    private void answered(boolean accepted) {
        refused |= !accepted;
        if (--open == 0) {
            settlement.settled(this, !refused);
        }
    }

    private record Ticket(Publication publication, Loop home) implements PublishTicket {
        @Override
        public void accepted() {
            home.send(publication.publisherLoop, ACCEPTED, publication);
        }

        @Override
        public void refused() {
            home.send(publication.publisherLoop, REFUSED, publication);
        }
    }
}
