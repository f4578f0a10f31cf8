package io.jumpmq.broker.exchange;

import java.util.Arrays;

/**
 * A bounded, even sample of the different keys that a ring has seen, by their hashes: those whose mark, another hash of the
 * hash, is below a bound that sinks as more keys come (bottom-k sampling: Cohen and Kaplan, 2007). How often a key comes
 * makes no difference. Any thread.
 */
public final class KeySample {
    /** The most keys that are kept. */
    static final int MAX_KEYS = 1 << 14;

    /** A table has this many places at least, and four for each key. */
    private static final int MIN_PLACES = 256;

    private static final int PLACES_PER_KEY = 4;

    /** Hashes by their marks, in open addressing; 0 is a free place. Read without a lock: whoever misses asks again. */
    private volatile long[] table = new long[MIN_PLACES];

    /** Marks are from 0 to {@link Long#MAX_VALUE}; those above the bound are not kept. */
    private volatile long bound = Long.MAX_VALUE;

    private int size;

    /** Notes a key's hash. */
    void see(long hash) {
        long mark = mark(hash);
        if (mark <= bound && !holds(table, hash, mark)) {
            add(hash, mark);
        }
    }

    /** Stafford's variant 13 of the finalizer of MurmurHash3: a bijection, so different hashes have different marks. */
    private static long mark(long hash) {
        long mixed = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (mixed ^ mixed >>> 31) >>> 1;
    }

    private static boolean holds(long[] places, long hash, long mark) {
        int mask = places.length - 1;
        for (int at = (int) mark & mask; places[at] != 0; at = at + 1 & mask) {
            if (places[at] == hash) {
                return true;
            }
        }
        return false;
    }

    private synchronized void add(long hash, long mark) {
        if (hash == 0 || mark > bound || holds(table, hash, mark)) {
            return; // The one key in 2⁶⁴ whose hash is the mark of a free place is left out.
        }
        if ((size + 1) * PLACES_PER_KEY > table.length) {
            if (size == MAX_KEYS) {
                bound /= 2;
            }
            keep(Math.min(table.length * 2, MAX_KEYS * PLACES_PER_KEY));
            if (mark > bound) {
                return;
            }
        }
        put(table, hash, mark);
        size++;
    }

    /** Goes on with so many places, and the keys whose marks are not above the bound. */
    private void keep(int places) {
        long[] kept = new long[places];
        int count = 0;
        for (long hash : table) {
            if (hash != 0 && mark(hash) <= bound) {
                put(kept, hash, mark(hash));
                count++;
            }
        }
        table = kept;
        size = count;
    }

    private static void put(long[] places, long hash, long mark) {
        int mask = places.length - 1;
        int at = (int) mark & mask;
        while (places[at] != 0) {
            at = at + 1 & mask;
        }
        places[at] = hash;
    }

    /** The hashes of the sampled keys. */
    public synchronized long[] hashes() {
        return Arrays.stream(table).filter(hash -> hash != 0).toArray();
    }

    /** About how many different keys there have been; exact as long as all are kept. */
    public synchronized long distinct() {
        return bound == Long.MAX_VALUE ? size : Math.round(size * (Long.MAX_VALUE / (double) bound));
    }
}
