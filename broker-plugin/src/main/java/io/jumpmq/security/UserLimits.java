package io.jumpmq.security;

import java.util.OptionalInt;

/**
 * Bounds for one user.
 *
 * @param maxConnections none may be opened at 0
 * @param maxChannels in all of them; none may be opened at 0
 */
public record UserLimits(OptionalInt maxConnections, OptionalInt maxChannels) {
    public static final UserLimits NONE = new UserLimits(OptionalInt.empty(), OptionalInt.empty());
}
