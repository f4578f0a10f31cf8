package io.jumpmq.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What seldom happens on a node: connections and queues that come and go, logins. Any thread. Numbers only grow. */
public final class NodeCounters {
    /** How often one thing happened. */
    public enum Event {
        CONNECTION_OPENED,
        CONNECTION_CLOSED,
        QUEUE_DECLARED,
        QUEUE_CREATED,
        QUEUE_DELETED,
        AMQP_LOGIN,
        AMQP_LOGIN_REFUSED,
        HTTP_LOGIN,
        HTTP_LOGIN_REFUSED
    }

    private final LongAdder[] counts = new LongAdder[Event.values().length];

    /** All at zero. */
    public NodeCounters() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    public void count(Event event) {
        counts[event.ordinal()].increment();
    }

    public long of(Event event) {
        return counts[event.ordinal()].sum();
    }
}
