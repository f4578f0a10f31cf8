package io.jumpmq.broker;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.ConsumerEndpoint;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.QueueConsumer;
import io.jumpmq.broker.queue.Subscriber;
import io.jumpmq.broker.queue.Subscription;

/** A consumer of a local queue. What its queue says on its own loop is sent to the subscriber's. */
final class LocalConsumer implements ConsumerEndpoint {
    private final Loop home;
    private final Loop loop;
    private final QueueConsumer consumer;
    private final Receiver<ConsumeOutcome> outcomes;
    private final Receiver<Delivery> deliveries;
    private final Receiver<LocalConsumer> creditWanted;
    private final Receiver<Integer> returns;
    private final Receiver<Boolean> requirements;
    private final Receiver<Subscriber.Cancellation> cancellations;

    LocalConsumer(Loop home, Loop loop, Subscription terms, Subscriber subscriber) {
        this.home = home;
        this.loop = loop;
        this.consumer = new QueueConsumer(
                this,
                terms.tag(),
                terms.noAck(),
                terms.exclusive(),
                terms.prefetch(),
                terms.needsCredit(),
                terms.priority());
        this.outcomes = subscriber::subscribed;
        this.deliveries = subscriber::delivered;
        this.creditWanted = unused -> subscriber.wantsCredit();
        this.returns = subscriber::creditReturned;
        this.requirements = subscriber::creditRequired;
        this.cancellations = subscriber::cancelled;
    }

    QueueConsumer consumer() {
        return consumer;
    }

    void subscribed(ConsumeOutcome outcome) {
        home.send(loop, outcomes, outcome);
    }

    void creditRequired(boolean required) {
        home.send(loop, requirements, required);
    }

    @Override
    public void deliver(QueueConsumer to, Delivery delivery) {
        home.send(loop, deliveries, delivery);
    }

    @Override
    public void cancelled(QueueConsumer whose) {
        home.send(loop, cancellations, Subscriber.Cancellation.QUEUE_DELETED);
    }

    @Override
    public void wantsCredit(QueueConsumer who) {
        home.send(loop, creditWanted, this);
    }

    @Override
    public void creditReturned(QueueConsumer whose, int count) {
        home.send(loop, returns, count);
    }
}
