package io.jumpmq.management;

import java.util.Arrays;

/**
 * Samples of some numbers at their times. Of those that follow one another and are equal only the first and the last are kept, so
 * that what does nothing takes no room. The oldest make way for the newest. Not thread-safe.
 */
final class Runs {
    private static final int FIRST_ROOM = 4;

    private final int width;
    private final int max;
    private long[] times = new long[FIRST_ROOM];
    private long[] values;
    private int oldest;
    private int count;

    /**
     * None yet.
     *
     * @param width how many numbers a sample has
     * @param max samples that are kept
     */
    Runs(int width, int max) {
        this.width = width;
        this.max = max;
        this.values = new long[FIRST_ROOM * width];
    }

    static int firstBytes(int width) {
        return FIRST_ROOM * (width + 1) * Long.BYTES;
    }

    /** What it takes to have room for more; 0: nothing, for now or at all. */
    int bytesToGrow() {
        return count < times.length || times.length >= max
                ? 0
                : (Math.min(max, 2 * times.length) - times.length) * (width + 1) * Long.BYTES;
    }

    int bytes() {
        return times.length * (width + 1) * Long.BYTES;
    }

    void grow() {
        long[] moreTimes = new long[Math.min(max, 2 * times.length)];
        long[] moreValues = new long[moreTimes.length * width];
        for (int i = 0; i < count; i++) {
            moreTimes[i] = times[at(i)];
            System.arraycopy(values, at(i) * width, moreValues, i * width, width);
        }
        times = moreTimes;
        values = moreValues;
        oldest = 0;
    }

    void add(long atMillis, long... sample) {
        if (count >= 2 && is(count - 1, sample) && is(count - 2, sample)) {
            times[at(count - 1)] = atMillis;
            return;
        }
        if (count == times.length) {
            oldest = at(1);
        } else {
            count++;
        }
        times[at(count - 1)] = atMillis;
        System.arraycopy(sample, 0, values, at(count - 1) * width, width);
    }

    private boolean is(int index, long... sample) {
        int start = at(index) * width;
        return Arrays.equals(values, start, start + width, sample, 0, width);
    }

    private int at(int index) {
        return (oldest + index) % times.length;
    }

    boolean isEmpty() {
        return count == 0;
    }

    long firstMillis() {
        return times[at(0)];
    }

    long lastMillis() {
        return times[at(count - 1)];
    }

    /** What a number was at a time between the first and the last. */
    long valueAt(long atMillis, int number) {
        int index = count - 1;
        while (index > 0 && times[at(index)] > atMillis) {
            index--;
        }
        return values[at(index) * width + number];
    }
}
