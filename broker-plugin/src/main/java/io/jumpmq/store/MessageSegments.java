package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.ShortString;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.LogListener.Recovered;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The message log of a node: segments in a row, the last one written to. Not thread-safe; one thread owns it, but for
 * {@link Commit#flush} and reading at a {@link Slot}.
 *
 * <p>What is appended is there for {@link #find} after the next {@link #write}, and lasts after the {@link Commit} of
 * that. Space is given back from the oldest segment on: what is left of it is carried to the end when garbage outweighs
 * what is of use, so that a record of a deletion never goes before what it deletes, and the disk holds at most twice what is
 * of use and two segments.
 */
final class MessageSegments {
    /** For records that are not messages, so that deletions find room when messages do not. */
    private static final int MAX_RESERVE = 1 << 20;

    private static final int RESERVED_SHARE = 16;

    private static final int FLUSHED_SIZE = Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES);
    private static final int BUFFER = 1 << 20;
    private static final int MOST_DELETIONS = 4096;
    private static final int CARRY_BYTES = 1 << 20;

    /** Where new segments come from. */
    interface Supply {
        /**
         * A new segment's file, with its head in it.
         *
         * @throws IOException when the disk has no room
         */
        Disk.File take(long number, long size) throws IOException;

        /** Whether {@link #take} has a file of such a size at hand, whatever room the disk has. */
        boolean isReady(long size);
    }

    /** Where a message is. */
    record Slot(long position, Segment segment, long offset, int size, int fate) {}

    /** Something written that {@link #flush} makes last. */
    record Commit(Segment segment, long end) {
        void flush() throws IOException {
            segment.file.flush();
        }
    }

    private final Disk disk;
    private final Supply supply;
    private final long segmentBytes;
    private final int reserved;
    private final Records records = new Records();
    private final Map<Long, QueueIndex> queues = new HashMap<>();
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final ArrayDeque<Segment> sealed = new ArrayDeque<>();
    private final Map<Long, Deletions> deletions = new HashMap<>();

    private Segment active;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private long written;
    private long diskBytes;
    private long liveBytes;
    private long toldFlushed;
    private boolean stoppedInOrder;
    private boolean stopped;

    /** Of the oldest segment, when what is left of it is being carried on. */
    private @Nullable SegmentScan carrying;

    /** Where the last carried record ends: until that is flushed, the oldest segment stays. */
    private @Nullable Commit carried;

    private volatile long flushedSegment;
    private volatile long flushedEnd;

    /** Positions whose deletion is not written yet. */
    private static final class Deletions {
        long[] positions = new long[16];
        int count;

        void add(long position) {
            if (count == positions.length) {
                positions = java.util.Arrays.copyOf(positions, count * 2);
            }
            positions[count++] = position;
        }
    }

    @SuppressWarnings("NullAway.Init") // Only open() makes one, and it sets the active segment at last.
    private MessageSegments(Disk disk, Supply supply, long segmentBytes) {
        this.disk = disk;
        this.supply = supply;
        this.segmentBytes = segmentBytes;
        this.reserved = (int) Math.min(MAX_RESERVE, segmentBytes / RESERVED_SHARE);
    }

    /**
     * Opens a log, or begins one.
     *
     * @param segmentBytes size of new segments
     * @throws DamagedException when what had been flushed is not there
     */
    static MessageSegments open(Disk disk, Supply supply, long segmentBytes) throws IOException {
        Recovery recovery = new Recovery(disk);
        List<Segment> found = recovery.segments();
        MessageSegments log = new MessageSegments(disk, supply, segmentBytes);
        found.forEach(segment -> log.segments.put(segment.number, segment));
        recovery.fill(log);
        found.forEach(segment -> log.diskBytes += segment.capacity);
        Segment last = found.isEmpty() ? null : found.get(found.size() - 1);
        long number = last == null ? 1 : last.number + 1;
        log.active = new Segment(number, supply.take(number, segmentBytes));
        log.diskBytes += log.active.capacity;
        log.segments.put(number, log.active);
        log.begin(last);
        return log;
    }

    // What was found when it was opened.

    /** What there is of a queue. */
    Recovered recovered(long queue) {
        QueueIndex index = queues.get(queue);
        return index == null || index.count() == 0
                ? Recovered.NOTHING
                : new Recovered(
                        index.first(),
                        index.last(),
                        index.count() - index.dead().size(),
                        index.bodyBytes()
                                - index.dead().stream()
                                        .mapToLong(index::bodyBytes)
                                        .sum(),
                        stoppedInOrder ? index.seen : Long.MAX_VALUE,
                        index.dead());
    }

    /** The highest queue number that is known here. */
    long highestQueue() {
        return queues.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Deletes the messages of all queues but these. */
    void retain(Set<Long> known) throws IOException {
        for (Long queue : new ArrayList<>(queues.keySet())) {
            if (!known.contains(queue)) {
                deleteQueue(queue);
            }
        }
    }

    void stoppedInOrder(boolean inOrder) {
        stoppedInOrder = inOrder;
    }

    QueueIndex index(long queue) {
        return queues.computeIfAbsent(queue, unused -> new QueueIndex());
    }

    /** For recovery: a message is there. */
    void found(long queue, long position, Segment segment, long offset, int size, int body, int deliveryCount) {
        QueueIndex index = index(queue);
        live(index, position, index.put(position, place(segment, offset), size, body), segment, size);
        index.returned(position, deliveryCount);
    }

    // Writing.

    /** Whether this message can be appended now, whatever room the disk has. */
    boolean hasRoom(Message message) {
        return hasRoom(Records.messageSize(message, ShortString.MAX_BYTES));
    }

    private boolean hasRoom(int size) {
        return active.end + size + reserved <= active.capacity || supply.isReady(fileBytes(size + reserved));
    }

    /** Size of a new file that takes so much. */
    private long fileBytes(int needed) {
        return Math.max(segmentBytes, needed + 2L * Segment.HEAD_BYTES + reserved);
    }

    /**
     * Appends a message.
     *
     * @param lasting whether it is to be there after a restart
     */
    void append(long queue, long position, Message message, long expiresAtMillis, int deliveries, boolean lasting)
            throws IOException {
        byte[] exchange = message.exchange().getBytes(UTF_8);
        int size = Records.messageSize(message, exchange.length);
        int start = reserve(size, reserved);
        long offset = active.end;
        Records.putMessage(buffer, lasting, queue, position, expiresAtMillis, deliveries, exchange, message);
        seal(start);
        int body = message.body().length;
        QueueIndex index = index(queue);
        live(index, position, index.put(position, place(active, offset), size, body), active, size);
        index.returned(position, deliveries);
        if (lasting) {
            Summary.message(active.summary, queue, position, offset, size, body, deliveries);
        }
    }

    private void live(QueueIndex index, long position, long before, Segment segment, int size) {
        if (before != QueueIndex.NOWHERE) {
            dead(before, index.size(position));
        }
        segment.liveBytes += size;
        liveBytes += size;
    }

    private void dead(long place, int size) {
        Segment segment = segments.get(place >>> Integer.SIZE);
        if (segment != null) {
            segment.liveBytes -= size;
        }
        liveBytes -= size;
    }

    private static long place(Segment segment, long offset) {
        return segment.number << Integer.SIZE | offset;
    }

    /** Deletes a message; without effect if it is not there. */
    void delete(long queue, long position) {
        QueueIndex index = queues.get(queue);
        long place = index == null ? QueueIndex.NOWHERE : index.place(position);
        if (index != null && place != QueueIndex.NOWHERE) {
            dead(place, index.size(position));
            index.remove(position);
            deletions.computeIfAbsent(queue, unused -> new Deletions()).add(position);
        }
    }

    /** Deletes all messages of a queue from one position to another. */
    void deleteRange(long queue, long first, long last) throws IOException {
        removeRange(queue, first, last);
        int start = reserve(Records.padded(Records.ENVELOPE + 1 + 3 * Long.BYTES), 0);
        buffer.put(Records.RANGE_DELETED).putLong(queue).putLong(first).putLong(last);
        seal(start);
        Summary.rangeDeleted(active.summary, queue, first, last);
    }

    private void removeRange(long queue, long first, long last) {
        QueueIndex index = queues.get(queue);
        if (index == null) {
            return;
        }
        long[] some = new long[MOST_DELETIONS];
        int[] count = {MOST_DELETIONS};
        while (count[0] == MOST_DELETIONS) {
            count[0] = 0;
            index.visit(first, (position, place, size, body) -> {
                if (position > last) {
                    return false;
                }
                dead(place, size);
                some[count[0]++] = position;
                return count[0] < MOST_DELETIONS;
            });
            for (int i = 0; i < count[0]; i++) {
                index.remove(some[i]);
            }
        }
    }

    /** Deletes a queue with all its messages. */
    void deleteQueue(long queue) throws IOException {
        removeQueue(queue);
        int start = reserve(Records.padded(Records.ENVELOPE + 1 + Long.BYTES), 0);
        buffer.put(Records.QUEUE_DELETED).putLong(queue);
        seal(start);
        Summary.queueDeleted(active.summary, queue);
    }

    private void removeQueue(long queue) {
        deletions.remove(queue);
        QueueIndex index = queues.remove(queue);
        if (index != null) {
            index.visit(0, (position, place, size, body) -> {
                dead(place, size);
                return true;
            });
        }
    }

    /** Notes how often a message came back to its queue. */
    void returned(long queue, long position, int deliveryCount) throws IOException {
        QueueIndex index = queues.get(queue);
        if (index == null || index.place(position) == QueueIndex.NOWHERE) {
            return;
        }
        index.returned(position, deliveryCount);
        int start = reserve(Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES + Integer.BYTES), 0);
        buffer.put(Records.RETURNED).putLong(queue).putLong(position).putInt(deliveryCount);
        seal(start);
        Summary.returned(active.summary, queue, position, deliveryCount);
    }

    /** Notes up to where queues have delivered, and that the broker stops in order: the next start may rely on it. */
    void stop(Map<Long, Long> seen) throws IOException {
        write(); // With a note of what was flushed: none may follow the last record.
        stopped = true;
        for (Map.Entry<Long, Long> queue : seen.entrySet()) {
            int start = reserve(Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES), 0);
            buffer.put(Records.SEEN).putLong(queue.getKey()).putLong(queue.getValue());
            seal(start);
        }
        int start = reserve(Records.padded(Records.ENVELOPE + 1), 0);
        buffer.put(Records.STOPPED);
        seal(start);
        Commit commit = write();
        if (commit != null) {
            commit.flush();
        }
    }

    /**
     * Writes what was appended and deleted since the last time.
     *
     * @return what has to be flushed for that to last; null when there was nothing
     */
    @Nullable Commit write() throws IOException {
        writeDeletions();
        long flushed = flushedSegment == active.number ? flushedEnd : 0;
        // More than the record that told of it the last time; and in the segment that it tells of.
        if (!stopped && flushed > toldFlushed + FLUSHED_SIZE && active.end + FLUSHED_SIZE <= active.capacity) {
            toldFlushed = flushed;
            int start = reserve(FLUSHED_SIZE, 0);
            buffer.put(Records.FLUSHED).putLong(active.number).putLong(flushed);
            seal(start);
        }
        if (buffer.position() == 0) {
            return null;
        }
        empty();
        return new Commit(active, active.end);
    }

    /** Something was flushed. Any thread, in the order of the commits. */
    void flushed(Commit commit) {
        flushedEnd = commit.end; // Before the number: a mixture must not tell too much.
        flushedSegment = commit.segment.number;
    }

    private void writeDeletions() throws IOException {
        for (Map.Entry<Long, Deletions> entry : deletions.entrySet()) {
            long queue = entry.getKey();
            Deletions gone = entry.getValue();
            for (int from = 0; from < gone.count; from += MOST_DELETIONS) {
                int count = Math.min(MOST_DELETIONS, gone.count - from);
                int start = reserve(
                        Records.padded(Records.ENVELOPE + 1 + Long.BYTES + Integer.BYTES + count * Long.BYTES), 0);
                buffer.put(Records.DELETED).putLong(queue).putInt(count);
                for (int i = from; i < from + count; i++) {
                    buffer.putLong(gone.positions[i]);
                    Summary.deleted(active.summary, queue, gone.positions[i]);
                }
                seal(start);
            }
        }
        deletions.clear();
    }

    /** Makes room for a record, in a new segment if need be; where it starts in the buffer. */
    private int reserve(int size, int keepFree) throws IOException {
        if (active.end + size + keepFree > active.capacity) {
            roll(size + keepFree);
        }
        if (buffer.remaining() < size) {
            empty();
            if (buffer.capacity() < size) {
                buffer = ByteBuffer.allocateDirect(size);
            }
        }
        int start = buffer.position();
        buffer.position(start + Records.ENVELOPE);
        return start;
    }

    private void seal(int start) {
        records.seal(buffer, start, active.number, active.end);
        active.end += buffer.position() - start;
    }

    /** Writes the buffer out. */
    private void empty() throws IOException {
        if (buffer.position() > 0) {
            int length = buffer.position();
            active.file.write(buffer.flip(), written);
            written += length;
            if (buffer.capacity() > BUFFER) {
                buffer = ByteBuffer.allocateDirect(BUFFER);
            }
            buffer.clear();
        }
    }

    /** Goes on in a new segment. The old one is flushed first: only the last may end in the middle of a record. */
    private void roll(int needed) throws IOException {
        long number = active.number + 1;
        Disk.File file = supply.take(number, fileBytes(needed));
        empty();
        active.file.flush();
        Segment before = active;
        sealed.add(before);
        active = new Segment(number, file);
        diskBytes += active.capacity;
        segments.put(number, active);
        begin(before);
    }

    private void begin(@Nullable Segment before) {
        written = Segment.HEAD_BYTES;
        toldFlushed = 0;
        int start = buffer.position();
        buffer.position(start + Records.ENVELOPE);
        buffer.put(Records.START).putLong(before == null ? 0 : before.number).putLong(before == null ? 0 : before.end);
        seal(start);
    }

    /** A segment that was sealed and whose summary is not on disk yet; null when there is none. */
    @Nullable Segment nextSealed() {
        return sealed.poll();
    }

    // Reading.

    /** Where the next messages of a queue are, from a position on; at least one if there is any. */
    List<Slot> find(long queue, long from, int maxMessages, int maxBytes) {
        List<Slot> found = new ArrayList<>();
        QueueIndex index = queues.get(queue);
        if (index != null) {
            long[] bytes = {0};
            index.visit(from, (position, place, size, body) -> {
                Segment segment = segments.get(place >>> Integer.SIZE);
                if (segment == null) {
                    throw new IllegalStateException("message " + position + " of queue " + queue + " is nowhere");
                }
                if (!found.isEmpty() && bytes[0] + size > maxBytes) {
                    return false;
                }
                found.add(new Slot(position, segment, place & 0xffff_ffffL, size, index.deliveryCount(position)));
                bytes[0] += size;
                return found.size() < maxMessages;
            });
        }
        return found;
    }

    // Giving back space.

    /** How many segments there are. Any thread; a moment old. */
    int count() {
        return segments.size();
    }

    /** Bytes of records of messages that are there. Any thread; a moment old. */
    long liveBytes() {
        return liveBytes;
    }

    /** Bytes of all segments. Any thread; a moment old. */
    long diskBytes() {
        return diskBytes;
    }

    /**
     * Does a piece of the work of giving back space.
     *
     * @return a segment that is of no use any more and may be deleted, once nobody reads it; null for none
     */
    @Nullable Segment tidy() throws IOException {
        Segment oldest = segments.firstEntry().getValue();
        if (oldest == active) {
            return null;
        }
        if (oldest.liveBytes > 0) {
            if (carrying == null && diskBytes <= 2 * liveBytes + 2 * segmentBytes) {
                return null;
            }
            carry(oldest);
        }
        Commit last = carried;
        boolean safe = last == null
                || flushedSegment > last.segment.number
                || (flushedSegment == last.segment.number && flushedEnd >= last.end);
        if (oldest.liveBytes > 0 || !safe || flushedSegment <= oldest.number) {
            return null;
        }
        carried = null;
        carrying = null;
        segments.remove(oldest.number);
        diskBytes -= oldest.capacity;
        return oldest;
    }

    /** Copies some of what is left of the oldest segment to the end. */
    private void carry(Segment oldest) throws IOException {
        SegmentScan scan = carrying;
        if (scan == null) {
            scan = new SegmentScan(oldest.file, oldest.number, Segment.HEAD_BYTES, oldest.end);
            carrying = scan;
        }
        long copied = 0;
        while (copied < CARRY_BYTES && oldest.liveBytes > 0) {
            if (!scan.next()) {
                throw new DamagedException(oldest.file.name(), scan.offset(), "there should be a record");
            }
            if (!hasRoom(scan.size())) {
                // The disk is full: it goes on from this record when there is room. Giving back space must not take
                // any.
                carrying = new SegmentScan(oldest.file, oldest.number, scan.offset(), oldest.end);
                break;
            }
            if (scan.type() == Records.MESSAGE) {
                copied += carry(oldest, scan);
            }
        }
        if (copied > 0) {
            carried = new Commit(active, active.end);
        }
    }

    private int carry(Segment from, SegmentScan scan) throws IOException {
        ByteBuffer in = scan.buffer();
        int at = scan.payloadAt();
        boolean lasting = (in.get(at + 1) & Records.LASTING) != 0;
        long queue = in.getLong(at + 2);
        long position = in.getLong(at + 10);
        QueueIndex index = queues.get(queue);
        if (index == null || index.place(position) != place(from, scan.offset())) {
            return 0;
        }
        int size = scan.size();
        int start = reserve(size, reserved);
        long offset = active.end;
        buffer.put(in.slice(at, scan.length()));
        int deliveries = index.deliveryCount(position);
        buffer.putInt(start + Records.ENVELOPE + 26, deliveries);
        seal(start);
        Integer body = Records.bodyBytes(in, at, scan.length());
        int bodyBytes = body == null ? 0 : body;
        live(index, position, index.put(position, place(active, offset), size, bodyBytes), active, size);
        if (lasting) {
            Summary.message(active.summary, queue, position, offset, size, bodyBytes, deliveries);
        }
        return size;
    }

    /** Called for a segment that {@link #tidy} gave up. */
    void discard(Segment segment) throws IOException {
        segment.file.close();
        disk.delete(Summary.name(segment.number));
        disk.delete(segment.file.name());
    }

    /** Closes all files; writes nothing. */
    void close() throws IOException {
        for (Segment segment : segments.values()) {
            segment.file.close();
        }
    }

    /** Finds what there is when a log is opened. */
    private static final class Recovery {
        private final Disk disk;
        private final List<Segment> found = new ArrayList<>();

        Recovery(Disk disk) {
            this.disk = disk;
        }

        /** The segments with their ends, in order. */
        List<Segment> segments() throws IOException {
            List<Long> numbers = disk.list().stream()
                    .map(Segment::number)
                    .filter(number -> number > 0)
                    .sorted()
                    .toList();
            for (int i = 1; i < numbers.size(); i++) {
                if (numbers.get(i) != numbers.get(i - 1) + 1) {
                    throw new DamagedException(
                            Segment.name(numbers.get(i - 1) + 1), 0, "the file is missing, later ones are there");
                }
            }
            for (long number : numbers) {
                Disk.File file = disk.open(Segment.name(number));
                Segment.checkHead(file, number);
                found.add(new Segment(number, file));
            }
            dropUnused();
            return found;
        }

        /** The last one may have been made and not used; of those before it, the next one tells the end. */
        private void dropUnused() throws IOException {
            for (int i = found.size() - 1; i >= 0; i--) {
                Segment segment = found.get(i);
                SegmentScan scan =
                        new SegmentScan(segment.file, segment.number, Segment.HEAD_BYTES, segment.file.size());
                boolean started = scan.next() && scan.type() == Records.START;
                if (started && i > 0) {
                    if (scan.buffer().getLong(scan.payloadAt() + 1) != found.get(i - 1).number) {
                        throw new DamagedException(
                                segment.file.name(), scan.offset(), "it does not follow on " + found.get(i - 1));
                    }
                    found.get(i - 1).end = scan.buffer().getLong(scan.payloadAt() + 1 + Long.BYTES);
                } else if (!started) {
                    boolean last = i == found.size() - 1;
                    if (!last || scan.isMoreKnownFlushed()) {
                        throw new DamagedException(
                                segment.file.name(), scan.offset(), "the record that it starts with is not whole");
                    }
                    segment.file.close();
                    disk.delete(segment.file.name());
                    found.remove(i);
                }
            }
        }

        /** Takes in what the segments hold. */
        void fill(MessageSegments log) throws IOException {
            for (int i = 0; i < found.size(); i++) {
                Segment segment = found.get(i);
                boolean last = i == found.size() - 1;
                log.stoppedInOrder(false);
                if (last || !readSummary(log, segment)) {
                    scan(log, segment, last);
                    log.sealed.add(segment);
                }
            }
        }

        private boolean readSummary(MessageSegments log, Segment segment) throws IOException {
            String name = Summary.name(segment.number);
            if (!disk.list().contains(name)) {
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
                Summary.read(content, new Filling(log, segment));
            } catch (BufferUnderflowException e) {
                throw new DamagedException(name, 0, "it makes no sense; it may be deleted");
            }
            return true;
        }

        private static void scan(MessageSegments log, Segment segment, boolean last) throws IOException {
            long to = last ? segment.file.size() : segment.end;
            SegmentScan scan = new SegmentScan(segment.file, segment.number, Segment.HEAD_BYTES, to);
            Filling filling = new Filling(log, segment);
            while (scan.next()) {
                log.stoppedInOrder(scan.type() == Records.STOPPED);
                filling.record(scan);
            }
            if (last ? scan.isMoreKnownFlushed() : scan.offset() < segment.end) {
                throw new DamagedException(
                        segment.file.name(), scan.offset(), "there is no whole record, and more had been flushed");
            }
            if (last) {
                segment.end = scan.offset();
                segment.file.truncate(segment.end);
                segment.capacity = segment.end;
                segment.file.flush();
            }
        }
    }

    /** Puts what records tell into the index. */
    private static final class Filling implements Summary.Reader {
        private final MessageSegments log;
        private final Segment segment;

        Filling(MessageSegments log, Segment segment) {
            this.log = log;
            this.segment = segment;
        }

        void record(SegmentScan scan) throws IOException {
            ByteBuffer in = scan.buffer();
            int at = scan.payloadAt();
            switch (scan.type()) {
                case Records.MESSAGE -> {
                    Integer body = Records.bodyBytes(in, at, scan.length());
                    if (body == null) {
                        throw new DamagedException(segment.file.name(), scan.offset(), "the message makes no sense");
                    }
                    if ((in.get(at + 1) & Records.LASTING) != 0) {
                        message(
                                in.getLong(at + 2),
                                in.getLong(at + 10),
                                scan.offset(),
                                scan.size(),
                                body,
                                in.getInt(at + 26));
                    }
                }
                case Records.DELETED -> {
                    int count = in.getInt(at + 1 + Long.BYTES);
                    for (int i = 0; i < count; i++) {
                        deleted(in.getLong(at + 1), in.getLong(at + 1 + Long.BYTES + Integer.BYTES + i * Long.BYTES));
                    }
                }
                case Records.RANGE_DELETED -> rangeDeleted(in.getLong(at + 1), in.getLong(at + 9), in.getLong(at + 17));
                case Records.QUEUE_DELETED -> queueDeleted(in.getLong(at + 1));
                case Records.RETURNED -> returned(in.getLong(at + 1), in.getLong(at + 9), in.getInt(at + 17));
                case Records.SEEN -> log.index(in.getLong(at + 1)).seen = in.getLong(at + 9);
                case Records.START, Records.FLUSHED, Records.STOPPED -> {}
                default ->
                    throw new DamagedException(
                            segment.file.name(), scan.offset(), "a record of unknown type " + scan.type());
            }
        }

        @Override
        public void message(long queue, long position, long offset, int size, int bodyBytes, int deliveryCount) {
            Summary.message(segment.summary, queue, position, offset, size, bodyBytes, deliveryCount);
            log.found(queue, position, segment, offset, size, bodyBytes, deliveryCount);
        }

        @Override
        public void deleted(long queue, long position) {
            Summary.deleted(segment.summary, queue, position);
            QueueIndex index = log.queues.get(queue);
            if (index != null && index.place(position) != QueueIndex.NOWHERE) {
                log.dead(index.place(position), index.size(position));
                index.remove(position);
            }
        }

        @Override
        public void rangeDeleted(long queue, long first, long last) {
            Summary.rangeDeleted(segment.summary, queue, first, last);
            log.removeRange(queue, first, last);
        }

        @Override
        public void queueDeleted(long queue) {
            Summary.queueDeleted(segment.summary, queue);
            log.removeQueue(queue);
        }

        @Override
        public void returned(long queue, long position, int deliveryCount) {
            Summary.returned(segment.summary, queue, position, deliveryCount);
            QueueIndex index = log.queues.get(queue);
            if (index != null) {
                index.returned(position, deliveryCount);
            }
        }
    }
}
