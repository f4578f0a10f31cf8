package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How much of a directory's files has been flushed, noted before anybody is told of it: what is damaged in front of that is no
 * end that was cut short. Two notes in a small file, each in a sector of its own, take turns, so that one of them is always
 * whole. They are written, not flushed: after a power loss they may say less. Any thread, one at a time.
 */
final class Watermark {
    static final String NAME = "flushed";

    private static final long MAGIC = 0x4a554d504d51_464cL; // "JUMPMQFL"
    private static final int SECTOR = 512;
    private static final int SIZE = 2 * SECTOR;
    private static final int NOTE = 3 * Long.BYTES + Integer.BYTES;

    private final Disk.File file;
    private final ByteBuffer note = ByteBuffer.allocate(NOTE);
    private boolean second;

    private Watermark(Disk.File file) {
        this.file = file;
    }

    /**
     * Up to where something has been flushed.
     *
     * @param number of the file
     * @param end offset in it; all files before it are flushed whole
     */
    record Place(long number, long end) implements Comparable<Place> {
        static final Place NOTHING = new Place(0, 0);

        @Override
        public int compareTo(Place other) {
            return Comparator.comparingLong(Place::number)
                    .thenComparingLong(Place::end)
                    .compare(this, other);
        }

        /** Up to where this file is flushed at least; nothing is known of files behind. */
        long endIn(long fileNumber) {
            return fileNumber == number ? end : 0;
        }
    }

    /** Writes the file anew, with one place in both notes. */
    static void create(Disk disk, Place place) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(SIZE);
        for (int at = 0; at < SIZE; at += SECTOR) {
            put(out.slice(at, NOTE), place.number, place.end);
        }
        disk.replace(NAME, out);
    }

    static Watermark open(Disk disk) throws IOException {
        return new Watermark(disk.open(NAME));
    }

    /**
     * The later of its notes.
     *
     * @throws DamagedException when none is whole, or there is no file
     */
    static Place read(Disk disk) throws IOException {
        if (!disk.list().contains(NAME)) {
            throw new DamagedException(NAME, 0, "the file is missing");
        }
        try (Disk.File file = disk.open(NAME)) {
            Place latest = null;
            for (int at = 0; at < SIZE && at + NOTE <= file.size(); at += SECTOR) {
                ByteBuffer in = ByteBuffer.allocate(NOTE);
                file.read(in, at);
                Place place = place(in.flip());
                if (place != null && (latest == null || place.compareTo(latest) > 0)) {
                    latest = place;
                }
            }
            if (latest == null) {
                throw new DamagedException(NAME, 0, "none of its two notes is whole");
            }
            return latest;
        }
    }

    /** Notes what was flushed. */
    synchronized void note(long number, long end) throws IOException {
        file.write(put(note.clear(), number, end).flip(), second ? SECTOR : 0);
        second = !second;
    }

    void close() throws IOException {
        file.close();
    }

    private static ByteBuffer put(ByteBuffer out, long number, long end) {
        out.putLong(MAGIC).putLong(number).putLong(end);
        return out.putInt(checksum(out));
    }

    private static @Nullable Place place(ByteBuffer in) {
        long magic = in.getLong();
        Place place = new Place(in.getLong(), in.getLong());
        return magic == MAGIC && checksum(in) == in.getInt() ? place : null;
    }

    private static int checksum(ByteBuffer to) {
        CRC32C crc = new CRC32C();
        crc.update(to.duplicate().flip());
        return (int) crc.getValue();
    }
}
