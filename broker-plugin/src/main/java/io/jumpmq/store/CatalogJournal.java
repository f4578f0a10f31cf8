package io.jumpmq.store;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.amqp.ReplyCode;
import io.jumpmq.broker.catalog.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The catalog's changes in a file, behind a snapshot in another: a generation. A new snapshot begins a new generation.
 *
 * <p>Records are those of {@link Records}, with the generation for the segment's number; their payloads are those of {@link
 * ChangeCodec}.
 */
final class CatalogJournal {
    private static final String SNAPSHOT = ".snapshot";
    private static final String JOURNAL = ".journal";

    /** A journal longer than this, and than twice its snapshot, is replaced by a new snapshot. */
    private static final long LONG_BYTES = 4 << 20;

    private static final int MAX_RECORD = 16 << 20;
    private static final int ZEROS = 256 << 10;

    private final Disk disk;
    private final long step;

    /** Held while the file is flushed, or becomes another; the rest is guarded by this. Taken last. */
    private final Object flushing = new Object();

    private final JournalRoom room = new JournalRoom();
    private final Records records = new Records();
    private long generation;
    private Disk.File journal;
    private long end;

    /** Size of the file: behind the end are zeros, so that the disk has given the room. */
    private long allocated;

    private long snapshotBytes;

    @SuppressWarnings("NullAway.Init") // Only open() makes one, and begins a generation at once.
    private CatalogJournal(Disk disk, long step, long generation) {
        this.disk = disk;
        this.step = step;
        this.generation = generation;
    }

    /** An open journal and what it held. */
    record Opened(CatalogJournal journal, List<Change> changes) {}

    /**
     * Opens a journal, or begins one. Nothing can be recorded before the first {@link #snapshot}.
     *
     * @param step how much room it has at the least, and by how much more it grows, in bytes
     * @throws DamagedException when what had been flushed is not there
     */
    static Opened open(Disk disk, long step) throws IOException {
        long newest = 0;
        for (String name : disk.list()) {
            newest = Math.max(newest, generation(name, SNAPSHOT));
        }
        List<Change> changes = new ArrayList<>();
        if (newest > 0) {
            read(disk, newest, SNAPSHOT, true, changes);
            if (disk.list().contains(name(newest, JOURNAL))) {
                read(disk, newest, JOURNAL, false, changes);
            }
        }
        return new Opened(new CatalogJournal(disk, step, newest), changes);
    }

    /** The generation in a file's name; 0 when it is not one of the catalog's. */
    static long number(String name) {
        return Math.max(generation(name, SNAPSHOT), generation(name, JOURNAL));
    }

    static boolean isJournal(String name) {
        return name.endsWith(JOURNAL);
    }

    private static long generation(String name, String suffix) {
        try {
            return name.endsWith(suffix) ? Long.parseLong(name.substring(0, name.length() - suffix.length())) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String name(long generation, String suffix) {
        return String.format("%016d%s", generation, suffix);
    }

    private static void read(Disk disk, long generation, String suffix, boolean whole, List<Change> into)
            throws IOException {
        String name = name(generation, suffix);
        try (Disk.File file = disk.open(name)) {
            Segment.checkHead(file, generation);
            SegmentScan scan = new SegmentScan(file, generation, Segment.HEAD_BYTES, file.size());
            while (scan.next()) {
                if (scan.type() == Records.FLUSHED) {
                    continue;
                }
                Change change = ChangeCodec.decode(scan.buffer().slice(scan.payloadAt() + 1, scan.length() - 1));
                if (change == null) {
                    throw new DamagedException(name, scan.offset(), "a change of the catalog makes no sense");
                }
                into.add(change);
            }
            if (whole ? scan.offset() < file.size() : scan.isMoreKnownFlushed()) {
                throw new DamagedException(name, scan.offset(), "there is no whole record, and more had been flushed");
            }
        }
    }

    /** Writes changes, for which there is room: it was promised. {@link #flush} makes them last. */
    synchronized void write(List<Change> changes) throws IOException {
        long start = end;
        for (Change change : changes) {
            ByteBuffer record = record(change, generation, end);
            journal.write(record, end);
            end += record.limit();
        }
        allocated = Math.max(allocated, end);
        room.left(left());
        room.written(end - start);
    }

    /**
     * How much of the file changes will take.
     *
     * @throws AmqpException when one is larger than a record may be
     */
    static long bytes(List<Change> changes) {
        long bytes = 0;
        for (Change change : changes) {
            int payload = ChangeCodec.encode(change).length;
            if (payload > MAX_RECORD) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "it takes " + payload + " bytes to record this, and " + MAX_RECORD + " are allowed");
            }
            bytes += Records.padded(Records.ENVELOPE + 1 + payload);
        }
        return bytes;
    }

    /** Whether the room will not do for long. */
    synchronized boolean isShort() {
        return left() < room.needed(0) + step;
    }

    /** Makes the file longer for what may come next. */
    void extend() throws IOException {
        extend(step / 2);
    }

    /** Room in the file for additions and their deletion, beside what it takes to delete everything there is. */
    private long left() {
        return allocated - end - toDeleteAll(end);
    }

    /** Who may still write how much. */
    JournalRoom room() {
        return room;
    }

    /** No deletion takes more than what it deletes. */
    private long toDeleteAll(long end) {
        return step + snapshotBytes + end;
    }

    /**
     * Makes the file longer so that additions of so many bytes find {@linkplain JournalRoom room}. Any thread.
     *
     * @throws IOException when the disk does not give it; nothing has changed then
     */
    synchronized void extend(long bytes) throws IOException {
        long wanted = end + toDeleteAll(end) + room.needed(bytes) + step;
        long usable = disk.usableBytes();
        if (wanted - allocated > usable) {
            throw new NotWrittenException(
                    "there is no room for catalog/" + journal.name() + ": " + (wanted - allocated)
                            + " bytes are needed, and " + usable + " are left",
                    null);
        }
        while (allocated < wanted) {
            ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(wanted - allocated, ZEROS));
            int size = zeros.limit();
            journal.write(zeros, allocated);
            allocated += size;
        }
        room.left(left());
    }

    private ByteBuffer record(Change change, long number, long offset) throws IOException {
        byte[] payload = ChangeCodec.encode(change);
        if (payload.length > MAX_RECORD) {
            throw new IOException("a change of the catalog takes " + payload.length + " bytes, which is too much");
        }
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + payload.length));
        record.position(Records.ENVELOPE).put(Records.CHANGE).put(payload);
        records.seal(record, 0, number, offset);
        return record.flip();
    }

    /** Makes what was written last. Any thread. */
    void flush() throws IOException {
        synchronized (flushing) {
            journal.flush();
        }
    }

    /** Flushes, and notes that all that was written so far lasts: a sign for the next start that it was not cut short. */
    synchronized void noteFlushed() throws IOException {
        flush(); // The note may reach the disk before what it vouches for.
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES));
        record.position(Records.ENVELOPE)
                .put(Records.FLUSHED)
                .putLong(generation)
                .putLong(end);
        records.seal(record, 0, generation, end);
        journal.write(record.flip(), end);
        end += record.limit();
        room.left(left());
    }

    /** Whether a snapshot would be shorter by much. */
    synchronized boolean isLong() {
        return end > LONG_BYTES && end > 2 * snapshotBytes;
    }

    /**
     * Begins a new generation with the whole catalog.
     *
     * @throws NotWrittenException when the disk has no room: this generation goes on
     */
    synchronized void snapshot(List<Change> catalog) throws IOException {
        long next = generation + 1;
        List<ByteBuffer> written = new ArrayList<>();
        int size = Segment.HEAD_BYTES;
        for (Change change : catalog) {
            ByteBuffer record = record(change, next, size);
            written.add(record);
            size += record.limit();
        }
        ByteBuffer snapshot = ByteBuffer.allocate(size).put(Segment.head(next));
        written.forEach(snapshot::put);
        // The journal first: a snapshot makes its generation the one that counts.
        long length = 2L * Segment.HEAD_BYTES + step + size + Math.max(2 * step, journal == null ? 0 : left());
        Disk.File begun = disk.create(name(next, JOURNAL), length, Segment.head(next));
        try {
            disk.replace(name(next, SNAPSHOT), snapshot.flip());
        } catch (NotWrittenException e) {
            begun.close();
            disk.delete(name(next, JOURNAL));
            throw e;
        }
        synchronized (flushing) {
            if (journal != null) {
                journal.close();
            }
            journal = begun;
        }
        end = Segment.HEAD_BYTES;
        allocated = length;
        snapshotBytes = size;
        room.left(left());
        for (String name : disk.list()) {
            if (Math.max(generation(name, SNAPSHOT), generation(name, JOURNAL)) < next
                    && (name.endsWith(SNAPSHOT) || name.endsWith(JOURNAL))) {
                disk.delete(name);
            }
        }
        generation = next;
    }

    void close() throws IOException {
        if (journal != null) {
            journal.close();
        }
    }
}
