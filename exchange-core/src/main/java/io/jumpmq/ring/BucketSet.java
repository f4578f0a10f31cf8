package io.jumpmq.ring;

import java.util.Arrays;

/** The buckets of one destination, ascending. At most {@link Ring#MAX_WEIGHT}, so that an insertion stays cheap. */
final class BucketSet {
    private int[] buckets = new int[1];
    private int size;

    int size() {
        return size;
    }

    void add(int bucket) {
        int at = size == 0 || buckets[size - 1] < bucket ? size : -1 - Arrays.binarySearch(buckets, 0, size, bucket);
        if (size == buckets.length) {
            buckets = Arrays.copyOf(buckets, size * 2);
        }
        System.arraycopy(buckets, at, buckets, at + 1, size - at);
        buckets[at] = bucket;
        size++;
    }

    int removeHighest() {
        return buckets[--size];
    }
}
