package io.jumpmq.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What was published to one exchange, from any thread. Numbers only grow. */
public final class ExchangeCounters {
    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();

    /** A message came in and went to so many queues. */
    public void routed(int queues) {
        in.increment();
        if (queues > 0) {
            out.add(queues);
        }
    }

    /** Messages published to it. */
    public long in() {
        return in.sum();
    }

    /** To how many queues they went, in all. */
    public long out() {
        return out.sum();
    }
}
