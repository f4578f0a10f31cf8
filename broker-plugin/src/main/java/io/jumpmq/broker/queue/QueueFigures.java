package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * How a queue stands, for operators. The numbers are a moment old, and need not be of the same moment.
 *
 * @param pagedOut how many of the ready ones are on the disk only
 * @param dead how many died and are kept until their dead letters are safe
 * @param deadBytes size of their bodies
 * @param heldBytes size of the bodies that take memory
 * @param persistent how many of all are persistent: they are there after a restart
 * @param persistentBytes size of their bodies
 * @param stopped whether it delivers nothing for a message that cannot be read any more
 * @param activeTag the single active consumer's, or the exclusive one's
 */
public record QueueFigures(
        int ready,
        long readyBytes,
        int unacknowledged,
        long unacknowledgedBytes,
        int pagedOut,
        int dead,
        long deadBytes,
        long heldBytes,
        int persistent,
        long persistentBytes,
        boolean stopped,
        int consumers,
        @Nullable String activeTag,
        QueueCounters counters) {}
