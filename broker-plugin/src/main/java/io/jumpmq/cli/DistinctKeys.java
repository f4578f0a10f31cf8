package io.jumpmq.cli;

import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;

/**
 * Which keys have been seen, by their 64-bit XXH3 hash: two different keys among 25 million are taken for one with a
 * probability of about two in 100,000. Takes up to 512 MB.
 */
final class DistinctKeys {
    static final int MAX = 25_000_000;

    /** XXH3's seeded variant: the routing hash itself must not decide which keys count. */
    private static final long SEED = 0x6a756d706d71L;

    private static final com.dynatrace.hash4j.hashing.Hasher64 HASHER = Hashing.xxh3_64(SEED);

    /** Open addressing; 0 is a free place, and a hash of 0 counts as 1. Its length is a power of two. */
    private long[] places = new long[1 << 12];

    private int size;

    int size() {
        return size;
    }

    /**
     * Whether the key is a new one.
     *
     * @throws UsageException when there are more than {@value #MAX}
     */
    boolean add(byte[] bytes, int offset, int length) {
        long hash = HASHER.hashBytesToLong(bytes, offset, length);
        if (!put(places, hash == 0 ? 1 : hash)) {
            return false;
        }
        if (++size > MAX) {
            throw new UsageException("more than " + MAX + " different keys: test a sample of them");
        }
        if (size > places.length / 4 * 3) {
            long[] larger = new long[places.length * 2];
            Arrays.stream(places).filter(place -> place != 0).forEach(place -> put(larger, place));
            places = larger;
        }
        return true;
    }

    private static boolean put(long[] places, long hash) {
        int mask = places.length - 1;
        int at = (int) (hash ^ (hash >>> 32)) & mask;
        while (places[at] != 0) {
            if (places[at] == hash) {
                return false;
            }
            at = (at + 1) & mask;
        }
        places[at] = hash;
        return true;
    }
}
