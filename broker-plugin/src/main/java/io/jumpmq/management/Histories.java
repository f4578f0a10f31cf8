package io.jumpmq.management;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The last hour of queues, exchanges, connections and channels, for charts: ten minutes as they are sampled, the rest by the minute.
 * All of it takes no more memory than it may: when that is used up, what there is goes on with a shorter past, and what is new
 * has none. One thread adds, any reads.
 */
final class Histories {
    private static final long FINE_MILLIS = 5_000;
    private static final long FINE_AGE_MILLIS = 605_000;
    private static final long COARSE_MILLIS = 60_000;
    private static final int FINE_KEPT = (int) (FINE_AGE_MILLIS / FINE_MILLIS) + 1;
    private static final int COARSE_KEPT = 61;

    /** The shortest step of a time that is nearly a multiple of the one that samples are taken in. */
    private static final long SLACK_MILLIS = 500;

    private final Map<Object, One> all = new ConcurrentHashMap<>();
    private final long maxBytes;
    private long bytes;

    Histories(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    private static final class One {
        private final Runs fine;
        private final Runs coarse;

        One(int width) {
            fine = new Runs(width, FINE_KEPT);
            coarse = new Runs(width, COARSE_KEPT);
        }

        int bytes() {
            return fine.bytes() + coarse.bytes();
        }
    }

    /** What something, known by {@code key}, counts now. */
    void add(Object key, long atMillis, long... values) {
        One one = all.get(key);
        if (one == null) {
            int needed = 2 * Runs.firstBytes(values.length);
            if (bytes + needed > maxBytes) {
                return;
            }
            bytes += needed;
            one = new One(values.length);
            all.put(key, one);
        }
        synchronized (one) {
            add(one.fine, atMillis, values);
            if (one.coarse.isEmpty() || atMillis - one.coarse.lastMillis() >= COARSE_MILLIS - SLACK_MILLIS) {
                add(one.coarse, atMillis, values);
            }
        }
    }

    private void add(Runs runs, long atMillis, long... values) {
        int more = runs.bytesToGrow();
        if (more > 0 && bytes + more <= maxBytes) {
            bytes += more;
            runs.grow();
        }
        runs.add(atMillis, values);
    }

    /** What it takes. */
    long bytes() {
        return bytes;
    }

    /** Forgets all others: they are gone. */
    void retain(Set<Object> keys) {
        all.entrySet().removeIf(entry -> {
            boolean gone = !keys.contains(entry.getKey());
            if (gone) {
                bytes -= entry.getValue().bytes();
            }
            return gone;
        });
    }

    /**
     * Adds samples of each number to its {@code …_details}, if they are wanted and there are any.
     *
     * @param names of the numbers of {@link #add}, in the same order
     */
    void describe(Map<String, @Nullable Object> document, Object key, List<String> names, @Nullable SampleRange range) {
        One one = range == null ? null : all.get(key);
        if (range == null || one == null) {
            return;
        }
        synchronized (one) {
            boolean isFine = range.ageMillis() <= FINE_AGE_MILLIS;
            Runs runs = isFine ? one.fine : one.coarse;
            long step = Math.max(range.stepMillis(), isFine ? FINE_MILLIS : COARSE_MILLIS);
            long first = Math.max(runs.firstMillis(), runs.lastMillis() - range.ageMillis());
            int count = (int) ((runs.lastMillis() - first) / step) + 1;
            if (!range.hasRoomFor(count * names.size())) {
                return;
            }
            for (int number = 0; number < names.size(); number++) {
                List<Map<String, Long>> samples = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    long at = runs.lastMillis() - i * step;
                    Map<String, Long> sample = new LinkedHashMap<>();
                    sample.put("sample", runs.valueAt(at, number));
                    sample.put("timestamp", at);
                    samples.add(sample);
                }
                History.describe(document, names.get(number), samples);
            }
        }
    }
}
