package io.jumpmq.broker.exchange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The keys that come most often, from one in {@value #ONE_IN} messages, with a fixed number of counters (Space-Saving:
 * Metwally, Agrawal and El Abbadi, 2005). What is long ago fades: all counts are halved now and then. Any thread.
 */
public final class HotKeys {
    static final int ONE_IN = 32;

    private static final int COUNTERS = 128;
    private static final int FADE_AT = 1 << 16;
    private static final int LONGEST_KEY = 256;

    /** A key that was seen less often is hot by chance. */
    private static final int MIN_SEEN = 8;

    private final Map<KeyBytes, Count> counts = new HashMap<>();
    private long sampled;

    /**
     * A key that comes often.
     *
     * @param key in its first 256 bytes
     * @param share of all messages, an estimate from below
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record HotKey(byte[] key, double share) {}

    private static final class Count {
        private long count;
        /** How much of it may be another key's, whose place this one took. */
        private long error;
    }

    /** Whether a message is to be looked at: by chance, so that no rhythm among keys can fool it. */
    boolean wants() {
        return ThreadLocalRandom.current().nextInt(ONE_IN) == 0;
    }

    /** Notes the key of a message. */
    synchronized void see(byte[] bytes) {
        KeyBytes key = new KeyBytes(bytes.length <= LONGEST_KEY ? bytes : Arrays.copyOf(bytes, LONGEST_KEY));
        Count count = counts.get(key);
        if (count == null) {
            count = new Count();
            if (counts.size() == COUNTERS) {
                Map.Entry<KeyBytes, Count> least = least();
                counts.remove(least.getKey());
                count.count = least.getValue().count;
                count.error = count.count;
            }
            counts.put(key, count);
        }
        count.count++;
        if (++sampled == FADE_AT) {
            sampled /= 2;
            counts.values().forEach(each -> {
                each.count /= 2;
                each.error /= 2;
            });
        }
    }

    private Map.Entry<KeyBytes, Count> least() {
        return counts.entrySet().stream()
                .min(Comparator.comparingLong(entry -> entry.getValue().count))
                .orElseThrow();
    }

    /** The keys that make at least this share of the messages, the hottest first. */
    public synchronized List<HotKey> atLeast(double share) {
        List<HotKey> hot = new ArrayList<>();
        counts.forEach((key, count) -> {
            double min = (double) (count.count - count.error) / sampled;
            if (min >= share && count.count - count.error >= MIN_SEEN) {
                hot.add(new HotKey(key.bytes(), min));
            }
        });
        hot.sort(Comparator.comparingDouble(HotKey::share).reversed());
        return hot;
    }

    /** From how many messages the shares come. */
    public synchronized long sampled() {
        return sampled;
    }
}
