package io.jumpmq.store;

import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.store.MessageSegments.Supply;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Appends records to the newest segment, and goes on in another when it is full. */
final class SegmentWriter {
    /** For records that are not messages, so that deletions find room when messages do not. */
    private static final int MAX_RESERVE = 1 << 20;

    private static final int RESERVED_SHARE = 16;
    private static final int BUFFER = 1 << 20;

    private final Supply supply;
    private final long segmentBytes;
    private final int reserved;
    private final SegmentTable segments;
    private final Records records = new Records();

    private Segment active;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

    /** Where the record begins in the buffer that is being put together. */
    private int start;

    private long written = Segment.HEAD_BYTES;
    private boolean stopped;

    /** Takes a file for the next segment; {@link #begin} has to follow. */
    SegmentWriter(Supply supply, long segmentBytes, SegmentTable segments) throws IOException {
        this.supply = supply;
        this.segmentBytes = segmentBytes;
        this.reserved = (int) Math.min(MAX_RESERVE, segmentBytes / RESERVED_SHARE);
        this.segments = segments;
        Segment last = segments.newest();
        long number = last == null ? 1 : last.number + 1;
        this.active = new Segment(number, supply.take(number, segmentBytes));
    }

    /** From here on its segment counts. */
    void begin() throws IOException {
        Segment before = segments.newest();
        segments.add(active);
        begin(before);
    }

    private void begin(@Nullable Segment before) {
        written = Segment.HEAD_BYTES;
        start = buffer.position();
        buffer.position(start + Records.ENVELOPE);
        buffer.put(Records.START).putLong(before == null ? 0 : before.number).putLong(before == null ? 0 : before.end);
        endRecord();
    }

    /** The segment that is written to. */
    Segment active() {
        return active;
    }

    /** The broker stops: what little is to be written still may take what room the disk has. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Whether a message of this size can be appended now, whatever room the disk has. */
    boolean hasRoom(int size) {
        return active.end + size + reserved <= active.capacity || supply.isReady(fileBytes(size + reserved));
    }

    /** Whether a record that is no message can be written now. Such a one must not have the disk looked for room. */
    boolean hasRoomForNote(int size) {
        return fits(size) || stopped || supply.isReady(fileBytes(size));
    }

    /** Whether the segment has room for so much. */
    boolean fits(int size) {
        return active.end + size <= active.capacity;
    }

    /** Size of a new file that takes so much. */
    private long fileBytes(int needed) {
        return Math.max(segmentBytes, needed + 2L * Segment.HEAD_BYTES + reserved);
    }

    /** Begins a message's record, in a new segment if need be: what it says is to be put, then {@link #endRecord} called. */
    ByteBuffer beginMessage(int size) throws IOException {
        return beginRecord(size, reserved);
    }

    /** As {@link #beginMessage}, for what is no message. */
    ByteBuffer beginNote(int size) throws IOException {
        return beginRecord(size, 0);
    }

    private ByteBuffer beginRecord(int size, int keepFree) throws IOException {
        if (!fits(size + keepFree)) {
            roll(size + keepFree);
        }
        if (buffer.remaining() < size) {
            empty();
            if (buffer.capacity() < size) {
                buffer = ByteBuffer.allocateDirect(size);
            }
        }
        start = buffer.position();
        return buffer.position(start + Records.ENVELOPE);
    }

    /**
     * Ends a record.
     *
     * @return its offset in the segment
     */
    long endRecord() {
        long offset = active.end;
        records.seal(buffer, start, active.number, offset);
        active.end += buffer.position() - start;
        return offset;
    }

    /** Goes on in a new segment. The old one is flushed first: only the last may end in the middle of a record. */
    private void roll(int needed) throws IOException {
        long number = active.number + 1;
        Disk.File file = supply.take(number, fileBytes(needed));
        empty();
        active.file.flush();
        Segment before = active;
        segments.addSealed(before);
        active = new Segment(number, file);
        segments.add(active);
        begin(before);
    }

    /**
     * Writes the records out.
     *
     * @return what has to be flushed for them to be durable; null when there are none
     */
    @Nullable Commit write() throws IOException {
        if (buffer.position() == 0) {
            return null;
        }
        empty();
        return end();
    }

    /** Its end as it is now. */
    Commit end() {
        return new Commit(active, active.end);
    }

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
}
