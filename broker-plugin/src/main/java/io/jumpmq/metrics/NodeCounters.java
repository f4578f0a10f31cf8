package io.jumpmq.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What seldom happens on a node: connections and queues that come and go, logins. Any thread. Numbers only grow. */
public final class NodeCounters {
    /** How often one thing happened. */
    public enum Event {
        CONNECTION_OPENED,
        CONNECTION_CLOSED,
        QUEUE_DECLARED,
        QUEUE_CREATED,
        QUEUE_DELETED,
        /** A consumer took too long to acknowledge. */
        CONSUMER_TIMED_OUT,
        AMQP_LOGIN,
        AMQP_LOGIN_REFUSED,
        HTTP_LOGIN,
        HTTP_LOGIN_REFUSED
    }

    private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);

    /** All at zero. */
    public NodeCounters() {
        for (Event event : Event.values()) {
            counts.put(event, new LongAdder());
        }
    }

    /** It happened once more. */
    public void count(Event event) {
        of(counts.get(event)).increment();
    }

    /** How often it has happened. */
    public long of(Event event) {
        return of(counts.get(event)).sum();
    }

    private static LongAdder of(@Nullable LongAdder count) {
        return Objects.requireNonNull(count);
    }
}
