package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * What a restart has to know of a sealed segment, in a small file beside it, so that it need not be read. Made anew from
 * the segment when it is missing or not whole. Steps in the order of the records, then the segment's number and end, and a
 * CRC-32C.
 */
final class Summary {
    static final String SUFFIX = ".sum";

    /** Told of each step, in order. */
    interface Reader {
        void message(long queue, long position, long offset, int size, int bodyBytes, int deliveryCount);

        void deleted(long queue, long position);

        void rangeDeleted(long queue, long first, long last);

        void queueDeleted(long queue);

        void returned(long queue, long position, int deliveryCount);

        void damaged(DamagedMessage message, long offset, int size, int bodyBytes);
    }

    private static final int TRAILER = Long.BYTES + Long.BYTES + Integer.BYTES;

    private Summary() {}

    static String name(long number) {
        return Segment.name(number) + SUFFIX;
    }

    static boolean isSummary(String name) {
        return name.endsWith(SUFFIX);
    }

    static void message(
            ByteArrayOutputStream out, long queue, long position, long offset, int size, int body, int deliveries) {
        out.write(Records.MESSAGE);
        Varints.put(out, queue);
        Varints.put(out, position);
        Varints.put(out, offset / Records.ALIGNMENT);
        Varints.put(out, size / Records.ALIGNMENT);
        Varints.put(out, body);
        Varints.put(out, deliveries);
    }

    static void deleted(ByteArrayOutputStream out, long queue, long position) {
        out.write(Records.DELETED);
        Varints.put(out, queue);
        Varints.put(out, position);
    }

    static void rangeDeleted(ByteArrayOutputStream out, long queue, long first, long last) {
        out.write(Records.RANGE_DELETED);
        Varints.put(out, queue);
        Varints.put(out, first);
        Varints.put(out, last);
    }

    static void queueDeleted(ByteArrayOutputStream out, long queue) {
        out.write(Records.QUEUE_DELETED);
        Varints.put(out, queue);
    }

    static void returned(ByteArrayOutputStream out, long queue, long position, int deliveries) {
        out.write(Records.RETURNED);
        Varints.put(out, queue);
        Varints.put(out, position);
        Varints.put(out, deliveries);
    }

    static void damaged(ByteArrayOutputStream out, DamagedMessage message, long offset, int size, int body) {
        out.write(Records.DAMAGED);
        Varints.put(out, message.queue());
        Varints.put(out, message.position());
        Varints.put(out, Segment.number(message.file()));
        Varints.put(out, message.offset() / Records.ALIGNMENT);
        Varints.put(out, offset / Records.ALIGNMENT);
        Varints.put(out, size / Records.ALIGNMENT);
        Varints.put(out, body);
    }

    /** The file's content. */
    static ByteBuffer file(byte[] steps, long number, long end) {
        ByteBuffer out = ByteBuffer.allocate(steps.length + TRAILER);
        out.put(steps).putLong(number).putLong(end);
        CRC32C crc = new CRC32C();
        crc.update(out.duplicate().flip());
        return out.putInt((int) crc.getValue()).flip();
    }

    /** Whether a file's content is whole and about this segment up to this end. */
    static boolean isWhole(ByteBuffer in, long number, long end) {
        int length = in.limit();
        if (length < TRAILER) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(in.duplicate().position(0).limit(length - Integer.BYTES));
        return in.getInt(length - Integer.BYTES) == (int) crc.getValue()
                && in.getLong(length - TRAILER) == number
                && in.getLong(length - TRAILER + Long.BYTES) == end;
    }

    /** A message that a segment held when it was sealed. */
    record Message(long queue, long position, long offset) {}

    /** What a segment held when it was sealed; nothing when the file's content is not whole or not about it. */
    static Collection<Message> messages(ByteBuffer in, long number) {
        if (in.limit() < TRAILER || !isWhole(in, number, in.getLong(in.limit() - TRAILER + Long.BYTES))) {
            return List.of();
        }
        Map<List<Long>, Message> messages = new LinkedHashMap<>();
        read(in, new Reader() {
            @Override
            public void message(long queue, long position, long offset, int size, int bodyBytes, int deliveryCount) {
                messages.put(List.of(queue, position), new Message(queue, position, offset));
            }

            @Override
            public void damaged(DamagedMessage message, long offset, int size, int bodyBytes) {
                message(message.queue(), message.position(), offset, size, bodyBytes, 0);
            }

            @Override
            public void deleted(long queue, long position) {
                messages.remove(List.of(queue, position));
            }

            @Override
            public void rangeDeleted(long queue, long first, long last) {
                messages.values()
                        .removeIf(message ->
                                message.queue == queue && message.position >= first && message.position <= last);
            }

            @Override
            public void queueDeleted(long queue) {
                messages.values().removeIf(message -> message.queue == queue);
            }

            @Override
            public void returned(long queue, long position, int deliveryCount) {
                // It is there as before.
            }
        });
        return messages.values();
    }

    /** Reads the steps of a file that {@linkplain #isWhole is whole}. */
    static void read(ByteBuffer file, Reader reader) {
        ByteBuffer in = file.duplicate().limit(file.limit() - TRAILER);
        while (in.hasRemaining()) {
            switch (in.get()) {
                case Records.MESSAGE ->
                    reader.message(
                            Varints.get(in),
                            Varints.get(in),
                            Varints.get(in) * Records.ALIGNMENT,
                            (int) Varints.get(in) * Records.ALIGNMENT,
                            (int) Varints.get(in),
                            (int) Varints.get(in));
                case Records.DELETED -> reader.deleted(Varints.get(in), Varints.get(in));
                case Records.RANGE_DELETED -> reader.rangeDeleted(Varints.get(in), Varints.get(in), Varints.get(in));
                case Records.QUEUE_DELETED -> reader.queueDeleted(Varints.get(in));
                case Records.RETURNED -> reader.returned(Varints.get(in), Varints.get(in), (int) Varints.get(in));
                case Records.DAMAGED ->
                    reader.damaged(
                            new DamagedMessage(
                                    Varints.get(in),
                                    Varints.get(in),
                                    Segment.name(Varints.get(in)),
                                    Varints.get(in) * Records.ALIGNMENT),
                            Varints.get(in) * Records.ALIGNMENT,
                            (int) Varints.get(in) * Records.ALIGNMENT,
                            (int) Varints.get(in));
                default -> throw new BufferUnderflowException();
            }
        }
    }
}
