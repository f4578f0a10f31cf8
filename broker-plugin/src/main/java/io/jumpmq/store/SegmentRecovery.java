package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what the files of the message log hold, and fills a log with it. Changes nothing before {@link #settle}: a start and
 * an inspection see the same.
 */
final class SegmentRecovery {
    private final Disk disk;
    private final List<String> names;
    private final Damage damage;
    private final MessageSegments log;
    private final List<Segment> found = new ArrayList<>();

    /** Files that were only made ready, or not deleted in time. */
    private final List<String> unused = new ArrayList<>();

    private final List<String> unreadSummaries = new ArrayList<>();
    private boolean isNew;
    private boolean isAdopted;
    private Watermark flushed = Watermark.NOTHING;

    private SegmentRecovery(Disk disk, MessageSegments log, Damage damage) throws IOException {
        this.disk = disk;
        this.names = disk.list();
        this.log = log;
        this.damage = damage;
    }

    /**
     * Reads the files into a new log.
     *
     * @param damage told of what is wrong with them
     */
    static SegmentRecovery read(Disk disk, MessageSegments.Supply supply, long segmentBytes, Damage damage)
            throws IOException {
        SegmentRecovery recovery = new SegmentRecovery(disk, MessageSegments.empty(disk, supply, segmentBytes), damage);
        recovery.read();
        return recovery;
    }

    MessageSegments log() {
        return log;
    }

    /** Whether there is nothing of a log. */
    boolean isNew() {
        return isNew;
    }

    /** Whether it is of format version 1, which had no manifest. */
    boolean isAdopted() {
        return isAdopted;
    }

    /** Up to where messages have been flushed, and their queues before them. */
    Watermark flushed() {
        return flushed;
    }

    /** Whether a segment has been read whole: it has no summary, or none that is whole. */
    boolean wasRead(Segment segment) {
        return unreadSummaries.contains(segment.file.name());
    }

    private void read() throws IOException {
        List<Long> numbers = names.stream()
                .map(Segment::number)
                .filter(number -> number > 0)
                .sorted()
                .toList();
        if (names.contains(Manifest.NAME)) {
            byManifest(numbers);
        } else if (numbers.isEmpty()) {
            isNew = true;
        } else if (Segment.areOfVersion1(disk, names, Segment::number)) {
            isAdopted = true;
            openAll(numbers.get(0), numbers.get(numbers.size() - 1));
        } else {
            damage.found(Manifest.NAME, 0, "the file is missing, and those that it should name are there");
            openAll(numbers.get(0), numbers.get(numbers.size() - 1));
        }
        findEnds();
        fill();
    }

    private void byManifest(List<Long> numbers) throws IOException {
        Manifest[] read = new Manifest[1];
        damage.unless(() -> read[0] = Manifest.read(disk));
        damage.unless(() -> flushed = Watermark.read(disk));
        Manifest manifest = read[0];
        if (manifest == null) {
            if (!numbers.isEmpty()) {
                openAll(numbers.get(0), numbers.get(numbers.size() - 1));
            }
            return;
        }
        if (flushed.number() > manifest.last()) {
            damage.found(
                    Manifest.NAME,
                    0,
                    "its last segment is " + manifest.last() + ", and segment " + flushed.number()
                            + " has been flushed");
        }
        Manifest counts = new Manifest(manifest.first(), Math.max(manifest.last(), flushed.number()), 0);
        openAll(counts.first(), counts.last());
        numbers.stream()
                .filter(number -> !counts.names(number))
                .map(Segment::name)
                .forEach(unused::add);
    }

    private void openAll(long first, long last) throws IOException {
        for (long number : LongStream.rangeClosed(first, last).toArray()) {
            String name = Segment.name(number);
            if (!names.contains(name)) {
                if (number < last || number <= flushed.number()) { // Else a start was cut short that began it anew.
                    long end = Math.max(toldEnd(number), flushed.endIn(number));
                    damage.found(name, 0, "the file is missing, with all that it held from offset 0 to " + end);
                }
                continue;
            }
            Disk.File file = disk.open(name);
            found.add(new Segment(number, file));
            damage.unless(() -> Segment.checkHead(file, number));
        }
    }

    /** Each but the first tells where the one before it ends. What was only begun, and not flushed, is not used. */
    private void findEnds() throws IOException {
        for (int i = found.size() - 1; i >= 0; i--) {
            Segment segment = found.get(i);
            Segment before = i == 0 ? null : found.get(i - 1);
            SegmentScan scan = new SegmentScan(segment.file, segment.number, Segment.HEAD_BYTES, segment.file.size());
            if (scan.next() && scan.type() == Records.START) {
                if (before != null && before.number == segment.number - 1) {
                    follow(before, segment, scan);
                }
                continue;
            }
            boolean isUnused = i == found.size() - 1 && segment.number > flushed.number() && !scan.isMoreKnownFlushed();
            if (isUnused) {
                unused.add(segment.file.name());
                segment.file.close();
                found.remove(i);
            } else {
                damage.found(segment.file.name(), scan.offset(), "the record that it starts with is not whole");
            }
        }
    }

    private void follow(Segment before, Segment segment, SegmentScan start) throws IOException {
        ByteBuffer in = start.buffer();
        int at = start.payloadAt() + 1;
        long end = in.getLong(at + Long.BYTES);
        if (in.getLong(at) != before.number || end < Segment.HEAD_BYTES) {
            damage.found(
                    segment.file.name(),
                    start.offset(),
                    "it follows on an end of segment " + in.getLong(at) + " at " + end + ", which makes no sense");
            return;
        }
        if (end > before.capacity) {
            damage.found(
                    before.file.name(),
                    before.capacity,
                    "the file ends here; it had more, from offset " + before.capacity + " to " + end);
        }
        before.end = end;
    }

    /** Where a segment ends, as the next one tells; 0 when that does not. */
    private long toldEnd(long number) throws IOException {
        String next = Segment.name(number + 1);
        if (!names.contains(next)) {
            return 0;
        }
        try (Disk.File file = disk.open(next)) {
            SegmentScan scan = new SegmentScan(file, number + 1, Segment.HEAD_BYTES, file.size());
            return scan.next() && scan.type() == Records.START
                    ? scan.buffer().getLong(scan.payloadAt() + 1 + Long.BYTES)
                    : 0;
        }
    }

    private void fill() throws IOException {
        for (Segment segment : found) {
            log.segments().found(segment);
        }
        for (Segment segment : found) {
            boolean isLast = segment == found.get(found.size() - 1);
            log.index().stoppedInOrder(false);
            if (isLast || !readSummary(segment)) {
                unreadSummaries.add(segment.file.name());
                scan(segment, isLast);
            }
        }
    }

    private boolean readSummary(Segment segment) throws IOException {
        String name = Summary.name(segment.number);
        if (!names.contains(name)) {
            return false;
        }
        ByteBuffer content;
        try (Disk.File file = disk.open(name)) {
            content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            content.flip();
        }
        if (!Summary.isWhole(content, segment.number, segment.end)) {
            return false;
        }
        try {
            Summary.read(content, new Filling(segment));
        } catch (BufferUnderflowException e) {
            damage.found(name, 0, "it makes no sense; it may be deleted");
        }
        return true;
    }

    private void scan(Segment segment, boolean isLast) throws IOException {
        boolean hasEnd = !isLast && segment.end > Segment.HEAD_BYTES;
        long size = segment.file.size();
        long to = hasEnd ? Math.min(segment.end, size) : size;
        long min = hasEnd ? to : flushed.endIn(segment.number);
        SegmentScan scan = new SegmentScan(segment.file, segment.number, Segment.HEAD_BYTES, to);
        Filling filling = new Filling(segment);
        boolean more;
        do {
            while (scan.next()) {
                log.index().stoppedInOrder(scan.type() == Records.STOPPED);
                filling.record(scan);
            }
            boolean isEnd = scan.offset() >= min && (hasEnd || !scan.isMoreKnownFlushed());
            if (isEnd) {
                break;
            }
            long from = scan.offset();
            more = scan.skip();
            damage.found(
                    segment.file.name(),
                    from,
                    "there is no whole record from offset " + from + " to "
                            + (more ? scan.nextOffset() : Math.max(min, from)) + ", and more had been flushed");
        } while (more);
        segment.end = hasEnd ? segment.end : scan.offset();
    }

    /**
     * Gets the files ready to be gone on with: what is of no use is deleted, an end that was cut short is cut off. A new log
     * gets its first files.
     */
    void settle() throws IOException {
        if (isNew || isAdopted) {
            Watermark.NOTHING.create(disk);
            Manifest adopted =
                    isNew ? Manifest.EMPTY : new Manifest(found.get(0).number, found.get(found.size() - 1).number, 0);
            adopted.create(disk);
        }
        for (String name : unused) {
            disk.delete(name + Summary.SUFFIX);
            disk.delete(name);
        }
        Segment last = last();
        if (last != null) {
            last.file.truncate(last.end);
            last.capacity = last.end;
            last.file.flush();
        }
        found.stream().filter(this::wasRead).forEach(log.segments()::addSealed);
    }

    private @Nullable Segment last() {
        return found.isEmpty() ? null : found.get(found.size() - 1);
    }

    /** Closes the files; for who does not go on. */
    void close() throws IOException {
        for (Segment segment : found) {
            segment.file.close();
        }
    }

    /** Puts what records tell into the index. */
    private final class Filling implements Summary.Reader {
        private final Segment segment;

        Filling(Segment segment) {
            this.segment = segment;
        }

        void record(SegmentScan scan) throws IOException {
            ByteBuffer in = scan.buffer();
            int at = scan.payloadAt();
            if (scan.length() < Records.minLength(in, at)) {
                damage.found(segment.file.name(), scan.offset(), "a record makes no sense");
                return;
            }
            switch (scan.type()) {
                case Records.MESSAGE -> message(scan, in, at);
                case Records.DAMAGED ->
                    damaged(
                            new DamagedMessage(
                                    in.getLong(at + 2),
                                    in.getLong(at + 10),
                                    Segment.name(in.getLong(at + 18)),
                                    in.getLong(at + 26)),
                            scan.offset(),
                            scan.size(),
                            in.getInt(at + 34));
                case Records.DELETED -> {
                    int count = in.getInt(at + 1 + Long.BYTES);
                    for (int i = 0; i < count; i++) {
                        deleted(in.getLong(at + 1), in.getLong(at + 1 + Long.BYTES + Integer.BYTES + i * Long.BYTES));
                    }
                }
                case Records.RANGE_DELETED -> rangeDeleted(in.getLong(at + 1), in.getLong(at + 9), in.getLong(at + 17));
                case Records.QUEUE_DELETED -> queueDeleted(in.getLong(at + 1));
                case Records.RETURNED -> returned(in.getLong(at + 1), in.getLong(at + 9), in.getInt(at + 17));
                case Records.SEEN -> log.index().of(in.getLong(at + 1)).seen = in.getLong(at + 9);
                case Records.START, Records.FLUSHED, Records.STOPPED -> {}
                default -> damage.found(segment.file.name(), scan.offset(), "a record of unknown type " + scan.type());
            }
        }

        private void message(SegmentScan scan, ByteBuffer in, int at) throws IOException {
            Integer body = Records.bodyBytes(in, at, scan.length());
            if (body == null) {
                damage.found(segment.file.name(), scan.offset(), "the message makes no sense");
            } else if ((in.get(at + 1) & Records.PERSISTENT) != 0) {
                message(in.getLong(at + 2), in.getLong(at + 10), scan.offset(), scan.size(), body, in.getInt(at + 26));
            }
        }

        @Override
        public void message(long queue, long position, long offset, int size, int bodyBytes, int deliveryCount) {
            Summary.message(segment.summary, queue, position, offset, size, bodyBytes, deliveryCount);
            log.index().put(queue, position, segment, offset, size, bodyBytes).returned(position, deliveryCount);
        }

        @Override
        public void damaged(DamagedMessage message, long offset, int size, int bodyBytes) {
            Summary.damaged(segment.summary, message, offset, size, bodyBytes);
            log.index()
                    .put(message.queue(), message.position(), segment, offset, size, bodyBytes)
                    .returned(message.position(), 0);
            log.index().setAside().add(message);
        }

        @Override
        public void deleted(long queue, long position) {
            Summary.deleted(segment.summary, queue, position);
            log.index().remove(queue, position);
        }

        @Override
        public void rangeDeleted(long queue, long first, long last) {
            Summary.rangeDeleted(segment.summary, queue, first, last);
            log.index().removeRange(queue, first, last, position -> {});
        }

        @Override
        public void queueDeleted(long queue) {
            Summary.queueDeleted(segment.summary, queue);
            log.index().removeQueue(queue);
        }

        @Override
        public void returned(long queue, long position, int deliveryCount) {
            Summary.returned(segment.summary, queue, position, deliveryCount);
            QueueIndex index = log.index().known(queue);
            if (index != null) {
                index.returned(position, deliveryCount);
            }
        }
    }
}
