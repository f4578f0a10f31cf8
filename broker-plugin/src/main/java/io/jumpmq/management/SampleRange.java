package io.jumpmq.management;

import org.jspecify.annotations.Nullable;

/**
 * Which samples a request wants beside the present numbers: how far back, and how far apart. One answer has no more than
 * {@value #MAX_SAMPLES} of them; what a list has behind these comes without.
 */
final class SampleRange {
    private static final int MAX_SAMPLES = 50_000;

    private final long ageMillis;
    private final long stepMillis;
    private int left = MAX_SAMPLES;

    private SampleRange(long ageMillis, long stepMillis) {
        this.ageMillis = ageMillis;
        this.stepMillis = stepMillis;
    }

    /**
     * What {@code NAME_age} and {@code NAME_incr} of a query say; null when it has not both.
     *
     * @param name lengths, msg_rates or data_rates
     */
    static @Nullable SampleRange of(Call call, String name) {
        return of(call.query(name + "_age"), call.query(name + "_incr"));
    }

    /** Likewise, of these two. */
    static @Nullable SampleRange of(@Nullable String age, @Nullable String increment) {
        return age == null || increment == null
                ? null
                : new SampleRange(seconds("age", age) * 1000L, seconds("increment", increment) * 1000L);
    }

    static int seconds(String what, String text) {
        try {
            int seconds = Integer.parseInt(text);
            if (seconds >= 1) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw HttpError.badRequest("the samples' " + what + " must be a number of seconds, not '" + text + "'");
    }

    long ageMillis() {
        return ageMillis;
    }

    long stepMillis() {
        return stepMillis;
    }

    /** Whether so many more have room in this answer; they are counted then. */
    boolean hasRoomFor(int samples) {
        boolean has = samples <= left;
        if (has) {
            left -= samples;
        }
        return has;
    }
}
