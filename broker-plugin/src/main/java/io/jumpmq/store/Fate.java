package io.jumpmq.store;

import io.jumpmq.broker.queue.DeathReason;
import org.jspecify.annotations.Nullable;

/**
 * What the log tells of a message's life, in four bytes: in the upper one why it died, if it is kept until its dead letter
 * is safe, and in the lower three how often it came back.
 */
final class Fate {
    private static final int REASON_SHIFT = 24;
    private static final int MAX_COUNT = (1 << REASON_SHIFT) - 1;

    private Fate() {}

    static int of(int count, @Nullable DeathReason reason) {
        return Math.min(count, MAX_COUNT) | number(reason) << REASON_SHIFT;
    }

    static int count(int fate) {
        return fate & MAX_COUNT;
    }

    /** Null: it did not die. */
    static @Nullable DeathReason reason(int fate) {
        int number = fate >>> REASON_SHIFT;
        for (DeathReason reason : DeathReason.values()) {
            if (number(reason) == number) {
                return reason;
            }
        }
        return null;
    }

    private static int number(@Nullable DeathReason reason) {
        return reason == null
                ? 0
                : switch (reason) {
                    case REJECTED -> 1;
                    case EXPIRED -> 2;
                    case MAXLEN -> 3;
                    case DELIVERY_LIMIT -> 4;
                };
    }
}
