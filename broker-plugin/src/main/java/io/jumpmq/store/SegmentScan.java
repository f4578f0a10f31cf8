package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the records of a segment one after the other, checking each. */
final class SegmentScan {
    private static final int WINDOW = 1 << 20;

    private final Records records = new Records();
    private final Disk.File file;
    private final long number;
    private final long to;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowStart;

    /** Where the record is that was read last. */
    private long offset;

    private int payload;
    private int length;
    private long next;

    /**
     * A scan.
     *
     * @param to where the last record ends at the latest
     */
    SegmentScan(Disk.File file, long number, long from, long to) {
        this.file = file;
        this.number = number;
        this.to = to;
        this.next = from;
        this.windowStart = from;
    }

    /** Goes to the next record; false when there is no whole one at its place. */
    boolean next() throws IOException {
        offset = next;
        int found = find(offset);
        if (found < 0) {
            return false;
        }
        length = found;
        payload = (int) (offset - windowStart) + Records.ENVELOPE;
        next = offset + Records.padded(Records.ENVELOPE + found);
        return true;
    }

    /**
     * After {@link #next} found nothing: goes on to where the next whole record is.
     *
     * @return false when there is none any more
     */
    boolean skip() throws IOException {
        for (long at = offset + Records.ALIGNMENT; at + Records.ENVELOPE < to; at += Records.ALIGNMENT) {
            if (find(at) > 0) {
                next = at;
                return true;
            }
        }
        return false;
    }

    /** Where the record is; when there was none, where the next one should have been. */
    long offset() {
        return offset;
    }

    /** Where the next record is looked for. */
    long nextOffset() {
        return next;
    }

    /** The payload: {@link #length} bytes from {@link #payloadAt} on. */
    ByteBuffer buffer() {
        return window;
    }

    int payloadAt() {
        return payload;
    }

    int length() {
        return length;
    }

    /** Size of the record with its envelope and padding. */
    int size() {
        return Records.padded(Records.ENVELOPE + length);
    }

    byte type() {
        return window.get(payload);
    }

    /**
     * After {@link #next} found nothing: whether a later record tells that more than what was read had been flushed, so
     * that what was not found is not just an end cut short.
     */
    boolean isMoreKnownFlushed() throws IOException {
        long lost = offset;
        for (long at = lost; at < to; at += Records.ALIGNMENT) {
            if (at - windowStart + 64 > window.limit() || at < windowStart) {
                fill(at, 64);
            }
            int in = (int) (at - windowStart);
            if (in + Records.ENVELOPE + 1 <= window.limit()
                    && window.getInt(in) == 1 + 2 * Long.BYTES
                    && window.get(in + Records.ENVELOPE) == Records.FLUSHED
                    && records.payloadLength(window, in, to - at, number, at) > 0
                    && window.getLong(in + Records.ENVELOPE + 1) == number
                    && window.getLong(in + Records.ENVELOPE + 1 + Long.BYTES) > lost) {
                return true;
            }
        }
        return false;
    }

    private int find(long at) throws IOException {
        if (at + Records.ENVELOPE > to) {
            return -1;
        }
        int in = (int) (at - windowStart);
        int found = in < 0 || in > window.limit() ? -2 : records.payloadLength(window, in, to - at, number, at);
        if (found == -2) {
            fill(at, Records.ENVELOPE);
            found = records.payloadLength(window, 0, to - at, number, at);
        }
        if (found == -2) {
            fill(at, Records.ENVELOPE + (long) window.getInt(0));
            found = records.payloadLength(window, 0, to - at, number, at);
        }
        return found;
    }

    private void fill(long at, long min) throws IOException {
        int size = (int) Math.min(to - at, Math.max(WINDOW, min));
        if (window.capacity() < size || window.capacity() > 2 * Math.max(WINDOW, size)) {
            window = ByteBuffer.allocate(size);
        }
        window.clear().limit(size);
        file.read(window, at);
        window.flip();
        windowStart = at;
    }
}
