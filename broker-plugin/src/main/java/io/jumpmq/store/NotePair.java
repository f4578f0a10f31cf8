package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A small file with two notes of three numbers, each in a sector of its own. A new note takes the place of the older one, so
 * that one of them is whole at any time, and writing takes no room. Notes only grow, number by number: the greater one counts. Any thread,
 * one at a time.
 */
final class NotePair {
    private static final long MAGIC = 0x4a554d504d51_4e32L; // "JUMPMQN2"
    private static final int NUMBERS = 3;
    private static final int SECTOR = 512;
    private static final int SIZE = 2 * SECTOR;
    private static final int NOTE = (1 + NUMBERS) * Long.BYTES + Integer.BYTES;

    private final Disk.File file;
    private final ByteBuffer note = ByteBuffer.allocate(NOTE);
    private int next;

    private NotePair(Disk.File file, int next) {
        this.file = file;
        this.next = next;
    }

    /** Writes the file anew, with the same note twice. */
    static void create(Disk disk, String name, long... numbers) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(SIZE);
        put(out.slice(0, NOTE), numbers);
        put(out.slice(SECTOR, NOTE), numbers);
        disk.replace(name, out);
    }

    static NotePair open(Disk disk, String name) throws IOException {
        Disk.File file = disk.open(name);
        return new NotePair(file, isLater(read(file, SECTOR), read(file, 0)) ? 0 : SECTOR);
    }

    /**
     * The note that counts.
     *
     * @throws DamagedException when neither is whole, or there is no file
     */
    static long[] read(Disk disk, String name) throws IOException {
        if (!disk.list().contains(name)) {
            throw new DamagedException(name, 0, "the file is missing");
        }
        try (Disk.File file = disk.open(name)) {
            long[] first = read(file, 0);
            long[] second = read(file, SECTOR);
            long[] counts = isLater(second, first) ? second : first;
            if (counts == null) {
                throw new DamagedException(name, 0, "neither of its two notes is whole");
            }
            return counts;
        }
    }

    /** Whether a note counts and not the other one; null for one that is not whole. */
    private static boolean isLater(long @Nullable [] note, long @Nullable [] other) {
        return note != null && (other == null || Arrays.compare(note, other) > 0);
    }

    private static long @Nullable [] read(Disk.File file, int at) throws IOException {
        if (file.size() < at + NOTE) {
            return null;
        }
        ByteBuffer in = ByteBuffer.allocate(NOTE);
        file.read(in, at);
        in.flip();
        long magic = in.getLong();
        long[] numbers = {in.getLong(), in.getLong(), in.getLong()};
        return magic == MAGIC && checksum(in) == in.getInt() ? numbers : null;
    }

    /** Writes a note; {@link #flush} makes it durable. */
    synchronized void write(long... numbers) throws IOException {
        file.write(put(note.clear(), numbers).flip(), next);
        next = next == 0 ? SECTOR : 0;
    }

    void flush() throws IOException {
        file.flush();
    }

    void close() throws IOException {
        file.close();
    }

    private static ByteBuffer put(ByteBuffer out, long... numbers) {
        out.putLong(MAGIC);
        for (int i = 0; i < NUMBERS; i++) {
            out.putLong(i < numbers.length ? numbers[i] : 0);
        }
        return out.putInt(checksum(out));
    }

    private static int checksum(ByteBuffer to) {
        CRC32C crc = new CRC32C();
        crc.update(to.duplicate().flip());
        return (int) crc.getValue();
    }
}
