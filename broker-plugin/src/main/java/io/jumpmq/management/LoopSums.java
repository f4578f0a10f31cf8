package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.DeathCounters;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.metrics.DeliveryCounters;
import io.jumpmq.metrics.SocketCounters;
import java.util.function.ToLongFunction;

/** What the loops of a node have counted, summed up. */
final class LoopSums {
    private final Broker broker;

    LoopSums(Broker broker) {
        this.broker = broker;
    }

    /** Of all channels. */
    long channels(ToLongFunction<ChannelCounters> of) {
        long sum = 0;
        for (Loop loop : broker.loops()) {
            sum += of.applyAsLong(broker.counters(loop));
        }
        return sum;
    }

    /** Of deliveries from quorum queues, or from all others. */
    long deliveries(boolean quorum, ToLongFunction<DeliveryCounters> of) {
        return channels(counters -> of.applyAsLong(counters.of(quorum)));
    }

    /** Of all sockets. */
    long sockets(ToLongFunction<SocketCounters> of) {
        long sum = 0;
        for (Loop loop : broker.loops()) {
            sum += of.applyAsLong(broker.socketCounters(loop));
        }
        return sum;
    }

    /** Of messages that died. */
    long deaths(ToLongFunction<DeathCounters> of) {
        long sum = 0;
        for (Loop loop : broker.loops()) {
            sum += of.applyAsLong(broker.deaths(loop));
        }
        return sum;
    }
}
