package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Which files of a directory count, in a small file that is replaced as a whole: what it names and is not there was
 * removed, and what is there and not named is of no use.
 *
 * @param first number of the first file
 * @param last number of the last file; less than {@code first}: there is none
 * @param snapshotBytes size of the catalog's snapshot; 0 in the message log
 */
record Manifest(long first, long last, long snapshotBytes) {
    static final String NAME = "manifest";

    private static final long MAGIC = 0x4a554d504d51_4d46L; // "JUMPMQMF"
    private static final int VERSION = 2;
    private static final int SIZE = Long.BYTES + Integer.BYTES + 3 * Long.BYTES + Integer.BYTES;

    /** Of a directory in which nothing was written yet. */
    static final Manifest EMPTY = new Manifest(1, 0, 0);

    boolean names(long number) {
        return number >= first && number <= last;
    }

    /** Makes it the one that counts. */
    void write(Disk disk) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(SIZE)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putLong(first)
                .putLong(last)
                .putLong(snapshotBytes);
        disk.replace(NAME, out.putInt(checksum(out)).flip());
    }

    /**
     * Reads it.
     *
     * @throws DamagedException when it is not as it was written
     * @throws IOException when it is of another version
     */
    static Manifest read(Disk disk) throws IOException {
        try (Disk.File file = disk.open(NAME)) {
            if (file.size() != SIZE) {
                throw new DamagedException(NAME, Math.min(file.size(), SIZE), "it has not the size of a manifest");
            }
            ByteBuffer in = ByteBuffer.allocate(SIZE);
            file.read(in, 0);
            in.flip();
            long magic = in.getLong();
            int version = in.getInt();
            Manifest manifest = new Manifest(in.getLong(), in.getLong(), in.getLong());
            if (magic != MAGIC || checksum(in) != in.getInt()) {
                throw new DamagedException(NAME, 0, "its checksum is wrong");
            }
            if (version != VERSION) {
                throw new IOException("the store has format version " + version + ", and this JumpMQ knows version "
                        + VERSION + ": use the JumpMQ that wrote it");
            }
            return manifest;
        }
    }

    private static int checksum(ByteBuffer to) {
        CRC32C crc = new CRC32C();
        crc.update(to.duplicate().flip());
        return (int) crc.getValue();
    }
}
