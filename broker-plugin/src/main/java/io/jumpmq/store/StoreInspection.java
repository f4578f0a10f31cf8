package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.catalog.Change;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a directory that no server uses: tells what there is, what is wrong with it, and what a start would make of that.
 * It reads as a start does, and then what a start leaves for later.
 */
public final class StoreInspection implements AutoCloseable {
    /** So much of a damaged record is looked at. */
    private static final int MAX_GUESS = 1 << 16;

    private final Closeable lock;
    private final Disk catalog;
    private final Disk messages;

    private StoreInspection(Closeable lock, Disk catalog, Disk messages) {
        this.lock = lock;
        this.catalog = catalog;
        this.messages = messages;
    }

    /** What a start makes of something wrong. */
    public enum Effect {
        /** It refuses. */
        REFUSED,
        /** It serves all but a message, which is reported and kept. */
        SET_ASIDE,
        /** It serves everything. */
        HARMLESS
    }

    /**
     * Something wrong.
     *
     * @param file its name, within the directory
     * @param offset in the file
     */
    public record Finding(String file, long offset, String what, Effect effect) {}

    /**
     * What there is.
     *
     * @param live messages that are not deleted, by queue
     * @param names of queues, by id
     */
    public record Report(
            List<Finding> findings,
            int files,
            long bytes,
            long records,
            Map<Long, Long> live,
            Map<Long, String> names) {
        public boolean isGood() {
            return findings.isEmpty();
        }

        /** Whether a server would start. */
        public boolean starts() {
            return findings.stream().noneMatch(finding -> finding.effect() == Effect.REFUSED);
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
        if (!Files.isDirectory(directory)) {
            throw new IOException("there is no store in " + directory + ": it is no directory");
        }
        if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
            throw FileFailure.of(directory, "looked into", new AccessDeniedException(directory.toString()));
        }
        if (!Files.exists(directory.resolve("messages")) && !Files.exists(directory.resolve("catalog"))) {
            throw new IOException(
                    "there is no store in " + directory + ": neither a directory messages nor one catalog");
        }
        StoreLock lock = StoreLock.take(directory, "give a copy of it as DIRECTORY");
        return new StoreInspection(
                lock, new FileDisk(directory.resolve("catalog")), new FileDisk(directory.resolve("messages")));
    }

    /** As {@link #open(Path)}, of any disks. */
    static StoreInspection open(Closeable lock, Disk catalog, Disk messages) {
        return new StoreInspection(lock, catalog, messages);
    }

    /** Reads everything. */
    public Report check() throws IOException {
        return dump((file, offset, size, type, what) -> {});
    }

    /** Reads everything and tells of each record. */
    public Report dump(Reader reader) throws IOException {
        Look look = new Look(reader);
        try {
            return look.report();
        } finally {
            look.close();
        }
    }

    /**
     * Writes each file with something wrong anew, without what cannot be read; the old one is kept beside it.
     *
     * @return what was given up
     */
    public List<Finding> repair() throws IOException {
        Look look = new Look((file, offset, size, type, what) -> {});
        try {
            List<Finding> findings = new ArrayList<>(look.report().findings());
            if (!findings.isEmpty()) {
                StoreRepair repair = new StoreRepair(catalog, messages, look.found);
                repair.messages(findings.stream()
                        .filter(finding -> finding.file().startsWith("messages/"))
                        .map(finding -> finding.file().substring("messages/".length()))
                        .toList());
                findings.addAll(repair.catalog());
            }
            return findings;
        } finally {
            look.close();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** One reading of everything. */
    private final class Look {
        private final Reader reader;
        private final List<Finding> findings = new ArrayList<>();
        private final Map<Long, String> names = new HashMap<>();
        private final List<Finding> refused = new ArrayList<>();
        final StoreRecovery found;
        private int files;
        private long bytes;
        private long records;

        Look(Reader reader) throws IOException {
            this.reader = reader;
            this.found = StoreRecovery.read(
                    catalog,
                    messages,
                    NoSupply.INSTANCE,
                    0,
                    (file, offset, what) -> refused.add(new Finding(file, offset, what, Effect.REFUSED)));
            found.catalog().changes().forEach(recorded -> {
                if (recorded.change() instanceof Change.QueueDeclared queue) {
                    names.put(queue.id(), "queue '" + queue.name() + "' in vhost '" + queue.vhost() + "'");
                }
            });
        }

        Report report() throws IOException {
            new CatalogReplay(found.catalog().changes())
                    .refused()
                    .forEach((recorded, why) -> refused.add(new Finding(
                            "catalog/" + recorded.file(),
                            recorded.offset(),
                            "this change cannot be made: " + why,
                            Effect.REFUSED)));
            for (Finding finding : refused) {
                findings.add(new Finding(
                        finding.file(), finding.offset(), finding.what() + guess(finding), finding.effect()));
            }
            for (Finding finding : refused) {
                nameLost(finding);
            }
            for (String name : catalog.list().stream().sorted().toList()) {
                if (CatalogJournal.number(name) > 0) {
                    walk(catalog, "catalog/" + name, name, CatalogJournal.number(name), Long.MAX_VALUE, null);
                }
            }
            for (Segment segment : found.messages().log().segments().all()) {
                String name = segment.file.name();
                boolean wasRead = found.messages().wasRead(segment);
                walk(messages, "messages/" + name, name, segment.number, segment.end, wasRead ? null : segment);
            }
            found.messages()
                    .log()
                    .index()
                    .setAside()
                    .messages()
                    .forEach(message -> findings.add(new Finding(
                            "messages/" + message.file(),
                            message.offset(),
                            "message " + message.position() + " of " + queue(message.queue())
                                    + " could not be read and was set aside",
                            Effect.SET_ASIDE)));
            Map<Long, Long> live = new TreeMap<>();
            for (long queue : found.messages().log().index().queues()) {
                QueueIndex index = found.messages().log().index().known(queue);
                if (index != null && index.count() > 0) {
                    live.put(queue, (long) index.count());
                }
            }
            return new Report(List.copyOf(findings), files, bytes, records, live, Map.copyOf(names));
        }

        private String queue(long id) {
            return names.getOrDefault(id, "queue " + id);
        }

        /**
         * Tells of a file's records.
         *
         * @param summed the segment whose records a start does not read; null: it does, and has found what is wrong
         */
        private void walk(Disk disk, String path, String name, long number, long end, @Nullable Segment summed)
                throws IOException {
            try (Disk.File file = disk.open(name)) {
                files++;
                bytes += file.size();
                SegmentScan scan = new SegmentScan(file, number, Segment.HEAD_BYTES, Math.min(file.size(), end));
                boolean more = true;
                while (more) {
                    while (scan.next()) {
                        record(path, scan);
                    }
                    long gap = scan.offset();
                    more = scan.skip();
                    if (summed != null && gap < summed.end) {
                        findDamage(path, summed, gap, more ? scan.nextOffset() : summed.end);
                    }
                }
            }
        }

        private void record(String path, SegmentScan scan) throws IOException {
            records++;
            ByteBuffer in = scan.buffer();
            String what = RecordText.what(in, scan.payloadAt(), scan.length(), this::queue);
            reader.record(
                    path,
                    scan.offset(),
                    scan.size(),
                    RecordText.type(in, scan.payloadAt()),
                    what.isEmpty() ? "makes no sense" : what);
        }

        /** Of a segment that is gone its summary may be there, and name what it held. */
        private void nameLost(Finding finding) throws IOException {
            long number = Segment.number(finding.file().substring(finding.file().indexOf('/') + 1));
            boolean isThere =
                    found.messages().log().segments().all().stream().anyMatch(segment -> segment.number == number);
            if (number < 0 || isThere || !messages.list().contains(Summary.name(number))) {
                return;
            }
            try (Disk.File file = messages.open(Summary.name(number))) {
                ByteBuffer content = ByteBuffer.allocate((int) file.size());
                file.read(content, 0);
                for (Summary.Message message : Summary.messages(content.flip(), number)) {
                    findings.add(new Finding(
                            finding.file(),
                            message.offset(),
                            "message " + message.position() + " of " + queue(message.queue())
                                    + " was there, unless it was acknowledged later",
                            Effect.REFUSED));
                }
            }
        }

        /** A part of a segment that is no record, and that a start would not look at. */
        private void findDamage(String path, Segment segment, long from, long to) {
            List<DamagedMessage> lost = found.messages().log().index().messagesIn(segment, from, to);
            for (DamagedMessage message : lost) {
                findings.add(new Finding(
                        path,
                        message.offset(),
                        "message " + message.position() + " of " + queue(message.queue()) + " cannot be read",
                        Effect.SET_ASIDE));
            }
            if (lost.isEmpty()) {
                findings.add(new Finding(
                        path, from, "there is no whole record; nothing of what was here is needed", Effect.HARMLESS));
            }
        }

        /** What a damaged record looks like, as far as it can be told. */
        private String guess(Finding finding) throws IOException {
            boolean isCatalog = finding.file().startsWith("catalog/");
            Disk disk = isCatalog ? catalog : messages;
            String name = finding.file().substring(finding.file().indexOf('/') + 1);
            if (finding.offset() < Segment.HEAD_BYTES || !disk.list().contains(name)) {
                return "";
            }
            try (Disk.File file = disk.open(name)) {
                int length = (int) Math.min(MAX_GUESS, file.size() - finding.offset());
                if (length <= Records.ENVELOPE) {
                    return "";
                }
                ByteBuffer in = ByteBuffer.allocate(length);
                file.read(in, finding.offset());
                int told = in.getInt(0);
                int payload = told > 0 && told <= length - Records.ENVELOPE ? told : length - Records.ENVELOPE;
                String what = RecordText.what(in, Records.ENVELOPE, payload, this::queue);
                return what.isEmpty() ? "" : "; it looks like: " + RecordText.type(in, Records.ENVELOPE) + " " + what;
            }
        }

        void close() throws IOException {
            found.messages().close();
        }
    }

    /** Nothing is written. */
    private enum NoSupply implements MessageSegments.Supply {
        INSTANCE;

        @Override
        public Disk.File take(long number, long size) throws IOException {
            throw new IOException("nothing is written here");
        }

        @Override
        public boolean isReady(long size) {
            return false;
        }
    }
}
