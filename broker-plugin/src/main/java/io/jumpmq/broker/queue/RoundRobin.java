package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is among consumers: those of the highest priority first, and among equals the one
 * that waits longest. A doubly linked list through the consumers themselves for each priority, so that a turn costs the
 * same with two consumers as with two thousand.
 */
final class RoundRobin {
    /** The consumers of one priority. */
    static final class Rank {
        private final int priority;

        /** How many consumers take part, with room or without. */
        private int members;

        @Nullable private QueueConsumer first;

        @Nullable private QueueConsumer last;

        @Nullable private Rank lower;

        private Rank(int priority) {
            this.priority = priority;
        }
    }

    @Nullable private Rank highest;

    /** Who is next; null if nobody has room. */
    @Nullable QueueConsumer first() {
        for (Rank rank = highest; rank != null; rank = rank.lower) {
            if (rank.first != null) {
                return rank.first;
            }
        }
        return null;
    }

    /** Takes a consumer on; it has no turn before it {@linkplain #join joins}. */
    void enter(QueueConsumer consumer) {
        Rank rank = rankOf(consumer.priority());
        rank.members++;
        consumer.rank = rank;
    }

    /** Forgets a consumer. */
    void exit(QueueConsumer consumer) {
        leave(consumer);
        Rank rank = consumer.rank;
        if (rank != null && --rank.members == 0) {
            remove(rank);
        }
        consumer.rank = null;
    }

    /** Puts a consumer at the end of its rank; for one that did not enter, or has joined already, nothing happens. */
    void join(QueueConsumer consumer) {
        Rank rank = consumer.rank;
        if (rank == null || consumer.inRotation) {
            return;
        }
        QueueConsumer last = rank.last;
        consumer.previous = last;
        if (last == null) {
            rank.first = consumer;
        } else {
            last.next = consumer;
        }
        rank.last = consumer;
        consumer.inRotation = true;
    }

    /** Takes a consumer out of the turn, until it joins again. */
    void leave(QueueConsumer consumer) {
        Rank rank = consumer.rank;
        if (rank == null || !consumer.inRotation) {
            return;
        }
        QueueConsumer previous = consumer.previous;
        QueueConsumer next = consumer.next;
        if (previous == null) {
            rank.first = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            rank.last = previous;
        } else {
            next.previous = previous;
        }
        consumer.previous = null;
        consumer.next = null;
        consumer.inRotation = false;
    }

    /** How many priorities its members have. */
    int ranks() {
        int count = 0;
        for (Rank rank = highest; rank != null; rank = rank.lower) {
            count++;
        }
        return count;
    }

    private Rank rankOf(int priority) {
        Rank above = null;
        Rank rank = highest;
        while (rank != null && rank.priority > priority) {
            above = rank;
            rank = rank.lower;
        }
        if (rank != null && rank.priority == priority) {
            return rank;
        }
        Rank added = new Rank(priority);
        added.lower = rank;
        putBelow(above, added);
        return added;
    }

    private void remove(Rank rank) {
        Rank above = null;
        Rank at = highest;
        while (at != null && at != rank) {
            above = at;
            at = at.lower;
        }
        putBelow(above, rank.lower);
    }

    /** Makes {@code rank} the one that follows {@code above}, which is null if it is to be the highest. */
    private void putBelow(@Nullable Rank above, @Nullable Rank rank) {
        if (above == null) {
            highest = rank;
        } else {
            above.lower = rank;
        }
    }
}
