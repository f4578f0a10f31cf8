package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who consumes from a queue, who of them may be served, and who is next. */
final class Consumers {
    private final boolean singleActive;

    /** In the order in which they came. */
    private final List<QueueConsumer> all = new ArrayList<>();

    /**
     * Those of them that may be served and were not found without room when their turn came. Who fills up and has room
     * again before the next turn keeps it.
     */
    private final RoundRobin roundRobin = new RoundRobin();

    /** If there is one, nobody else is served: the single active consumer or the exclusive one. */
    private @Nullable QueueConsumer active;

    /**
     * Consumers whose channels have closed while deliveries were on their way to them. These come back, and before that
     * nobody is served: another consumer would see what was published later first.
     */
    private final List<QueueConsumer> awaited = new ArrayList<>();

    Consumers(boolean singleActive) {
        this.singleActive = singleActive;
    }

    /** Whether a consumer can be taken on: not if one has the queue for itself, or wants it and cannot have it. */
    boolean mayJoin(QueueConsumer consumer) {
        return !(singleActive ? consumer.exclusive() : isTaken(consumer));
    }

    /** Takes a consumer on, which {@linkplain #mayJoin may join}. */
    void add(QueueConsumer consumer) {
        if (active == null && (singleActive || consumer.exclusive())) {
            active = consumer;
        }
        all.add(consumer);
        roundRobin.enter(consumer);
        resume(consumer);
    }

    private boolean isTaken(QueueConsumer newcomer) {
        return active != null || (newcomer.exclusive() && !all.isEmpty());
    }

    /**
     * Parts with consumers of one channel; those that are not known here are left out.
     *
     * @param closing whether the channel gives everything back that was delivered to them
     * @return whether any was known
     */
    boolean remove(List<QueueConsumer> leaving, boolean closing) {
        boolean any = false;
        for (QueueConsumer consumer : leaving) {
            if (all.remove(consumer)) {
                roundRobin.exit(consumer);
                any = true;
                if (closing && consumer.unacknowledged > 0) {
                    awaited.add(consumer);
                }
            }
        }
        if (active != null && leaving.contains(active)) {
            active = singleActive ? successor() : null;
            resume(active);
        }
        return any;
    }

    /**
     * Who gets the next message; null if nobody can. Those whose turn comes while they have no room lose it; so do those
     * who only lack credit, and they ask for it.
     */
    @Nullable QueueConsumer next() {
        if (isAwaiting()) {
            return null;
        }
        QueueConsumer consumer = roundRobin.first();
        while (consumer != null) {
            if (consumer.hasRoom()) {
                if (!consumer.lacksCredit()) {
                    return consumer;
                }
                consumer.wantsCredit = true;
                consumer.endpoint().wantsCredit(consumer);
            }
            roundRobin.leave(consumer);
            consumer = roundRobin.first();
        }
        return null;
    }

    private boolean isAwaiting() {
        awaited.removeIf(consumer -> consumer.unacknowledged == 0);
        return !awaited.isEmpty();
    }

    /** A consumer has been served: it has its next turn after the others. */
    void served(QueueConsumer consumer) {
        roundRobin.leave(consumer);
        roundRobin.join(consumer);
    }

    /** Gives a consumer that lost its turn a new one, if it has room again and may be served. */
    void resume(@Nullable QueueConsumer consumer) {
        if (consumer != null && consumer.hasRoom() && (active == null || active == consumer)) {
            roundRobin.join(consumer);
        }
    }

    int count() {
        return all.size();
    }

    List<QueueConsumer> all() {
        return List.copyOf(all);
    }

    @Nullable QueueConsumer active() {
        return active;
    }

    /** Who becomes the single active consumer: of those with the highest priority the one that came first. */
    private @Nullable QueueConsumer successor() {
        QueueConsumer best = null;
        for (QueueConsumer consumer : all) {
            if (best == null || consumer.priority() > best.priority()) {
                best = consumer;
            }
        }
        return best;
    }
}
