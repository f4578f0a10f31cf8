package io.jumpmq.management;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How fast numbers grow: from two samples of each, some seconds apart. What a sample does not see any more is forgotten
 * with it. One thread samples, any reads.
 */
final class Rates {
    private volatile Map<Object, Series> series = Map.of();
    private long sampledMillis;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Series(long[] values, double[] perSecond, long sampledMillis, long changedMillis) {
        /** Whether a later sample found the same. */
        boolean isIdle() {
            return changedMillis < sampledMillis;
        }
    }

    /** A sample in the making. */
    final class Sample {
        private final Map<Object, Series> next = new HashMap<>();
        private final long atMillis;

        private Sample(long atMillis) {
            this.atMillis = atMillis;
        }

        /** What something, known by {@code key}, counts now. What was counted by somebody who has gone is no shrinking. */
        void add(Object key, long... values) {
            note(key, 0, values);
        }

        /** As {@link #add}, for numbers that go up and down. */
        void addLevels(Object key, long... values) {
            note(key, Double.NEGATIVE_INFINITY, values);
        }

        private void note(Object key, double min, long... values) {
            Series before = series.get(key);
            boolean same = before != null && Arrays.equals(before.values, values);
            if (before != null && same && before.isIdle()) {
                next.put(key, before);
                return;
            }
            double[] perSecond = new double[values.length];
            if (before != null && atMillis > sampledMillis) {
                for (int i = 0; i < values.length; i++) {
                    perSecond[i] = Math.max(min, (values[i] - before.values[i]) * 1000.0 / (atMillis - sampledMillis));
                }
            }
            next.put(
                    key,
                    new Series(values, perSecond, atMillis, before != null && same ? before.changedMillis : atMillis));
        }

        /** Of all that was counted. */
        Set<Object> keys() {
            return next.keySet();
        }

        /** From now on, this is what is read. */
        void done() {
            series = next;
            sampledMillis = atMillis;
        }
    }

    /** Begins a sample. On the sampling thread. */
    Sample sample(long nowMillis) {
        return new Sample(nowMillis);
    }

    /** How fast one number of something grew, per second; 0 when there were no two samples yet. */
    double of(Object key, int index) {
        Series known = series.get(key);
        return known == null ? 0 : known.perSecond[index];
    }

    /** Since when something's numbers are what they are, in milliseconds since 1970; null when the last two samples differ. */
    @Nullable Long idleSince(Object key) {
        Series known = series.get(key);
        return known == null || !known.isIdle() ? null : Long.valueOf(known.changedMillis);
    }

    /**
     * Adds numbers to a document, each with its rate beside it.
     *
     * @param key as for {@link Sample#add}, and {@code values} in the same order
     */
    void describe(Map<String, @Nullable Object> document, Object key, List<String> names, long... values) {
        for (int i = 0; i < values.length; i++) {
            document.put(names.get(i), values[i]);
            document.put(names.get(i) + "_details", Map.of("rate", rounded(of(key, i))));
        }
    }

    /** A tenth of a message is as exact as anybody needs. */
    private static double rounded(double rate) {
        return Math.round(rate * 10) / 10.0;
    }
}
