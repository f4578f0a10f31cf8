package io.jumpmq.management;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The samples of the last while, for charts. One thread adds, any reads. */
final class History {
    private final long[] times;
    private final long[][] values;
    private int count;
    private int next;

    /** A history of {@code kept} samples, each of {@code width} numbers. */
    History(int width, int kept) {
        this.times = new long[kept];
        this.values = new long[kept][width];
    }

    synchronized void add(long atMillis, long... sample) {
        times[next] = atMillis;
        System.arraycopy(sample, 0, values[next], 0, sample.length);
        next = (next + 1) % times.length;
        count = Math.min(count + 1, times.length);
    }

    /**
     * Adds the samples of each number to its {@code …_details}, the newest first, with their mean growth and their mean.
     *
     * @param age how far back, in seconds; null: no samples
     * @param increment how far apart, in seconds
     */
    synchronized void describe(
            Map<String, @Nullable Object> document,
            List<String> names,
            @Nullable String age,
            @Nullable String increment) {
        if (age == null || increment == null || count == 0) {
            return;
        }
        long ageMillis = SampleRange.seconds("age", age) * 1000L;
        long stepMillis = SampleRange.seconds("increment", increment) * 1000L;
        for (int number = 0; number < names.size(); number++) {
            List<Map<String, Long>> samples = new ArrayList<>();
            int newest = (next - 1 + times.length) % times.length;
            long taken = Long.MAX_VALUE;
            for (int i = 0; i < count; i++) {
                int at = (newest - i + times.length) % times.length;
                if (times[newest] - times[at] > ageMillis) {
                    break;
                }
                // Half a second off is still in time.
                if (taken == Long.MAX_VALUE || taken - times[at] >= stepMillis - 500) {
                    taken = times[at];
                    Map<String, Long> sample = new LinkedHashMap<>();
                    sample.put("sample", values[at][number]);
                    sample.put("timestamp", times[at]);
                    samples.add(sample);
                }
            }
            describe(document, names.get(number), samples);
        }
    }

    /** Adds the samples of a number to its {@code …_details}, the newest first, with their mean growth and their mean. */
    static void describe(Map<String, @Nullable Object> document, String name, List<Map<String, Long>> samples) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        if (document.get(name + "_details") instanceof Map<?, ?> there) {
            details.put("rate", there.get("rate"));
        }
        details.put("samples", samples);
        details.put("avg_rate", growth(samples));
        details.put(
                "avg",
                samples.stream()
                        .mapToLong(sample -> sample.getOrDefault("sample", 0L))
                        .average()
                        .orElse(0));
        document.put(name + "_details", details);
    }

    private static double growth(List<Map<String, Long>> samples) {
        Map<String, Long> newest = samples.get(0);
        Map<String, Long> oldest = samples.get(samples.size() - 1);
        long millis = newest.getOrDefault("timestamp", 0L) - oldest.getOrDefault("timestamp", 0L);
        return millis == 0
                ? 0
                : (newest.getOrDefault("sample", 0L) - oldest.getOrDefault("sample", 0L)) * 1000.0 / millis;
    }
}
