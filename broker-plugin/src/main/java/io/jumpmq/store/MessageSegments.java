package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.message.Message;
import io.jumpmq.value.ShortString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The message log of a node: segments in a row, the last one written to. Not thread-safe; one thread owns it, but for
 * {@link Commit#flush} and reading at a {@link Slot}.
 *
 * <p>What is appended is there for {@link #find} after the next {@link #write}, and durable after the {@link Commit} of
 * that.
 */
final class MessageSegments {
    private static final int FLUSHED_SIZE = Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES);

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
    private final SegmentTable segments = new SegmentTable();
    private final MessageIndex index = new MessageIndex(segments);
    private final PendingDeletions deletions = new PendingDeletions();

    private SegmentWriter writer;
    private FlushProgress progress;
    private Compaction compaction;

    /** The last note of what was flushed: in which segment it is, and up to where it was. */
    private long toldSegment;

    private long toldFlushed;

    @SuppressWarnings("NullAway.Init") // What begin() sets is not used before.
    private MessageSegments(Disk disk, Supply supply, long segmentBytes) {
        this.disk = disk;
        this.supply = supply;
        this.segmentBytes = segmentBytes;
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
        writer = new SegmentWriter(supply, segmentBytes, segments);
        segments.begin(Manifest.open(disk));
        progress = new FlushProgress(Watermark.open(disk));
        writer.begin();
        compaction = new Compaction(segments, index, writer, progress, segmentBytes);
    }

    /** Where its messages are. */
    MessageIndex index() {
        return index;
    }

    /** Its files. */
    SegmentTable segments() {
        return segments;
    }

    /** Deletes the messages of these queues. */
    void delete(Set<Long> deleted) {
        index.queues().stream().filter(deleted::contains).sorted().forEach(this::deleteQueue);
    }

    // Writing.

    /** Whether this message can be appended now, whatever room the disk has. */
    boolean hasRoom(Message message) {
        return writer.hasRoom(Records.messageSize(message, ShortString.MAX_BYTES));
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
        ByteBuffer out = writer.beginMessage(size);
        Records.putMessage(out, persistent, queue, position, expiresAtMillis, deliveries, exchange, message);
        long offset = writer.endRecord();
        int body = message.body().length;
        index.put(queue, position, writer.active(), offset, size, body).returned(position, deliveries);
        if (persistent) {
            Summary.message(writer.active().summary, queue, position, offset, size, body, deliveries);
        }
    }

    /** Deletes a message; without effect if it is not there. */
    void delete(long queue, long position) {
        if (index.remove(queue, position)) {
            deletions.add(queue, position);
        }
    }

    /** Deletes all messages of a queue from one position to another. */
    void deleteRange(long queue, long first, long last) throws IOException {
        int size = Records.padded(Records.ENVELOPE + 1 + 3 * Long.BYTES);
        if (!writer.hasRoomForNote(size)) { // Then they wait one by one, as no more than there are messages.
            index.removeRange(queue, first, last, position -> deletions.add(queue, position));
            return;
        }
        index.removeRange(queue, first, last, position -> {});
        writer.beginNote(size)
                .put(Records.RANGE_DELETED)
                .putLong(queue)
                .putLong(first)
                .putLong(last);
        writer.endRecord();
        Summary.rangeDeleted(writer.active().summary, queue, first, last);
    }

    /** Deletes a queue with all its messages. */
    void deleteQueue(long queue) {
        index.removeQueue(queue);
        deletions.add(queue);
    }

    /** Notes how often a message came back to its queue. */
    void returned(long queue, long position, int deliveryCount) throws IOException {
        QueueIndex known = index.known(queue);
        if (known == null || known.place(position) == QueueIndex.NOWHERE) {
            return;
        }
        known.returned(position, deliveryCount);
        int size = Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES + Integer.BYTES);
        if (!writer.hasRoomForNote(size)) {
            return; // Only a crash before there is room brings a lower count back.
        }
        writer.beginNote(size)
                .put(Records.RETURNED)
                .putLong(queue)
                .putLong(position)
                .putInt(deliveryCount);
        writer.endRecord();
        Summary.returned(writer.active().summary, queue, position, deliveryCount);
    }

    /**
     * Notes up to where queues have delivered, and that the broker stops in order: the next start may rely on it.
     *
     * @return false when the disk has no room for that, so that the next start is as after a crash
     */
    boolean stop(Map<Long, Long> seen) throws IOException {
        write(); // With a note of what was flushed: none may follow the last record.
        writer.stop();
        boolean inOrder = true;
        try {
            noteStop(seen);
        } catch (NotWrittenException e) {
            inOrder = false;
        }
        Commit commit = writer.write();
        if (commit != null) {
            commit.flush();
            flushed(commit);
        }
        return inOrder;
    }

    private void noteStop(Map<Long, Long> seen) throws IOException {
        deletions.write(writer);
        for (Map.Entry<Long, Long> queue : seen.entrySet()) {
            writer.beginNote(Records.padded(Records.ENVELOPE + 1 + 2 * Long.BYTES))
                    .put(Records.SEEN)
                    .putLong(queue.getKey())
                    .putLong(queue.getValue());
            writer.endRecord();
        }
        writer.beginNote(Records.padded(Records.ENVELOPE + 1)).put(Records.STOPPED);
        writer.endRecord();
    }

    /**
     * Writes what was appended and deleted since the last time.
     *
     * @return what has to be flushed for that to be durable; null when there was nothing
     */
    @Nullable Commit write() throws IOException {
        deletions.write(writer);
        noteFlushed();
        return writer.write();
    }

    private void noteFlushed() throws IOException {
        Segment active = writer.active();
        long flushed = progress.endIn(active);
        long told = toldSegment == active.number ? toldFlushed : 0;
        // More than the record that told of it the last time; and in the segment that it tells of.
        if (!writer.isStopped() && flushed > told + FLUSHED_SIZE && writer.fits(FLUSHED_SIZE)) {
            toldSegment = active.number;
            toldFlushed = flushed;
            writer.beginNote(FLUSHED_SIZE)
                    .put(Records.FLUSHED)
                    .putLong(active.number)
                    .putLong(flushed);
            writer.endRecord();
        }
    }

    /** Something was flushed; notes it. Any thread, in the order of the commits. */
    void flushed(Commit commit) throws IOException {
        progress.flushed(commit);
    }

    /** {@link MessageIndex#find}. */
    List<Slot> find(long queue, long from, int maxMessages, int maxBytes) {
        return index.find(queue, from, maxMessages, maxBytes);
    }

    // Space, and what cannot be read.

    /** {@link Compaction#run}. */
    @Nullable Segment compact() throws IOException {
        return compaction.run();
    }

    /** {@link Compaction#setAside}. */
    boolean setAside(long queue, long position) throws IOException {
        return compaction.setAside(queue, position);
    }

    /** Deletes a segment that {@link #compact} gave up. */
    void discard(Segment segment) throws IOException {
        segment.file.close();
        disk.delete(Summary.name(segment.number));
        disk.delete(segment.file.name());
    }

    /** Closes all files; writes nothing. */
    void close() throws IOException {
        segments.close();
        if (progress != null) { // It has begun.
            progress.close();
        }
    }
}
