package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.store.MessageSegments.Commit;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gives space back, from the oldest segment on: what is left of it is carried to the end when garbage outweighs what is of use, so
 * that a record of a deletion never goes before what it deletes, and the disk holds at most twice what is of use and two segments.
 * What cannot be read is carried as it is.
 */
final class Compaction {
    private static final int CARRY_BYTES = 1 << 20;

    private final SegmentTable segments;
    private final MessageIndex index;
    private final SegmentWriter writer;
    private final FlushProgress progress;
    private final long segmentBytes;

    /** The segment that was written to when the disk refused to give the oldest one; it is asked again in the next. */
    private long unreadable;

    /** Of the oldest segment, when what is left of it is being carried on. */
    private @Nullable SegmentScan carrying;

    /** Where the last carried record ends: until that is flushed, the oldest segment stays. */
    private @Nullable Commit carried;

    Compaction(
            SegmentTable segments,
            MessageIndex index,
            SegmentWriter writer,
            FlushProgress progress,
            long segmentBytes) {
        this.segments = segments;
        this.index = index;
        this.writer = writer;
        this.progress = progress;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Does a piece of the work.
     *
     * @return a segment that is of no use any more and may be deleted, once nobody reads it; null for none
     */
    @Nullable Segment run() throws IOException {
        Segment oldest = segments.oldest();
        if (oldest == writer.active()) {
            return null;
        }
        if (oldest.liveBytes > 0) {
            if (carrying == null && segments.diskBytes() <= 2 * index.liveBytes() + 2 * segmentBytes) {
                return null;
            }
            carry(oldest);
        }
        boolean safe = carried == null || progress.covers(carried);
        if (oldest.liveBytes > 0 || !safe || !progress.isBeyond(oldest)) {
            return null;
        }
        carried = null;
        carrying = null;
        segments.remove(oldest);
        return oldest;
    }

    /** Copies some of what is left of the oldest segment to the end. */
    private void carry(Segment oldest) throws IOException {
        Segment into = writer.active();
        if (unreadable == into.number) {
            return;
        }
        SegmentScan scan = carrying;
        if (scan == null) {
            scan = new SegmentScan(oldest.file, oldest.number, Segment.HEAD_BYTES, oldest.end);
            carrying = scan;
        }
        long begun = into.end;
        while (writer.active() == into && into.end - begun < CARRY_BYTES && oldest.liveBytes > 0) {
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
            unreadable = writer.active().number;
            return false;
        }
        return isWhole ? writer.hasRoom(scan.size()) && carry(oldest, scan) : setAside(oldest, scan.offset(), gapEnd);
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
        QueueIndex known = index.known(queue);
        if (known == null || known.place(position) != MessageIndex.place(from, scan.offset())) {
            return true;
        }
        int size = scan.size();
        int bodyBytes = known.bodyBytes(position);
        int deliveries = known.deliveryCount(position);
        ByteBuffer out = writer.beginMessage(size);
        int payloadAt = out.position();
        out.put(in.slice(at, scan.length()));
        if (scan.type() == Records.MESSAGE) {
            out.putInt(payloadAt + 26, deliveries);
        }
        long offset = writer.endRecord();
        Segment into = writer.active();
        index.put(queue, position, into, offset, size, bodyBytes);
        carried = writer.end();
        if (persistent && scan.type() == Records.DAMAGED) {
            Summary.damaged(into.summary, index.setAside().get(queue, position), offset, size, bodyBytes);
        } else if (persistent) {
            Summary.message(into.summary, queue, position, offset, size, bodyBytes, deliveries);
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
        boolean done = true;
        for (DamagedMessage message : index.messagesIn(segment, from, to)) {
            done &= setAside(message.queue(), message.position());
        }
        if (done && to >= segment.end && segment.liveBytes > 0 && from > Segment.HEAD_BYTES) {
            return setAside(segment, Segment.HEAD_BYTES, to); // Whatever it is that no record was found of.
        }
        return done;
    }

    /**
     * A message cannot be read: its bytes are copied to the end as they are, so that nothing else depends on them.
     *
     * @return whether that could be done; it is known to be damaged in any case
     */
    boolean setAside(long queue, long position) throws IOException {
        QueueIndex known = index.known(queue);
        long place = known == null ? QueueIndex.NOWHERE : known.place(position);
        Segment from = segments.get(place >>> Integer.SIZE);
        if (known == null || place == QueueIndex.NOWHERE || from == null) {
            return true; // It is gone meanwhile.
        }
        int body = known.bodyBytes(position);
        long offset = MessageIndex.offset(place);
        index.setAside().add(new DamagedMessage(queue, position, from.file.name(), offset));
        byte[] raw = raw(from, offset, known.size(position));
        if (raw == null) {
            unreadable = writer.active().number; // It stays where it is: the disk may give it another time.
            return false;
        }
        int size = Records.padded(Records.ENVELOPE + Records.DAMAGED_FIXED + raw.length);
        if (!writer.hasRoom(size)) {
            return false;
        }
        DamagedMessage message = index.setAside().get(queue, position);
        ByteBuffer out = writer.beginMessage(size);
        // Whether it was persistent, nobody knows: then it is.
        out.put(Records.DAMAGED).put(Records.PERSISTENT).putLong(queue).putLong(position);
        out.putLong(Segment.number(message.file()))
                .putLong(message.offset())
                .putInt(body)
                .put(raw);
        long copiedTo = writer.endRecord();
        index.put(queue, position, writer.active(), copiedTo, size, body);
        carried = writer.end();
        Summary.damaged(writer.active().summary, message, copiedTo, size, body);
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
}
