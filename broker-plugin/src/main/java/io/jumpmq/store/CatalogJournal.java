package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

    private static final int MAX_RECORD = 16 << 20;
    private static final int FLUSHED_SIZE = Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES);

    private final Disk disk;
    private final Watermark watermark;
    private final Records records = new Records();
    private long generation;
    private Disk.File journal;
    private long snapshotBytes;

    /** Up to where was written, for whoever flushes. */
    private volatile long end;

    private volatile long flushedEnd;
    private long toldFlushed;

    @SuppressWarnings("NullAway.Init") // Only open() makes one, and begins a generation at once.
    private CatalogJournal(Disk disk, Watermark watermark, long generation) {
        this.disk = disk;
        this.watermark = watermark;
        this.generation = generation;
    }

    /** An open journal and what it held. */
    record Opened(CatalogJournal journal, CatalogRecovery.Found found) {
        List<Change> changes() {
            return found.plain();
        }
    }

    /**
     * Opens a journal, or begins one. Nothing can be recorded before the first {@link #snapshot}.
     *
     * @throws DamagedException when what had been flushed is not there
     */
    static Opened open(Disk disk) throws IOException {
        CatalogRecovery.Found found = CatalogRecovery.read(disk, Damage.REFUSED);
        return new Opened(open(disk, found), found);
    }

    /** As above, when it is known what is there. */
    static CatalogJournal open(Disk disk, CatalogRecovery.Found found) throws IOException {
        if (found.isNew() || found.isAdopted()) {
            Watermark.create(disk, Watermark.Place.NOTHING);
            // Of an old format, the snapshot alone is taken on; a new generation is begun at once.
            if (found.isNew()) {
                Manifest.EMPTY.write(disk);
            }
        }
        return after(disk, found.generation());
    }

    /** A journal that goes on behind a generation, whatever there is of it, with the next {@link #snapshot}. */
    static CatalogJournal after(Disk disk, long generation) throws IOException {
        return new CatalogJournal(disk, Watermark.open(disk), generation);
    }

    /** The generation in a file's name; 0 when it is not one of the catalog's. */
    static long number(String name) {
        return Math.max(generation(name, SNAPSHOT), generation(name, JOURNAL));
    }

    /** The generation in a snapshot's name; 0 when it is not a snapshot. */
    static long snapshotNumber(String name) {
        return generation(name, SNAPSHOT);
    }

    private static long generation(String name, String suffix) {
        try {
            return name.endsWith(suffix) ? Long.parseLong(name.substring(0, name.length() - suffix.length())) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    static String snapshotName(long generation) {
        return String.format("%016d%s", generation, SNAPSHOT);
    }

    static String journalName(long generation) {
        return String.format("%016d%s", generation, JOURNAL);
    }

    /** Writes changes; {@link #flush} makes them last. */
    void write(List<Change> changes) throws IOException {
        if (flushedEnd > toldFlushed + FLUSHED_SIZE) { // More than the record that told of it the last time.
            writeFlushed();
        }
        for (Change change : changes) {
            write(record(change, generation, end));
        }
    }

    private void write(ByteBuffer record) throws IOException {
        long from = end;
        long to = from + record.limit();
        journal.write(record, from);
        end = to;
    }

    private ByteBuffer record(Change change, long number, long offset) throws IOException {
        byte[] payload = ChangeCodec.encode(change);
        if (payload.length > MAX_RECORD) {
            throw new IOException("a change of the catalog takes " + payload.length + " bytes, which is too much");
        }
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + payload.length));
        record.position(Records.ENVELOPE).put(Records.CHANGE).put(payload);
        return sealed(record, number, offset);
    }

    private ByteBuffer sealed(ByteBuffer record, long number, long offset) {
        records.seal(record, 0, number, offset);
        return record.flip();
    }

    /** Makes what was written last, and notes it. Any thread; a snapshot meanwhile waits, for it changes files. */
    synchronized void flush() throws IOException {
        long upTo = end;
        journal.flush();
        watermark.note(generation, upTo);
        flushedEnd = upTo;
    }

    /** Flushes, and notes that among the records, so that the next start can tell damage from an end that was cut short. */
    void noteFlushed() throws IOException {
        flush(); // The note may reach the disk before what it vouches for.
        writeFlushed();
        flush();
    }

    private void writeFlushed() throws IOException {
        toldFlushed = flushedEnd;
        ByteBuffer record = ByteBuffer.allocate(FLUSHED_SIZE);
        record.position(Records.ENVELOPE)
                .put(Records.FLUSHED)
                .putLong(generation)
                .putLong(toldFlushed);
        write(sealed(record, generation, end));
    }

    /** Whether a snapshot would be shorter by much. */
    boolean isLong() {
        return end > LONG_BYTES && end > 2 * snapshotBytes;
    }

    /** Begins a new generation with the whole catalog. */
    void snapshot(List<Change> catalog) throws IOException {
        snapshot(catalog, Set.of());
    }

    /**
     * Begins a new generation with the whole catalog.
     *
     * @param deletedQueues ids of queues that are deleted, and whose messages are not yet
     */
    synchronized void snapshot(List<Change> catalog, Set<Long> deletedQueues) throws IOException {
        long next = generation + 1;
        ByteBuffer snapshot = snapshot(catalog, deletedQueues, next);
        // The manifest last: it makes its generation the one that counts.
        disk.replace(journalName(next), Segment.head(next));
        disk.replace(snapshotName(next), snapshot);
        snapshotBytes = snapshot.limit();
        new Manifest(next, next, snapshotBytes).write(disk);
        Disk.File before = journal;
        journal = disk.open(journalName(next));
        end = Segment.HEAD_BYTES;
        flushedEnd = Segment.HEAD_BYTES;
        toldFlushed = Segment.HEAD_BYTES;
        generation = next;
        if (before != null) {
            before.close();
        }
        for (String name : disk.list()) {
            if (number(name) > 0 && number(name) != next) {
                disk.delete(name);
            }
        }
    }

    private ByteBuffer snapshot(List<Change> catalog, Set<Long> deletedQueues, long number) throws IOException {
        List<ByteBuffer> written = new ArrayList<>();
        int size = Segment.HEAD_BYTES;
        for (Change change : catalog) {
            ByteBuffer record = record(change, number, size);
            written.add(record);
            size += record.limit();
        }
        for (long queue : deletedQueues) {
            ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + Long.BYTES));
            record.position(Records.ENVELOPE).put(Records.QUEUE_DELETED).putLong(queue);
            written.add(sealed(record, number, size));
            size += record.limit();
        }
        ByteBuffer snapshot = ByteBuffer.allocate(size).put(Segment.head(number));
        written.forEach(snapshot::put);
        return snapshot.flip();
    }

    void close() throws IOException {
        journal.close();
        watermark.close();
    }
}
