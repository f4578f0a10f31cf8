package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.store.StoreInspection.Effect;
import io.jumpmq.store.StoreInspection.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a store's files anew without what cannot be read. Old files are kept beside the new ones. It may be broken off at any moment and
 * begun again.
 */
final class StoreRepair {
    private static final String KEPT = ".damaged";

    /** The next start makes a journal anew. */
    private static final long JOURNAL_STEP = 4096;

    private final Disk catalogDisk;
    private final Disk messageDisk;
    private final StoreRecovery found;
    private final Records records = new Records();

    StoreRepair(Disk catalogDisk, Disk messageDisk, StoreRecovery found) {
        this.catalogDisk = catalogDisk;
        this.messageDisk = messageDisk;
        this.found = found;
    }

    /**
     * Writes segments anew, and what says which there are.
     *
     * @param damaged names of files with something wrong
     */
    void messages(Collection<String> damaged) throws IOException {
        NavigableMap<Long, Segment> segments = new TreeMap<>();
        found.messages().log().segments().all().forEach(segment -> segments.put(segment.number, segment));
        Set<Long> missing = new HashSet<>();
        damaged.stream()
                .map(Segment::number)
                .filter(number -> number > 0 && !segments.containsKey(number))
                .forEach(missing::add);
        Set<Long> all = new HashSet<>(segments.keySet());
        all.addAll(missing);
        long last = 0;
        long end = 0;
        boolean moved = false;
        for (long number : all.stream().sorted().toList()) {
            Segment segment = segments.get(number);
            ByteBuffer start = start(number, last, end);
            if (segment == null || damaged.contains(segment.file.name())) {
                end = rewrite(number, segment, start);
                moved = true;
            } else {
                if (moved) {
                    moveStart(segment, start);
                }
                end = segment.end;
                moved = false;
            }
            last = number;
        }
        new Watermark(last, end).create(messageDisk);
        new Manifest(all.isEmpty() ? 1 : last - all.size() + 1, last, 0).create(messageDisk);
    }

    private static ByteBuffer start(long number, long before, long end) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put(Records.START)
                .putLong(number == before + 1 ? before : 0)
                .putLong(number == before + 1 ? end : 0)
                .flip();
    }

    /** A segment with the records that can be read, at the places where they come to lie now; its end. */
    private long rewrite(long number, @Nullable Segment segment, ByteBuffer start) throws IOException {
        List<ByteBuffer> payloads = new ArrayList<>();
        payloads.add(start);
        if (segment != null) {
            keep(messageDisk, segment.file.name());
            salvage(segment, payloads);
        }
        int size = Segment.HEAD_BYTES;
        for (ByteBuffer payload : payloads) {
            size += Records.padded(Records.ENVELOPE + payload.remaining());
        }
        ByteBuffer out = ByteBuffer.allocate(size).put(Segment.head(number));
        for (ByteBuffer payload : payloads) {
            int at = out.position();
            out.position(at + Records.ENVELOPE).put(payload);
            records.seal(out, at, number, at);
        }
        messageDisk.delete(Summary.name(number));
        messageDisk.replace(Segment.name(number), out.flip());
        return size;
    }

    private static void salvage(Segment segment, List<ByteBuffer> into) throws IOException {
        long size = segment.file.size();
        long to = segment.end > Segment.HEAD_BYTES ? Math.min(segment.end, size) : size;
        SegmentScan scan = new SegmentScan(segment.file, segment.number, Segment.HEAD_BYTES, to);
        do {
            while (scan.next()) {
                byte type = scan.type();
                boolean makesSense = !RecordText.what(
                                scan.buffer(), scan.payloadAt(), scan.length(), queue -> "queue " + queue)
                        .isEmpty();
                if (makesSense && type != Records.START && type != Records.FLUSHED && type != Records.STOPPED) {
                    byte[] payload = new byte[scan.length()];
                    scan.buffer().get(scan.payloadAt(), payload);
                    into.add(ByteBuffer.wrap(payload));
                }
            }
        } while (scan.skip());
    }

    /** It tells where the one before it ends; its first record keeps its size. */
    private void moveStart(Segment segment, ByteBuffer start) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(Records.padded(Records.ENVELOPE + start.remaining()));
        record.position(Records.ENVELOPE).put(start);
        records.seal(record, 0, segment.number, Segment.HEAD_BYTES);
        segment.file.write(record.flip(), Segment.HEAD_BYTES);
        segment.file.flush();
    }

    /**
     * Begins a new generation of the catalog with what can be made again. Messages whose queue is not known come into one
     * of their own.
     *
     * @return what was given up with what could not be read, and what was made in its place
     */
    List<Finding> catalog() throws IOException {
        CatalogReplay replay = new CatalogReplay(found.catalog().changes());
        List<Finding> told = new ArrayList<>();
        for (Change change : replay.restore(messagesOfUnknown())) {
            told.add(new Finding(
                    "catalog/" + Manifest.NAME, 0, "made in place of what is lost: " + change, Effect.HARMLESS));
        }
        replay.refused()
                .forEach((recorded, why) -> told.add(new Finding(
                        "catalog/" + recorded.file(),
                        recorded.offset(),
                        "given up with what is lost: " + why,
                        Effect.HARMLESS)));
        long newest = found.catalog().generation();
        for (String name : catalogDisk.list()) {
            if (CatalogJournal.number(name) > 0) {
                newest = Math.max(newest, CatalogJournal.number(name));
                keep(catalogDisk, name);
            }
        }
        Watermark.NOTHING.create(catalogDisk);
        Manifest.EMPTY.create(catalogDisk);
        Incarnation incarnation = found.catalog().incarnation();
        if (incarnation != null) {
            Identity.create(catalogDisk, incarnation);
        }
        CatalogJournal journal = CatalogJournal.after(catalogDisk, newest, JOURNAL_STEP);
        journal.snapshot(replay.catalog().snapshot());
        journal.close();
        return told;
    }

    /** The ids of queues that have messages, and of which the catalog has never heard. */
    private List<Long> messagesOfUnknown() {
        return found.messages().log().index().queues().stream()
                .filter(queue -> !found.catalog().queues().contains(queue))
                .filter(queue -> found.messages().log().index().firstPlace(queue) != null)
                .sorted()
                .toList();
    }

    /** Keeps a file as it is, beside what an earlier repair, or a beginning of this one, has kept of it. */
    private static void keep(Disk disk, String name) throws IOException {
        ByteBuffer content = content(disk, name);
        List<String> files = disk.list();
        String kept = name + KEPT;
        for (int copy = 2; files.contains(kept); copy++) {
            if (content(disk, kept).equals(content)) {
                return;
            }
            kept = name + KEPT + "." + copy;
        }
        disk.replace(kept, content);
    }

    private static ByteBuffer content(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            return content.flip();
        }
    }
}
