package io.jumpmq.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * How a queue stands, for operators. The numbers are a moment old, and need not be of the same moment.
 *
 * @param stored how many of the ready ones are on the disk only
 * @param dead how many died and are kept until their dead letters are safe
 * @param deadBytes size of their bodies
 * @param heldBytes size of the bodies that take memory
 * @param lasting how many of all survive a restart
 * @param lastingBytes size of their bodies
 * @param stopped whether it delivers nothing for a message that cannot be read any more
 * @param activeTag the single active consumer's, or the exclusive one's
 */
public record QueueFigures(
        int ready,
        long readyBytes,
        int unacknowledged,
        long unacknowledgedBytes,
        int stored,
        int dead,
        long deadBytes,
        long heldBytes,
        int lasting,
        long lastingBytes,
        boolean stopped,
        int consumers,
        @Nullable String activeTag,
        QueueCounters counters) {}
