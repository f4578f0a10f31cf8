package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.ChangeCodec;
import io.jumpmq.broker.node.Incarnation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final int FLUSHED_SIZE = Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES);
    private static final int ZEROS = 256 << 10;

    /** What may be added in one step. */
    static final long MAX_DECISION_BYTES = 64 << 20;

    /** A record of a decision that has more is followed by another. */
    private static final int PART_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");

    private final Disk disk;
    private final NotePair manifest;
    private final NotePair watermark;
    private final long step;

    /** Held while the file is flushed, or becomes another; the rest is guarded by this. Taken last. */
    private final Object flushing = new Object();

    private final Records records = new Records();
    private long generation;
    private Disk.File journal;

    /** Size of the file: behind the end are zeros, so that the disk has given the room. */
    private long allocated;

    private long snapshotBytes;

    /** Up to where was written, for whoever flushes. */
    private volatile long end;

    private volatile long flushedEnd;
    private long toldFlushed;

    @SuppressWarnings("NullAway.Init") // Only open() makes one, and begins a generation at once.
    private CatalogJournal(Disk disk, long step, long generation) throws IOException {
        this.disk = disk;
        this.manifest = Manifest.open(disk);
        this.watermark = Watermark.open(disk);
        this.step = step;
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
     * @param step how much room it has at the least, and by how much more it grows, in bytes
     * @throws DamagedException when what had been flushed is not there
     */
    static Opened open(Disk disk, long step) throws IOException {
        CatalogRecovery.Found found = CatalogRecovery.read(disk, Damage.REFUSED);
        return new Opened(open(disk, found, step), found);
    }

    /** As above, when it is known what is there. */
    static CatalogJournal open(Disk disk, CatalogRecovery.Found found, long step) throws IOException {
        if (found.isNew() || found.isAdopted()) {
            Watermark.NOTHING.create(disk);
            // Of an old format, what was found is taken on: the first snapshot begins a generation of it.
            new Manifest(found.generation(), found.generation(), 0).create(disk);
        }
        return after(disk, found.generation(), step);
    }

    /** A journal that goes on behind a generation, whatever there is of it, with the next {@link #snapshot}. */
    static CatalogJournal after(Disk disk, long generation, long step) throws IOException {
        return new CatalogJournal(disk, step, generation);
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

    /** Notes whose it is from now on; before anything is recorded. */
    void belongTo(Incarnation incarnation) throws IOException {
        Identity.create(disk, incarnation);
    }

    /**
     * Writes the changes of a decision, which come back together or not at all. {@link #flush} makes them durable. The file is
     * made longer for them if it has to be.
     *
     * @param always they only take away: the room for that was kept when there came what they take
     * @return false: there is no room; nothing has changed
     */
    synchronized boolean append(List<Change> changes, boolean always) throws IOException {
        // More than the record that told of it the last time; and nobody has been promised room for it.
        if (flushedEnd > toldFlushed + FLUSHED_SIZE && !isShort()) {
            writeFlushed();
        }
        ByteBuffer records = decision(changes, end);
        if (!always && left() < 2L * records.limit() && !isExtended(records.limit())) {
            return false;
        }
        write(records);
        allocated = Math.max(allocated, end);
        return true;
    }

    private boolean isExtended(long bytes) throws IOException {
        try {
            extend(bytes);
            return true;
        } catch (NotWrittenException e) {
            LOG.warn("The catalog cannot grow by {} bytes: {}", bytes, e.getMessage());
            return false;
        }
    }

    /** Takes back the last decision, which could not be applied. */
    synchronized void retract() throws IOException {
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1));
        record.position(Records.ENVELOPE).put(Records.RETRACTED);
        write(sealed(record, generation, end));
        allocated = Math.max(allocated, end);
    }

    /** How much of the file the changes of a decision will take. */
    static long bytes(List<Change> changes) {
        long bytes = 0;
        for (Change change : changes) {
            bytes += Integer.BYTES + ChangeCodec.encode(change).length;
        }
        return bytes;
    }

    /** The records of a decision: as many as it takes, all but the last one of type {@link Records#DECIDING}. */
    private ByteBuffer decision(List<Change> changes, long offset) {
        List<byte[]> payloads = new ArrayList<>();
        ByteBuf part = Unpooled.buffer();
        for (Change change : changes) {
            byte[] bytes = ChangeCodec.encode(change);
            part.writeInt(bytes.length).writeBytes(bytes);
            if (part.readableBytes() > PART_BYTES) {
                payloads.add(ByteBufUtil.getBytes(part));
                part.clear();
            }
        }
        payloads.add(ByteBufUtil.getBytes(part));
        int size = payloads.stream()
                .mapToInt(payload -> Records.padded(Records.ENVELOPE + 1 + payload.length))
                .sum();
        ByteBuffer out = ByteBuffer.allocate(size);
        for (int i = 0; i < payloads.size(); i++) {
            int start = out.position();
            out.position(start + Records.ENVELOPE)
                    .put(i < payloads.size() - 1 ? Records.DECIDING : Records.DECIDED)
                    .put(payloads.get(i));
            records.seal(out, start, generation, offset + start);
        }
        return out.flip();
    }

    /** Whether the room will not do for long. */
    synchronized boolean isShort() {
        return left() < step;
    }

    /** Makes the file longer for what may come next. */
    void extend() throws IOException {
        extend(step / 2);
    }

    /** Room in the file for additions and their deletion, beside what it takes to delete everything there is. */
    private long left() {
        return allocated - end - toDeleteAll(end);
    }

    /** No deletion takes more than what it deletes. */
    private long toDeleteAll(long end) {
        return step + snapshotBytes + end;
    }

    /**
     * Makes the file longer so that additions of so many bytes find room, and so does what will take them away again. Any thread.
     *
     * @throws IOException when the disk does not give it; nothing has changed then
     */
    synchronized void extend(long bytes) throws IOException {
        long wanted = end + toDeleteAll(end) + 2 * bytes + step;
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
    }

    private void write(ByteBuffer record) throws IOException {
        long from = end;
        long to = from + record.limit();
        journal.write(record, from);
        end = to;
    }

    private ByteBuffer record(Change change, long number, long offset) {
        byte[] payload = ChangeCodec.encode(change);
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + 1 + payload.length));
        record.position(Records.ENVELOPE).put(Records.CHANGE).put(payload);
        return sealed(record, number, offset);
    }

    private ByteBuffer sealed(ByteBuffer record, long number, long offset) {
        records.seal(record, 0, number, offset);
        return record.flip();
    }

    /** Makes what was written durable, and notes it. Any thread. */
    void flush() throws IOException {
        synchronized (flushing) {
            long upTo = end;
            journal.flush();
            watermark.write(generation, upTo);
            flushedEnd = upTo;
        }
    }

    /** Flushes, and notes that among the records, so that the next start can tell damage from an end that was cut short. */
    synchronized void noteFlushed() throws IOException {
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
    synchronized boolean isLong() {
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
     * @throws NotWrittenException when the disk has no room: this generation goes on
     */
    synchronized void snapshot(List<Change> catalog, Set<Long> deletedQueues) throws IOException {
        long next = generation + 1;
        ByteBuffer snapshot = snapshot(catalog, deletedQueues, next);
        int size = snapshot.limit();
        long length = 2L * Segment.HEAD_BYTES + step + size + Math.max(2 * step, journal == null ? 0 : left());
        Disk.File begun = disk.create(journalName(next), length, Segment.head(next));
        try {
            disk.replace(snapshotName(next), snapshot);
        } catch (NotWrittenException e) {
            begun.close();
            disk.delete(journalName(next));
            throw e;
        }
        new Manifest(next, next, size).write(manifest); // It makes its generation the one that counts.
        synchronized (flushing) {
            if (journal != null) {
                journal.close();
            }
            journal = begun;
            generation = next;
            end = Segment.HEAD_BYTES;
            flushedEnd = Segment.HEAD_BYTES;
        }
        toldFlushed = Segment.HEAD_BYTES;
        allocated = length;
        snapshotBytes = size;
        for (String name : disk.list()) {
            if (number(name) > 0 && number(name) != next) {
                disk.delete(name);
            }
        }
    }

    private ByteBuffer snapshot(List<Change> catalog, Set<Long> deletedQueues, long number) {
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
        manifest.close();
        watermark.close();
        if (journal != null) {
            journal.close();
        }
    }
}
