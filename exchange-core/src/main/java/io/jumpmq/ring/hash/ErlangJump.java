package io.jumpmq.ring.hash;

/**
 * The bucket choice of RabbitMQ's consistent-hash exchange: jump consistent hash, but drawing from Erlang's generator
 * {@code exs1024} (xorshift1024*, S. Vigna, "An experimental exploration of Marsaglia's xorshift generators,
 * scrambled", 2016) seeded with three times the key's hash.
 *
 * <p>The seed keeps the low 21 bits of the hash: beyond about two million different keys it repeats itself, and small
 * unevennesses of those two million show.
 */
final class ErlangJump {
    private static final int STATE_WORDS = 16;
    private static final int SEED_MASK = (1 << 21) - 1;
    private static final long SEEDING_MULTIPLIER = 2685821657736338717L;
    private static final long DRAWING_MULTIPLIER = 1181783497276652981L;
    private static final double TWO_TO_THE_64 = 0x1p64;

    private static final ThreadLocal<long[]> STATE = ThreadLocal.withInitial(() -> new long[STATE_WORDS]);

    private ErlangJump() {}

    static int bucket(long hash, int buckets) {
        HashAlgorithm.requireBuckets(buckets);
        if (buckets == 1) {
            return 0;
        }
        long[] state = STATE.get();
        seed(state, hash);
        int at = 0;
        double bucket = -1;
        double next = 0;
        while (next < buckets) {
            bucket = next;
            long s0 = state[at];
            at = at + 1 & STATE_WORDS - 1;
            long s1 = state[at];
            s1 ^= s1 << 31;
            s1 ^= s1 >>> 11 ^ s0 ^ s0 >>> 30;
            state[at] = s1;
            next = Math.floor((bucket + 1) / (toUnsignedDouble(s1 * DRAWING_MULTIPLIER) / TWO_TO_THE_64));
        }
        return (int) bucket;
    }

    private static void seed(long[] state, long hash) {
        long seed = (hash & SEED_MASK) + 1;
        long x = (seed * 2097131 & SEED_MASK) << 43
                | (seed * 2097133 & SEED_MASK) << 22
                | (seed * 2097143 & SEED_MASK) << 1
                | 1;
        for (int i = STATE_WORDS - 1; i >= 0; i--) {
            x ^= x >>> 12;
            x ^= x << 25;
            x ^= x >>> 27;
            state[i] = x * SEEDING_MULTIPLIER;
        }
    }

    /** The nearest double of an unsigned integer, as Erlang rounds it. */
    private static double toUnsignedDouble(long unsigned) {
        // Halving an odd number would lose the bit that decides between two neighbours: it is kept as a sticky bit.
        return unsigned >= 0 ? unsigned : ((unsigned >>> 1) | (unsigned & 1)) * 2.0;
    }
}
