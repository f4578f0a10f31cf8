package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** Deletions to be written; when the disk is full, what is gone from memory waits here for room. */
final class PendingDeletions {
    private final Map<Long, Positions> messages = new HashMap<>();
    private final ArrayDeque<Long> queues = new ArrayDeque<>();

    private static final class Positions {
        long[] positions = new long[16];
        int count;

        void add(long position) {
            if (count == positions.length) {
                positions = Arrays.copyOf(positions, count * 2);
            }
            positions[count++] = position;
        }
    }

    void add(long queue, long position) {
        messages.computeIfAbsent(queue, unused -> new Positions()).add(position);
    }

    /** A queue with all its messages. */
    void add(long queue) {
        messages.remove(queue);
        queues.add(queue);
    }

    /** Writes them. What finds no room stays for the next time; a crash before that only brings messages back. */
    void write(SegmentWriter writer) throws IOException {
        Iterator<Map.Entry<Long, Positions>> queue = messages.entrySet().iterator();
        boolean room = true;
        while (room && queue.hasNext()) {
            Map.Entry<Long, Positions> next = queue.next();
            room = write(writer, next.getKey(), next.getValue());
            if (room) {
                queue.remove();
            }
        }
        int size = Records.padded(Records.ENVELOPE + 1 + Long.BYTES);
        while (!queues.isEmpty() && writer.hasRoomForNote(size)) {
            long deleted = queues.element();
            writer.beginNote(size).put(Records.QUEUE_DELETED).putLong(deleted);
            writer.endRecord();
            queues.remove();
            Summary.queueDeleted(writer.active().summary, deleted);
        }
    }

    private static boolean write(SegmentWriter writer, long queue, Positions gone) throws IOException {
        while (gone.count > 0) {
            int count = Math.min(Records.MAX_DELETIONS, gone.count);
            int size = Records.padded(Records.ENVELOPE + 1 + Long.BYTES + Integer.BYTES + count * Long.BYTES);
            if (!writer.hasRoomForNote(size)) {
                return false;
            }
            ByteBuffer out = writer.beginNote(size);
            int from = gone.count - count;
            out.put(Records.DELETED).putLong(queue).putInt(count);
            for (int i = from; i < from + count; i++) {
                out.putLong(gone.positions[i]);
                Summary.deleted(writer.active().summary, queue, gone.positions[i]);
            }
            writer.endRecord();
            gone.count = from;
        }
        return true;
    }
}
