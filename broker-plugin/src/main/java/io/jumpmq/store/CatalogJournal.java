package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The catalog's changes in a file, behind a snapshot in another: a generation. A new snapshot begins a new generation. Not
 * thread-safe, but for {@link #flush}.
 *
 * <p>Records are those of {@link Records}, with the generation for the segment's number; their payloads are those of {@link
 * ChangeCodec}.
 */
final class CatalogJournal {
    private static final String SNAPSHOT = ".snapshot";
    private static final String JOURNAL = ".journal";

    /** A journal longer than this, and than twice its snapshot, is replaced by a new snapshot. */
    private static final long LONG_BYTES = 4 << 20;

    private final Disk disk;
    private final Records records = new Records();
    private long generation;
    private Disk.File journal;
    private long end;
    private long snapshotBytes;

    @SuppressWarnings("NullAway.Init") // Only open() makes one, and begins a generation at once.
    private CatalogJournal(Disk disk, long generation) {
        this.disk = disk;
        this.generation = generation;
    }

    /** An open journal and what it held. */
    record Opened(CatalogJournal journal, List<Change> changes) {}

    /**
     * Opens a journal, or begins one. Nothing can be recorded before the first {@link #snapshot}.
     *
     * @throws DamagedException when what had been flushed is not there
     */
    static Opened open(Disk disk) throws IOException {
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
        return new Opened(new CatalogJournal(disk, newest), changes);
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

    /** Writes changes; {@link #flush} makes them last. */
    void write(List<Change> changes) throws IOException {
        for (Change change : changes) {
            ByteBuffer record = record(change, generation, end);
            journal.write(record, end);
            end += record.limit();
        }
    }

    private ByteBuffer record(Change change, long number, long offset) {
        byte[] payload = ChangeCodec.encode(change);
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + payload.length));
        record.position(Records.ENVELOPE).put(Records.CHANGE).put(payload);
        records.seal(record, 0, number, offset);
        return record.flip();
    }

    /** Makes what was written last. Any thread; a snapshot meanwhile waits, for it changes files. */
    synchronized void flush() throws IOException {
        journal.flush();
    }

    /** Flushes, and notes that all that was written so far lasts: a sign for the next start that it was not cut short. */
    void noteFlushed() throws IOException {
        flush(); // The note may reach the disk before what it vouches for.
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES));
        record.position(Records.ENVELOPE)
                .put(Records.FLUSHED)
                .putLong(generation)
                .putLong(end);
        records.seal(record, 0, generation, end);
        journal.write(record.flip(), end);
        end += record.limit();
    }

    /** Whether a snapshot would be shorter by much. */
    boolean isLong() {
        return end > LONG_BYTES && end > 2 * snapshotBytes;
    }

    /** Begins a new generation with the whole catalog. */
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
        disk.replace(name(next, JOURNAL), Segment.head(next));
        disk.replace(name(next, SNAPSHOT), snapshot.flip());
        Disk.File before = generation == 0 || journal == null ? null : journal;
        journal = disk.open(name(next, JOURNAL));
        end = Segment.HEAD_BYTES;
        snapshotBytes = size;
        if (before != null) {
            before.close();
        }
        for (String name : disk.list()) {
            if (Math.max(generation(name, SNAPSHOT), generation(name, JOURNAL)) < next
                    && (name.endsWith(SNAPSHOT) || name.endsWith(JOURNAL))) {
                disk.delete(name);
            }
        }
        generation = next;
    }

    void close() throws IOException {
        journal.close();
    }
}
