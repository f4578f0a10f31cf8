package io.jumpmq.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;

/** One file of the log, its head, and what of it is still of use. */
final class Segment {
    static final String SUFFIX = ".log";
    static final int HEAD_BYTES = 32;

    private static final long MAGIC = 0x4a554d504d51_4d31L; // "JUMPMQM1"

    /** Version 1 had neither manifests nor notes of what was flushed. */
    private static final int OLDEST_VERSION = 1;

    private static final int VERSION = 2;

    final long number;
    final Disk.File file;

    /** Size of the file. */
    long capacity;

    /** Where the next record goes; of a sealed segment, its end. */
    long end = HEAD_BYTES;

    /** Bytes of records of messages that are there. */
    long liveBytes;

    /** What a restart has to know of it. */
    ByteArrayOutputStream summary = new ByteArrayOutputStream();

    Segment(long number, Disk.File file) throws IOException {
        this.number = number;
        this.file = file;
        this.capacity = file.size();
    }

    static String name(long number) {
        return String.format("%016d%s", number, SUFFIX);
    }

    /** The number in a file's name; -1 when it is not a segment's. */
    static long number(String name) {
        try {
            return name.endsWith(SUFFIX) ? Long.parseLong(name.substring(0, name.length() - SUFFIX.length())) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    static ByteBuffer head(long number) {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
        head.putLong(MAGIC).putInt(VERSION).putLong(number);
        head.putInt(checksum(head));
        return head.position(HEAD_BYTES).flip();
    }

    private static int checksum(ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(head.duplicate().flip());
        return (int) crc.getValue();
    }

    /**
     * Checks the head.
     *
     * @return its format version
     * @throws DamagedException when it is not a segment's head
     * @throws IOException when it is of another version
     */
    static int checkHead(Disk.File file, long number) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
        if (file.size() < HEAD_BYTES) {
            throw new DamagedException(file.name(), file.size(), "it is shorter than its head");
        }
        file.read(head, 0);
        head.flip();
        long magic = head.getLong();
        int version = head.getInt();
        long told = head.getLong();
        int expected = checksum(head);
        if (magic != MAGIC || head.getInt() != expected) {
            throw new DamagedException(file.name(), 0, "its head is not one of the store's");
        }
        if (version < OLDEST_VERSION || version > VERSION) {
            throw new IOException(file.name() + " has format version " + version + ", and this JumpMQ knows versions "
                    + OLDEST_VERSION + " to " + VERSION + ": use the JumpMQ that wrote it");
        }
        if (told != number) {
            throw new DamagedException(file.name(), 0, "its head is that of number " + told);
        }
        return version;
    }

    /**
     * Whether all of a directory's files have whole heads of format version 1.
     *
     * @param number the number in a file's name, none positive for a file without a head
     */
    static boolean areOfVersion1(Disk disk, List<String> names, ToLongFunction<String> number) throws IOException {
        for (String name : names) {
            if (number.applyAsLong(name) > 0) {
                try (Disk.File file = disk.open(name)) {
                    if (checkHead(file, number.applyAsLong(name)) > OLDEST_VERSION) {
                        return false;
                    }
                } catch (DamagedException e) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return file.name();
    }
}
