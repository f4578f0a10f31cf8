package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.queue.DeathReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Looks at a directory that no server uses: reads every record and checks it, tells what there is, gives up what is damaged. */
public final class StoreInspection implements AutoCloseable {
    private final StoreLock lock;
    private final Disk catalog;
    private final Disk messages;

    private StoreInspection(StoreLock lock, Disk catalog, Disk messages) {
        this.lock = lock;
        this.catalog = catalog;
        this.messages = messages;
    }

    /**
     * Something wrong.
     *
     * @param offset in the file
     */
    public record Finding(String file, long offset, String what) {}

    /**
     * What there is.
     *
     * @param live messages that are not deleted, by queue
     */
    public record Report(List<Finding> findings, int files, long bytes, long records, Map<Long, Long> live) {
        public boolean isGood() {
            return findings.isEmpty();
        }
    }

    /** Told of records. */
    public interface Reader {
        void record(String file, long offset, int size, String type, String what) throws IOException;
    }

    /**
     * Opens a directory.
     *
     * @throws IOException when it cannot be read, or a server uses it
     */
    public static StoreInspection open(Path directory) throws IOException {
        if (!directory.resolve("messages").toFile().isDirectory()) {
            throw new IOException("there is no store in " + directory);
        }
        StoreLock lock = StoreLock.take(directory);
        return new StoreInspection(
                lock, new FileDisk(directory.resolve("catalog")), new FileDisk(directory.resolve("messages")));
    }

    /** Reads everything. */
    public Report check() throws IOException {
        return walk((file, offset, size, type, what) -> {});
    }

    /** Reads everything and tells of each record. */
    public Report dump(Reader reader) throws IOException {
        return walk(reader);
    }

    private Report walk(Reader reader) throws IOException {
        Walk walk = new Walk(reader);
        List<String> catalogFiles = catalog.list().stream()
                .filter(name -> CatalogJournal.number(name) > 0)
                .sorted()
                .toList();
        for (String name : catalogFiles) {
            walk.file(catalog, name, CatalogJournal.number(name), Long.MAX_VALUE, CatalogJournal.isJournal(name));
        }
        NavigableMap<Long, String> segments = segments();
        long before = -1;
        for (Map.Entry<Long, String> segment : segments.entrySet()) {
            if (before >= 0 && segment.getKey() != before + 1) {
                walk.findings.add(
                        new Finding(Segment.name(before + 1), 0, "the file is missing, later ones are there"));
            }
            before = segment.getKey();
            boolean last = segments.higherKey(before) == null;
            walk.file(messages, segment.getValue(), before, last ? Long.MAX_VALUE : end(before), last);
        }
        return walk.report();
    }

    private NavigableMap<Long, String> segments() throws IOException {
        NavigableMap<Long, String> segments = new TreeMap<>();
        for (String name : messages.list()) {
            if (Segment.number(name) > 0) {
                segments.put(Segment.number(name), name);
            }
        }
        while (!segments.isEmpty() && isUnused(segments.lastKey())) {
            segments.pollLastEntry();
        }
        return segments;
    }

    /** Whether a segment was only made ready to be used. */
    private boolean isUnused(long number) throws IOException {
        try (Disk.File file = messages.open(Segment.name(number))) {
            SegmentScan scan = new SegmentScan(file, number, Segment.HEAD_BYTES, file.size());
            return !scan.next() && !scan.isMoreKnownFlushed();
        }
    }

    /** Where a segment ends, as the next one tells; its size when that does not. */
    private long end(long number) throws IOException {
        if (messages.list().contains(Segment.name(number + 1))) {
            try (Disk.File next = messages.open(Segment.name(number + 1))) {
                SegmentScan scan = new SegmentScan(next, number + 1, Segment.HEAD_BYTES, next.size());
                if (scan.next()
                        && scan.type() == Records.START
                        && scan.buffer().getLong(scan.payloadAt() + 1) == number) {
                    return scan.buffer().getLong(scan.payloadAt() + 1 + Long.BYTES);
                }
            }
        }
        return Long.MAX_VALUE;
    }

    /**
     * Writes each file with something wrong anew, without what cannot be read.
     *
     * @return what was given up
     */
    public List<Finding> repair() throws IOException {
        List<Finding> findings = check().findings();
        for (Finding finding : findings) {
            String name = finding.file();
            long number = Segment.number(name);
            Disk disk = number > 0 ? messages : catalog;
            List<byte[]> payloads = new ArrayList<>();
            if (disk.list().contains(name)) {
                payloads = salvage(disk, name, number > 0 ? number : CatalogJournal.number(name));
            }
            if (number > 0) {
                rewriteSegment(number, payloads);
            } else {
                disk.replace(name, file(CatalogJournal.number(name), payloads));
            }
        }
        return findings;
    }

    private static List<byte[]> salvage(Disk disk, String name, long number) throws IOException {
        List<byte[]> payloads = new ArrayList<>();
        try (Disk.File file = disk.open(name)) {
            SegmentScan scan = new SegmentScan(file, number, Segment.HEAD_BYTES, file.size());
            boolean more = true;
            while (more) {
                while (scan.next()) {
                    if (scan.type() != Records.FLUSHED) {
                        byte[] payload = new byte[scan.length()];
                        scan.buffer().get(scan.payloadAt(), payload);
                        payloads.add(payload);
                    }
                }
                more = scan.skip();
            }
        }
        return payloads;
    }

    /** A file with these records at the places where they come to lie now. */
    private static ByteBuffer file(long number, List<byte[]> payloads) {
        int size = Segment.HEAD_BYTES;
        for (byte[] payload : payloads) {
            size += Records.padded(Records.ENVELOPE + payload.length);
        }
        ByteBuffer out = ByteBuffer.allocate(size).put(Segment.head(number));
        Records records = new Records();
        for (byte[] payload : payloads) {
            int start = out.position();
            out.position(start + Records.ENVELOPE).put(payload);
            records.seal(out, start, number, start);
        }
        return out.flip();
    }

    private void rewriteSegment(long number, List<byte[]> payloads) throws IOException {
        payloads.removeIf(payload -> payload[0] == Records.START || payload[0] == Records.STOPPED);
        payloads.add(0, start(number - 1, end(number - 1)));
        ByteBuffer content = file(number, payloads);
        long end = content.limit();
        messages.replace(Segment.name(number), content);
        messages.delete(Summary.name(number));
        String next = Segment.name(number + 1);
        if (messages.list().contains(next)) {
            // It tells where the one before it ends; its first record keeps its size.
            try (Disk.File file = messages.open(next)) {
                ByteBuffer record = file(number + 1, List.of(start(number, end)));
                file.write(record.position(Segment.HEAD_BYTES), Segment.HEAD_BYTES);
                file.flush();
            }
        }
    }

    private static byte[] start(long number, long end) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put(Records.START)
                .putLong(number)
                .putLong(end == Long.MAX_VALUE ? 0 : end)
                .array();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** One reading of everything. */
    private static final class Walk {
        private final Reader reader;
        final List<Finding> findings = new ArrayList<>();
        private final Map<Long, QueueIndex> queues = new HashMap<>();
        private int files;
        private long bytes;
        private long records;

        Walk(Reader reader) {
            this.reader = reader;
        }

        /**
         * Reads a file.
         *
         * @param end where its last record ends; {@link Long#MAX_VALUE}: nobody knows
         * @param open whether it may end within a record
         */
        void file(Disk disk, String name, long number, long end, boolean open) throws IOException {
            try (Disk.File file = disk.open(name)) {
                files++;
                bytes += file.size();
                try {
                    Segment.checkHead(file, number);
                } catch (IOException e) {
                    findings.add(new Finding(name, 0, String.valueOf(e.getMessage())));
                }
                long to = Math.min(file.size(), end);
                SegmentScan scan = new SegmentScan(file, number, Segment.HEAD_BYTES, to);
                boolean more = true;
                while (more) {
                    while (scan.next()) {
                        record(name, scan);
                    }
                    boolean wrong = open ? scan.isMoreKnownFlushed() : scan.offset() < to;
                    if (!wrong) {
                        return;
                    }
                    long lost = scan.offset();
                    findings.add(new Finding(name, lost, "there is no whole record"));
                    more = scan.skip();
                }
            }
        }

        private void record(String name, SegmentScan scan) throws IOException {
            records++;
            ByteBuffer in = scan.buffer();
            int at = scan.payloadAt();
            long offset = scan.offset();
            int size = scan.size();
            switch (scan.type()) {
                case Records.MESSAGE -> {
                    long queue = in.getLong(at + 2);
                    long position = in.getLong(at + 10);
                    Integer body = Records.bodyBytes(in, at, scan.length());
                    if (body == null) {
                        findings.add(new Finding(name, offset, "a message makes no sense"));
                        return;
                    }
                    boolean lasting = (in.get(at + 1) & Records.LASTING) != 0;
                    if (lasting) {
                        queues.computeIfAbsent(queue, unused -> new QueueIndex())
                                .put(position, 1, size, body);
                    }
                    tell(
                            name,
                            scan,
                            lasting ? "message" : "paged",
                            "queue " + queue + " position " + position + " body " + body);
                }
                case Records.DELETED -> {
                    long queue = in.getLong(at + 1);
                    int count = in.getInt(at + 9);
                    for (int i = 0; i < count; i++) {
                        queues.computeIfAbsent(queue, unused -> new QueueIndex())
                                .remove(in.getLong(at + 13 + i * Long.BYTES));
                    }
                    tell(
                            name,
                            scan,
                            "deleted",
                            "queue " + queue + ", " + count + " messages from position " + in.getLong(at + 13));
                }
                case Records.RANGE_DELETED -> {
                    long queue = in.getLong(at + 1);
                    long first = in.getLong(at + 9);
                    long last = in.getLong(at + 17);
                    QueueIndex index = queues.computeIfAbsent(queue, unused -> new QueueIndex());
                    List<Long> gone = new ArrayList<>();
                    index.visit(first, (position, place, bytesOfIt, body) -> position <= last && gone.add(position));
                    gone.forEach(index::remove);
                    tell(name, scan, "range-deleted", "queue " + queue + " positions " + first + " to " + last);
                }
                case Records.QUEUE_DELETED -> {
                    queues.remove(in.getLong(at + 1));
                    tell(name, scan, "queue-deleted", "queue " + in.getLong(at + 1));
                }
                case Records.RETURNED ->
                    tell(
                            name,
                            scan,
                            "returned",
                            "queue " + in.getLong(at + 1) + " position " + in.getLong(at + 9) + " "
                                    + told(in.getInt(at + 17)));
                case Records.SEEN ->
                    tell(name, scan, "seen", "queue " + in.getLong(at + 1) + " up to position " + in.getLong(at + 9));
                case Records.START ->
                    tell(
                            name,
                            scan,
                            "start",
                            "after segment " + in.getLong(at + 1) + " which ends at " + in.getLong(at + 9));
                case Records.FLUSHED -> tell(name, scan, "flushed", "up to offset " + in.getLong(at + 9));
                case Records.STOPPED -> tell(name, scan, "stopped", "in order");
                case Records.CHANGE -> {
                    Change change = ChangeCodec.decode(in.slice(at + 1, scan.length() - 1));
                    if (change == null) {
                        findings.add(new Finding(name, offset, "a change of the catalog makes no sense"));
                    } else {
                        tell(name, scan, "change", change.toString());
                    }
                }
                default -> findings.add(new Finding(name, offset, "a record of unknown type " + scan.type()));
            }
        }

        private void tell(String name, SegmentScan scan, String type, String what) throws IOException {
            reader.record(name, scan.offset(), scan.size(), type, what);
        }

        Report report() {
            Map<Long, Long> live = new TreeMap<>();
            queues.forEach((queue, index) -> {
                if (index.count() > 0) {
                    live.put(queue, (long) index.count());
                }
            });
            return new Report(List.copyOf(findings), files, bytes, records, live);
        }
    }

    private static String told(int fate) {
        DeathReason reason = Fate.reason(fate);
        return reason == null ? "for the " + Fate.count(fate) + ". time" : "to be dead-lettered: " + reason.text();
    }
}
