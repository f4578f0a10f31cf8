package io.jumpmq.store;

import java.io.IOException;

/**
 * Which files of a directory count: what it names and is not there was removed, and what is there and not named is of no use.
 *
 * @param first number of the first file
 * @param last number of the last file; less than {@code first}: there is none
 * @param snapshotBytes size of the catalog's snapshot; 0 in the message log
 */
record Manifest(long first, long last, long snapshotBytes) {
    static final String NAME = "manifest";

    /** Of a directory in which nothing was written yet. */
    static final Manifest EMPTY = new Manifest(1, 0, 0);

    boolean names(long number) {
        return number >= first && number <= last;
    }

    /** Makes a file of it, in place of any that is there. */
    void create(Disk disk) throws IOException {
        NotePair.create(disk, NAME, last, first, snapshotBytes);
    }

    static NotePair open(Disk disk) throws IOException {
        return NotePair.open(disk, NAME);
    }

    /** Makes it the one that counts, whichever of its two notes is damaged later: no older one is left to be taken for it. */
    void write(NotePair into) throws IOException {
        for (int note = 0; note < 2; note++) {
            into.write(last, first, snapshotBytes);
            into.flush();
        }
    }

    /**
     * Reads it.
     *
     * @throws DamagedException when it is not as it was written
     */
    static Manifest read(Disk disk) throws IOException {
        long[] numbers = NotePair.read(disk, NAME);
        return new Manifest(numbers[1], numbers[0], numbers[2]);
    }
}
