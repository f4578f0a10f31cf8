package io.jumpmq.broker.catalog;

import java.util.OptionalInt;

/**
 * Bounds for one virtual host.
 *
 * @param maxConnections none may be opened at 0
 * @param maxQueues none may be declared at 0
 */
public record VhostLimits(OptionalInt maxConnections, OptionalInt maxQueues) {
    public static final VhostLimits NONE = new VhostLimits(OptionalInt.empty(), OptionalInt.empty());

    public VhostLimits {
        if (maxConnections.orElse(0) < 0 || maxQueues.orElse(0) < 0) {
            throw new IllegalArgumentException("a limit cannot be negative");
        }
    }
}
