package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who consumes from a queue, who of them may be served, and who is next. */
final class Consumers {
    private final boolean singleActive;

    /** In the order in which they came. */
    private final List<QueueConsumer> all = new ArrayList<>();

    /** Those of them that may be served and have room. */
    private final Turn turn = new Turn();

    /** If there is one, nobody else is served: the single active consumer or the exclusive one. */
    private @Nullable QueueConsumer active;

    Consumers(boolean singleActive) {
        this.singleActive = singleActive;
    }

    boolean mayJoin(QueueConsumer consumer) {
        return !(singleActive ? consumer.exclusive() : isTaken(consumer));
    }

    /** Takes a consumer on, unless that is forbidden because one has the queue for itself. */
    ConsumeOutcome add(QueueConsumer consumer) {
        if (!mayJoin(consumer)) {
            return ConsumeOutcome.EXCLUSIVE_USE;
        }
        if (active == null && (singleActive || consumer.exclusive())) {
            active = consumer;
        }
        all.add(consumer);
        turn.enter(consumer);
        resume(consumer);
        return ConsumeOutcome.ACCEPTED;
    }

    private boolean isTaken(QueueConsumer newcomer) {
        return active != null || (newcomer.exclusive() && !all.isEmpty());
    }

    /**
     * Parts with consumers of one channel; those that are not known here are left out.
     *
     * @return whether any was known
     */
    boolean remove(List<QueueConsumer> leaving) {
        boolean any = false;
        for (QueueConsumer consumer : leaving) {
            if (all.remove(consumer)) {
                turn.exit(consumer);
                any = true;
            }
        }
        if (active != null && leaving.contains(active)) {
            active = singleActive ? successor() : null;
            resume(active);
        }
        return any;
    }

    /** Who gets the next message; null if nobody can. Those who only lack their channel's leave ask for it and wait. */
    @Nullable QueueConsumer next() {
        QueueConsumer consumer = turn.first();
        while (consumer != null && consumer.needsGrant()) {
            consumer.wantsGrant = true;
            turn.leave(consumer);
            consumer.endpoint().wantsGrant(consumer);
            consumer = turn.first();
        }
        return consumer;
    }

    /** A consumer has been served: if it still has room, it has its next turn after the others. */
    void served(QueueConsumer consumer) {
        turn.leave(consumer);
        resume(consumer);
    }

    /** Gives a consumer a turn if it has room and may be served. */
    void resume(@Nullable QueueConsumer consumer) {
        if (consumer != null && consumer.hasRoom() && (active == null || active == consumer)) {
            turn.join(consumer);
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
