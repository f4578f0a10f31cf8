package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.LogListener.Died;
import io.jumpmq.broker.queue.LogListener.Recovered;
import io.jumpmq.value.ShortString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The message log of a node: segments in a row, the last one written to. Not thread-safe; one thread owns it, but for
 * {@link Commit#flush} and reading at a {@link Slot}.
 *
 * <p>What is appended is there for {@link #find} after the next {@link #write}, and durable after the {@link Commit} of
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
    private static final int CARRY_BYTES = 1 << 20;

    /** Where new segments come from. */
    interface Supply {
        /**
         * A new segment's file, with its head in it.
         *
         * @throws NotWrittenException when the disk has no room
         */
        Disk.File take(long number, long size) throws IOException;

        /** Whether {@link #take} has a file of such a size at hand, whatever room the disk has. */
        boolean isReady(long size);
    }

    /**
     * Where a message is.
     *
     * @param fate see {@link Fate}
     * @param isSetAside whether it is known that it cannot be read
     */
    record Slot(long position, Segment segment, long offset, int size, int bodyBytes, int fate, boolean isSetAside) {
        /** Whether it died and is kept until its dead letter is safe. */
        boolean died() {
            return Fate.reason(fate) != null;
        }
    }

    /** Something written that {@link #flush} makes durable. */
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
    private final Map<Long, QueueIndex> queues = new ConcurrentHashMap<>();
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final ArrayDeque<Segment> sealed = new ArrayDeque<>();

    /** Deletions to be written; when the disk is full, what is gone from memory waits here for room. */
    private final Map<Long, Deletions> deletions = new HashMap<>();

    private final SetAside setAside = new SetAside();

    /** Queues whose deletion is to be written. */
    private final ArrayDeque<Long> deletedQueues = new ArrayDeque<>();

    private Segment active;
    private NotePair manifest;
    private NotePair watermark;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private long written;
    private long diskBytes;
    private long liveBytes;
    private long toldFlushed;
    private boolean stoppedInOrder;
    private boolean stopped;

    /** The segment that was written to when the disk refused to give the oldest one; it is asked again in the next. */
    private long unreadable;

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
        SegmentRecovery found = SegmentRecovery.read(disk, supply, segmentBytes, Damage.REFUSED);
        found.log().begin(found);
        return found.log();
    }

    /** A log that nothing is known of yet, to be filled with what is found. */
    static MessageSegments empty(Disk disk, Supply supply, long segmentBytes) {
        return new MessageSegments(disk, supply, segmentBytes);
    }

    /** Goes on behind what was found, which is in this log already: in a new segment. */
    void begin(SegmentRecovery found) throws IOException {
        found.settle();
        segments.values().forEach(segment -> diskBytes += segment.capacity);
        Segment last = segments.isEmpty() ? null : segments.lastEntry().getValue();
        long number = last == null ? 1 : last.number + 1;
        active = new Segment(number, supply.take(number, segmentBytes));
        diskBytes += active.capacity;
        segments.put(number, active);
        manifest = Manifest.open(disk);
        watermark = Watermark.open(disk);
        writeManifest();
        begin(last);
    }

    private void writeManifest() throws IOException {
        new Manifest(segments.firstKey(), segments.lastKey(), 0).write(manifest);
    }

    // What was found when it was opened.

    /** What there is of a queue. */
    Recovered recovered(long queue) {
        QueueIndex index = queues.get(queue);
        if (index == null || index.count() == 0) {
            return Recovered.NOTHING;
        }
        List<Died> dead = index.dead();
        return new Recovered(
                index.first(),
                index.last(),
                index.count() - dead.size(),
                index.bodyBytes() - dead.stream().mapToLong(Died::bodyBytes).sum(),
                stoppedInOrder ? index.seen : Long.MAX_VALUE,
                dead);
    }

    /** The highest queue number that is known here. */
    long highestQueue() {
        return queues.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** The ids of all queues that have messages here. */
    Set<Long> queues() {
        return Set.copyOf(queues.keySet());
    }

    /** Where the foremost of a queue's messages lies; null when it has none. */
    @Nullable Watermark firstPlace(long queue) {
        long[] first = {Long.MAX_VALUE};
        QueueIndex index = queues.get(queue);
        if (index != null) {
            index.visit(0, (position, place, size, body) -> {
                first[0] = Math.min(first[0], place);
                return true;
            });
        }
        return first[0] == Long.MAX_VALUE ? null : new Watermark(first[0] >>> Integer.SIZE, offset(first[0]));
    }

    /** The index of a queue; null when nothing is known of it. */
    @Nullable QueueIndex known(long queue) {
        return queues.get(queue);
    }

    /** Messages that cannot be read any more, and what is known of them. */
    SetAside setAside() {
        return setAside;
    }

    /** For recovery: a segment with what it holds. */
    void add(Segment segment) {
        segments.put(segment.number, segment);
    }

    /** For recovery: its summary is to be written. */
    void addSealed(Segment segment) {
        sealed.add(segment);
    }

    /** For recovery: all segments, the oldest first. */
    Collection<Segment> segments() {
        return segments.values();
    }

    /** Deletes the messages of all queues but these. */
    void delete(Set<Long> deleted) {
        queues.keySet().stream().filter(deleted::contains).sorted().forEach(this::deleteQueue);
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

    /** Whether a record that is no message can be written now. Such a one must not have the disk looked for room. */
    private boolean hasRoomForNote(int size) {
        return active.end + size <= active.capacity || stopped || supply.isReady(fileBytes(size));
    }

    /** Size of a new file that takes so much. */
    private long fileBytes(int needed) {
        return Math.max(segmentBytes, needed + 2L * Segment.HEAD_BYTES + reserved);
    }

    /**
     * Appends a message.
     *
     * @param persistent whether it is to be there after a restart
     */
    void append(long queue, long position, Message message, long expiresAtMillis, int deliveries, boolean persistent)
            throws IOException {
        byte[] exchange = message.exchange().getBytes(UTF_8);
        int size = Records.messageSize(message, exchange.length);
        int start = reserve(size, reserved);
        long offset = active.end;
        Records.putMessage(buffer, persistent, queue, position, expiresAtMillis, deliveries, exchange, message);
        seal(start);
        int body = message.body().length;
        QueueIndex index = index(queue);
        live(index, position, index.put(position, place(active, offset), size, body), active, size);
        index.returned(position, deliveries);
        if (persistent) {
            Summary.message(active.summary, queue, position, offset, size, body, deliveries);
        }
    }

    void live(QueueIndex index, long position, long before, Segment segment, int size) {
        if (before != QueueIndex.NOWHERE) {
            dead(before, index.size(position));
        }
        segment.liveBytes += size;
        liveBytes += size;
    }

    void dead(long place, int size) {
        Segment segment = segments.get(place >>> Integer.SIZE);
        if (segment != null) {
            segment.liveBytes -= size;
        }
        liveBytes -= size;
    }

    static long place(Segment segment, long offset) {
        return segment.number << Integer.SIZE | offset;
    }

    static long offset(long place) {
        return place & 0xffff_ffffL;
    }

    /** Deletes a message; without effect if it is not there. */
    void delete(long queue, long position) {
        if (removed(queue, position)) {
            noteDeleted(queue, position);
        }
    }

    /** Forgets a message; false when it is not there. */
    boolean removed(long queue, long position) {
        QueueIndex index = queues.get(queue);
        long place = index == null ? QueueIndex.NOWHERE : index.place(position);
        if (index == null || place == QueueIndex.NOWHERE) {
            return false;
        }
        dead(place, index.size(position));
        index.remove(position);
        setAside.remove(queue, position);
        return true;
    }

    private void noteDeleted(long queue, long position) {
        deletions.computeIfAbsent(queue, unused -> new Deletions()).add(position);
    }

    /** Deletes all messages of a queue from one position to another. */
    void deleteRange(long queue, long first, long last) throws IOException {
        int size = Records.padded(Records.ENVELOPE + 1 + 3 * Long.BYTES);
        if (!hasRoomForNote(size)) { // Then they wait one by one, as no more than there are messages.
            removeRange(queue, first, last, position -> noteDeleted(queue, position));
            return;
        }
        removeRange(queue, first, last);
        int start = reserve(size, 0);
        buffer.put(Records.RANGE_DELETED).putLong(queue).putLong(first).putLong(last);
        seal(start);
        Summary.rangeDeleted(active.summary, queue, first, last);
    }

    void removeRange(long queue, long first, long last) {
        removeRange(queue, first, last, position -> {});
    }

    private void removeRange(long queue, long first, long last, LongConsumer removed) {
        QueueIndex index = queues.get(queue);
        if (index == null) {
            return;
        }
        long[] some = new long[Records.MAX_DELETIONS];
        int[] count = {Records.MAX_DELETIONS};
        while (count[0] == Records.MAX_DELETIONS) {
            count[0] = 0;
            index.visit(first, (position, place, size, body) -> {
                if (position > last) {
                    return false;
                }
                dead(place, size);
                some[count[0]++] = position;
                return count[0] < Records.MAX_DELETIONS;
            });
            for (int i = 0; i < count[0]; i++) {
                index.remove(some[i]);
                setAside.remove(queue, some[i]);
                removed.accept(some[i]);
            }
        }
    }

    /** Deletes a queue with all its messages. */
    void deleteQueue(long queue) {
        removeQueue(queue);
        deletedQueues.add(queue);
    }

    void removeQueue(long queue) {
        deletions.remove(queue);
        setAside.remove(queue);
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
        int size = Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES + Integer.BYTES);
        if (!hasRoomForNote(size)) {
            return; // Only a crash before there is room brings a lower count back.
        }
        int start = reserve(size, 0);
        buffer.put(Records.RETURNED).putLong(queue).putLong(position).putInt(deliveryCount);
        seal(start);
        Summary.returned(active.summary, queue, position, deliveryCount);
    }

    /**
     * Notes up to where queues have delivered, and that the broker stops in order: the next start may rely on it.
     *
     * @return false when the disk has no room for that, so that the next start is as after a crash
     */
    boolean stop(Map<Long, Long> seen) throws IOException {
        write(); // With a note of what was flushed: none may follow the last record.
        stopped = true;
        boolean inOrder = true;
        try {
            noteStop(seen);
        } catch (NotWrittenException e) {
            inOrder = false;
        }
        Commit commit = writeOut();
        if (commit != null) {
            commit.flush();
            flushed(commit);
        }
        return inOrder;
    }

    private void noteStop(Map<Long, Long> seen) throws IOException {
        writeDeletions();
        for (Map.Entry<Long, Long> queue : seen.entrySet()) {
            int start = reserve(Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES), 0);
            buffer.put(Records.SEEN).putLong(queue.getKey()).putLong(queue.getValue());
            seal(start);
        }
        int start = reserve(Records.padded(Records.ENVELOPE + 1), 0);
        buffer.put(Records.STOPPED);
        seal(start);
    }

    /**
     * Writes what was appended and deleted since the last time.
     *
     * @return what has to be flushed for that to be durable; null when there was nothing
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
        return writeOut();
    }

    private @Nullable Commit writeOut() throws IOException {
        if (buffer.position() == 0) {
            return null;
        }
        empty();
        return new Commit(active, active.end);
    }

    /** Something was flushed; notes it. Any thread, in the order of the commits. */
    void flushed(Commit commit) throws IOException {
        watermark.write(commit.segment.number, commit.end);
        flushedEnd = commit.end; // Before the number: a mixture must not tell too much.
        flushedSegment = commit.segment.number;
    }

    /** What finds no room stays for the next time; a crash before that only brings messages back. */
    private void writeDeletions() throws IOException {
        Iterator<Map.Entry<Long, Deletions>> queue = deletions.entrySet().iterator();
        boolean room = true;
        while (room && queue.hasNext()) {
            Map.Entry<Long, Deletions> next = queue.next();
            room = writeDeletions(next.getKey(), next.getValue());
            if (room) {
                queue.remove();
            }
        }
        int size = Records.padded(Records.ENVELOPE + 1 + Long.BYTES);
        while (!deletedQueues.isEmpty() && hasRoomForNote(size)) {
            int start = reserve(size, 0);
            long deleted = deletedQueues.remove();
            buffer.put(Records.QUEUE_DELETED).putLong(deleted);
            seal(start);
            Summary.queueDeleted(active.summary, deleted);
        }
    }

    private boolean writeDeletions(long queue, Deletions gone) throws IOException {
        while (gone.count > 0) {
            int count = Math.min(Records.MAX_DELETIONS, gone.count);
            int size = Records.padded(Records.ENVELOPE + 1 + Long.BYTES + Integer.BYTES + count * Long.BYTES);
            if (!hasRoomForNote(size)) {
                return false;
            }
            int start = reserve(size, 0);
            int from = gone.count - count;
            buffer.put(Records.DELETED).putLong(queue).putInt(count);
            for (int i = from; i < from + count; i++) {
                buffer.putLong(gone.positions[i]);
                Summary.deleted(active.summary, queue, gone.positions[i]);
            }
            seal(start);
            gone.count = from;
        }
        return true;
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
        writeManifest();
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
                found.add(new Slot(
                        position,
                        segment,
                        offset(place),
                        size,
                        body,
                        index.deliveryCount(position),
                        setAside.contains(queue, position)));
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

    /** Number of the oldest segment. */
    long oldest() {
        return segments.firstKey();
    }

    /** Number of the segment that is written to. */
    long newest() {
        return segments.lastKey();
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
        writeManifest();
        return oldest;
    }

    /** Copies some of what is left of the oldest segment to the end. */
    private void carry(Segment oldest) throws IOException {
        if (unreadable == active.number) {
            return;
        }
        SegmentScan scan = carrying;
        if (scan == null) {
            scan = new SegmentScan(oldest.file, oldest.number, Segment.HEAD_BYTES, oldest.end);
            carrying = scan;
        }
        long begun = active.end;
        Segment into = active;
        while (active == into && active.end - begun < CARRY_BYTES && oldest.liveBytes > 0) {
            if (!carryNext(oldest, scan)) {
                // The disk is full: it goes on from this record when there is room. Giving back space must not take
                // any.
                carrying = new SegmentScan(oldest.file, oldest.number, scan.offset(), oldest.end);
                break;
            }
        }
    }

    private boolean carryNext(Segment oldest, SegmentScan scan) throws IOException {
        boolean isWhole;
        long gapEnd;
        try {
            isWhole = scan.next();
            gapEnd = isWhole || !scan.skip() ? oldest.end : scan.nextOffset();
        } catch (IOException e) {
            unreadable = active.number;
            return false;
        }
        return isWhole ? hasRoom(scan.size()) && carry(oldest, scan) : setAside(oldest, scan.offset(), gapEnd);
    }

    /** Copies a record if it is of a message that is there and lies here. */
    private boolean carry(Segment from, SegmentScan scan) throws IOException {
        if (scan.type() != Records.MESSAGE && scan.type() != Records.DAMAGED) {
            return true;
        }
        ByteBuffer in = scan.buffer();
        int at = scan.payloadAt();
        boolean persistent = (in.get(at + 1) & Records.PERSISTENT) != 0;
        long queue = in.getLong(at + 2);
        long position = in.getLong(at + 10);
        QueueIndex index = queues.get(queue);
        if (index == null || index.place(position) != place(from, scan.offset())) {
            return true;
        }
        int size = scan.size();
        int start = reserve(size, reserved);
        long offset = active.end;
        buffer.put(in.slice(at, scan.length()));
        int deliveries = index.deliveryCount(position);
        if (scan.type() == Records.MESSAGE) {
            buffer.putInt(start + Records.ENVELOPE + 26, deliveries);
        }
        seal(start);
        int bodyBytes = index.bodyBytes(position);
        live(index, position, index.put(position, place(active, offset), size, bodyBytes), active, size);
        carried = new Commit(active, active.end);
        if (persistent && scan.type() == Records.DAMAGED) {
            Summary.damaged(active.summary, setAside.get(queue, position), offset, size, bodyBytes);
        } else if (persistent) {
            Summary.message(active.summary, queue, position, offset, size, bodyBytes, deliveries);
        }
        return true;
    }

    // What cannot be read.

    /**
     * Sets all messages aside that lie in a part of a segment that is no record.
     *
     * @return whether there was room to
     */
    private boolean setAside(Segment segment, long from, long to) throws IOException {
        List<long[]> found = messagesIn(segment, from, to);
        boolean done = true;
        for (long[] message : found) {
            done &= setAside(message[0], message[1]);
        }
        if (done && to >= segment.end && segment.liveBytes > 0 && from > Segment.HEAD_BYTES) {
            return setAside(segment, Segment.HEAD_BYTES, to); // Whatever it is that no record was found of.
        }
        return done;
    }

    /** Queue and position of each message that lies between two offsets. Looks at all there are: for damage only. */
    List<long[]> messagesIn(Segment segment, long from, long to) {
        List<long[]> found = new ArrayList<>();
        queues.forEach((queue, index) -> index.visit(0, (position, place, size, body) -> {
            if (place >= place(segment, from) && place < place(segment, to)) {
                found.add(new long[] {queue, position});
            }
            return true;
        }));
        return found;
    }

    /**
     * A message cannot be read: its bytes are copied to the end as they are, so that nothing else depends on them.
     *
     * @return whether that could be done; it is known to be damaged in any case
     */
    boolean setAside(long queue, long position) throws IOException {
        QueueIndex index = queues.get(queue);
        long place = index == null ? QueueIndex.NOWHERE : index.place(position);
        Segment from = segments.get(place >>> Integer.SIZE);
        if (index == null || place == QueueIndex.NOWHERE || from == null) {
            return true; // It is gone meanwhile.
        }
        int was = index.size(position);
        int body = index.bodyBytes(position);
        setAside.add(new DamagedMessage(queue, position, from.file.name(), offset(place)));
        byte[] raw = raw(from, offset(place), was);
        if (raw == null) {
            unreadable = active.number; // It stays where it is: the disk may give it another time.
            return false;
        }
        int size = Records.padded(Records.ENVELOPE + Records.DAMAGED_FIXED + raw.length);
        if (!hasRoom(size)) {
            return false;
        }
        int start = reserve(size, reserved);
        long offset = active.end;
        DamagedMessage message = setAside.get(queue, position);
        // Whether it was persistent, nobody knows: then it is.
        buffer.put(Records.DAMAGED).put(Records.PERSISTENT).putLong(queue).putLong(position);
        buffer.putLong(Segment.number(message.file()))
                .putLong(message.offset())
                .putInt(body)
                .put(raw);
        seal(start);
        dead(place, was);
        index.put(position, place(active, offset), size, body);
        active.liveBytes += size;
        liveBytes += size;
        carried = new Commit(active, active.end);
        Summary.damaged(active.summary, message, offset, size, body);
        return true;
    }

    /** What can be read of a record that is none; null when the disk refuses. */
    private static byte @Nullable [] raw(Segment segment, long offset, int size) {
        ByteBuffer raw = ByteBuffer.allocate(size);
        try {
            segment.file.read(raw, offset);
            return raw.array();
        } catch (IOException e) {
            return null;
        }
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
        if (watermark != null) { // It has begun.
            manifest.close();
            watermark.close();
        }
    }
}
