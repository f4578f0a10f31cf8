package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is among the consumers that have room: those of the highest priority first, and among equals the one
 * that waits longest. A doubly linked list through the consumers themselves for each priority, so that a turn costs the
 * same with two consumers as with two thousand.
 */
final class Turn {
    /** The consumers of one priority. Once there, it stays: priorities are few. */
    static final class Rank {
        private final int priority;

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

    /** Puts a consumer at the end of its rank. */
    void join(QueueConsumer consumer) {
        Rank rank = consumer.rank;
        if (rank == null) {
            rank = rankOf(consumer.priority());
            consumer.rank = rank;
        }
        QueueConsumer last = rank.last;
        consumer.previous = last;
        consumer.next = null;
        if (last == null) {
            rank.first = consumer;
        } else {
            last.next = consumer;
        }
        rank.last = consumer;
        consumer.inTurn = true;
    }

    void leave(QueueConsumer consumer) {
        Rank rank = consumer.rank;
        if (rank == null || !consumer.inTurn) {
            return;
        }
        if (consumer.previous == null) {
            rank.first = consumer.next;
        } else {
            consumer.previous.next = consumer.next;
        }
        if (consumer.next == null) {
            rank.last = consumer.previous;
        } else {
            consumer.next.previous = consumer.previous;
        }
        consumer.previous = null;
        consumer.next = null;
        consumer.inTurn = false;
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
        if (above == null) {
            highest = added;
        } else {
            above.lower = added;
        }
        return added;
    }
}
