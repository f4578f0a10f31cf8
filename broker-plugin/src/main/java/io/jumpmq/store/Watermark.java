package io.jumpmq.store;

import java.io.IOException;
import java.util.Comparator;

/**
 * Up to where a directory's files have been flushed, noted before anybody is told of it: what is damaged in front of that is no
 * end that was cut short. Notes are written, not flushed: after a power loss they may say less.
 *
 * @param number of the file
 * @param end offset in it; all files before it are flushed whole
 */
record Watermark(long number, long end) implements Comparable<Watermark> {
    static final String NAME = "flushed";

    static final Watermark NOTHING = new Watermark(0, 0);

    /** Up to where this file is flushed at least; nothing is known of files behind. */
    long endIn(long fileNumber) {
        return fileNumber == number ? end : 0;
    }

    /** Makes a file of it, in place of any that is there. */
    void create(Disk disk) throws IOException {
        NotePair.create(disk, NAME, number, end);
    }

    static NotePair open(Disk disk) throws IOException {
        return NotePair.open(disk, NAME);
    }

    /**
     * Reads it.
     *
     * @throws DamagedException when it is not as it was written
     */
    static Watermark read(Disk disk) throws IOException {
        long[] numbers = NotePair.read(disk, NAME);
        return new Watermark(numbers[0], numbers[1]);
    }

    @Override
    public int compareTo(Watermark other) {
        return Comparator.comparingLong(Watermark::number)
                .thenComparingLong(Watermark::end)
                .compare(this, other);
    }
}
